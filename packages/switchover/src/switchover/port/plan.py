"""Everything a call needs to know about its operation, worked out once at binding."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from switchover.contract import Operation
from switchover.port.answers import AnswerTable
from switchover.port.failures import FailureTable
from switchover.port.requests import RequestCodec
from switchover.trust import Identity


@dataclass(frozen=True, eq=False)
class Shadow:
    """Values of path parameters with which a call reaches another operation over HTTP.

    Attributes:
        pieces: of the path, by their index.
        other: the operation that it reaches.
        values: names of the arguments, each with its value as text.
    """

    pieces: Mapping[int, str]
    other: Operation
    values: tuple[tuple[str, str], ...]

    def covers(self, target: str) -> bool:
        """Whether a request for this target reaches the other operation."""
        pieces = target.partition("?")[0].split("/")[1:]
        return all(unquote(pieces[index]) == piece for index, piece in self.pieces.items())


@dataclass(frozen=True, eq=False)
class Plan:
    """One operation, bound to one method.

    Attributes:
        signature: of the method, without `self`.
        has_caller: is the first argument the caller?
        arguments: names of the arguments after the caller, in order.
        declared: names of the response headers that any response declares and the backend may set, in lower case.
        shadows: values of its parameters that reach another operation.
    """

    operation: Operation
    method: str
    is_async: bool
    doc: str | None
    signature: inspect.Signature
    has_caller: bool
    arguments: tuple[str, ...]
    requests: RequestCodec
    answers: AnswerTable
    failures: FailureTable
    declared: frozenset[str] = frozenset()
    shadows: tuple[Shadow, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Does the operation change nothing, so that it may be repeated?"""
        return self.operation.is_safe


@dataclass(frozen=True, eq=False)
class CallerForm:
    """How the team's caller type becomes an identity and back.

    Attributes:
        user: name of the attribute that is the user id, where that is text as it is; else None.
    """

    type: type
    to_identity: Callable[[Any], Identity]
    from_identity: Callable[[Identity], Any]
    user: str | None = None


Plans = Mapping[str, Plan]
"""Plans by method name."""
