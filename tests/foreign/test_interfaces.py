"""Python that cannot stand for an operation is refused by name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

import pytest
from pydantic import SecretStr

from foreign.refusing import Refused, said_about

CONTRACT = Refused(
    """
    /op:
      post:
        operationId: op
        requestBody: { required: true, content: { application/json: { schema: { type: array, items: { type: integer } } } } }
        responses: { '200': { description: d, content: { application/json: { schema: { type: array, items: { type: integer } } } } } }
    """,
    "",
    "",
)


class Unknown:
    """Nothing that pydantic knows."""


@dataclass
class Forward:
    other: Nowhere  # type: ignore[name-defined] # noqa: F821


class Generates:
    def op(self, ids: list[int]) -> Iterator[int]:
        yield from ids


class GeneratesLater:
    async def op(self, ids: list[int]) -> AsyncIterator[int]:
        for item in ids:
            yield item


class TakesArgs(Protocol):
    def op(self, *ids: int) -> list[int]: ...


class TakesKeywords(Protocol):
    def op(self, ids: list[int], **more: int) -> list[int]: ...


class Untyped(Protocol):
    def op(self, ids) -> list[int]: ...  # type: ignore[no-untyped-def]


class ReturnsWithoutAType(Protocol):
    def op(self, ids: list[int]): ...  # type: ignore[no-untyped-def]


class NamesNothing(Protocol):
    def op(self, ids: Nowhere) -> list[int]: ...  # type: ignore[name-defined] # noqa: F821


class BrokenText(Protocol):
    def op(self, ids: list[int]) -> "list[": ...  # type: ignore[valid-type] # noqa: F722


class TakesForward(Protocol):
    def op(self, ids: Forward) -> list[int]: ...


class TakesUnknown(Protocol):
    def op(self, ids: Unknown) -> list[int]: ...


class TakesCallable(Protocol):
    def op(self, ids: Callable[[int], int]) -> list[int]: ...


class TakesOnce(Protocol):
    def op(self, ids: Generator[int, None, None]) -> list[int]: ...


class ReturnsOnce(Protocol):
    def op(self, ids: list[int]) -> Generator[int, None, None]: ...


class ReturnsFile(Protocol):
    def op(self, ids: list[int]) -> TextIO: ...


class TakesSecret(Protocol):
    def op(self, ids: list[SecretStr]) -> list[int]: ...


class TakesSecretOrNot(Protocol):
    def op(self, ids: list[int] | SecretStr) -> list[int]: ...


class HasNoArgument(Protocol):
    def op(self) -> list[int]: ...


class HasOneTooMany(Protocol):
    def op(self, ids: list[int], more: int) -> list[int]: ...


class TakesText(Protocol):
    def op(self, ids: list[str]) -> list[int]: ...


class ReturnsText(Protocol):
    def op(self, ids: list[int]) -> list[str]: ...


class HasAnother(Protocol):
    def op(self, ids: list[int]) -> list[int]: ...

    def another(self) -> None: ...


class HasNone:
    op = None


@pytest.mark.parametrize(
    ("interface", "message"),
    [
        (Generates, "is a generator; a call has one answer: return a page of items and a cursor"),
        (GeneratesLater, "is a generator; a call has one answer"),
        (TakesArgs, "takes *ids; every argument needs a name and a type"),
        (TakesKeywords, "takes **more; every argument needs a name and a type"),
        (Untyped, "has the argument 'ids' without a type"),
        (ReturnsWithoutAType, "has no return type; `-> None` if it returns nothing"),
        (NamesNothing, "has an annotation that cannot be read: name 'Nowhere' is not defined"),
        (BrokenText, "has an annotation that cannot be read"),
        (TakesForward, "cannot cross as JSON"),
        (TakesUnknown, "cannot cross as JSON: Unable to generate pydantic-core schema for"),
        (TakesCallable, "cannot cross as JSON: Cannot generate a JsonSchema for core_schema.CallableSchema"),
        (TakesOnce, "cannot cross as JSON: it can be gone through only once; use list or Sequence"),
        (ReturnsOnce, "cannot cross as JSON: it can be gone through only once; use list or Sequence"),
        (ReturnsFile, "cannot cross as JSON"),
        (TakesSecret, "cannot cross as JSON: a secret is written as asterisks; use str"),
        (TakesSecretOrNot, "cannot cross as JSON"),
        (HasNoArgument, "has no argument for the body"),
        (HasOneTooMany, "the contract knows nothing of the argument 'ids'"),
        (TakesText, "may be integer, and string is wanted"),
        (ReturnsText, "may be integer, and string is wanted"),
        (HasAnother, "another: the contract has no operation for this method of HasAnother"),
        (HasNone, "HasNone has no method `op`"),
    ],
)
def test_it_is_refused_by_name(interface: type[Any], message: str) -> None:
    said = said_about(CONTRACT, interface)

    assert any(message in item for item in said), said


def test_what_fits_is_bound() -> None:
    class Fits(Protocol):
        def op(self, ids: list[int]) -> list[int]: ...

        _hidden: int = 3

        @staticmethod
        def helper() -> int: ...

        @property
        def size(self) -> int: ...

    assert said_about(CONTRACT, Fits) == []
