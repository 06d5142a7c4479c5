"""The team's own caller type: all that is asked of it is a user id and groups."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from switchover.errors import InvalidRequest, MalformedRequest
from switchover.port.callers import caller_form
from switchover.port.plan import CallerForm
from switchover.trust import Identity


@dataclass(frozen=True)
class Named:
    user_id: str
    groups: frozenset[str] = frozenset()


@dataclass
class Listed:
    sub: UUID
    roles: list[str]
    tenant: str = "main"


class Numbered:
    def __init__(self, id: int) -> None:  # noqa: A002
        self.id = id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbered) and other.id == self.id

    def __hash__(self) -> int:
        return self.id


class Modelled(BaseModel):
    user: Annotated[str, Field(max_length=10)]
    groups: Sequence[str] = ()


class Untyped:
    def __init__(self, name, groups=frozenset()) -> None:  # type: ignore[no-untyped-def]
        self.name, self.groups = name, groups


class Strange:
    """Says in its annotations what nobody can look up."""

    def __init__(self, user: "Missing", groups: list[str] | None = None) -> None:  # type: ignore[name-defined]  # noqa: F821, UP037
        self.user, self.groups = user, groups


def form(cls: Any) -> CallerForm:
    found, differences = caller_form(cls)
    assert differences == []
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("caller", "identity"),
    [
        (Named("aiko", frozenset({"a"})), Identity("aiko", frozenset({"a"}))),
        (Listed(UUID(int=5), ["a", "b"]), Identity(str(UUID(int=5)), frozenset({"a", "b"}))),
        (Numbered(7), Identity("7")),
        (Modelled(user="aiko", groups=["a"]), Identity("aiko", frozenset({"a"}))),
    ],
)
def test_a_caller_is_taken_apart_and_put_together_again(caller: Any, identity: Identity) -> None:
    made = form(type(caller))
    assert made.to_identity(caller) == identity
    assert made.from_identity(identity) == caller


def test_a_caller_without_types_has_a_name_and_a_set_of_groups() -> None:
    made = form(Untyped)
    caller = made.from_identity(Identity("aiko", frozenset({"a"})))
    assert (caller.name, caller.groups) == ("aiko", frozenset({"a"}))
    assert made.to_identity(caller) == Identity("aiko", frozenset({"a"}))
    assert form(Strange).from_identity(Identity("aiko")).user == "aiko"


@pytest.mark.parametrize(
    ("caller", "cls", "expected"),
    [
        (None, Named, "caller is a NoneType, and Named is wanted"),
        ("aiko", Named, "caller is a str, and Named is wanted"),
        (Named("aiko", "beta"), Named, "caller.groups have to be a list or set of text"),  # type: ignore[arg-type]
        (Named("aiko", None), Named, "caller.groups have to be a list or set of text"),  # type: ignore[arg-type]
        (Named("aiko", [["a"]]), Named, "caller.groups have to be a list or set of text"),  # type: ignore[arg-type]
        (Listed("aiko", []), Listed, "caller does not hold what a Listed is made with"),  # type: ignore[arg-type]
    ],
)
def test_a_caller_that_is_none_is_refused_before_anything_is_sent(caller: Any, cls: type, expected: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        form(cls).to_identity(caller)
    assert [str(error) for error in caught.value.errors] == [expected]


def test_a_caller_that_hides_what_it_was_made_with_is_refused() -> None:
    class Hiding:
        def __init__(self, user: str) -> None:
            self._user = user

    with pytest.raises(InvalidRequest, match="does not hold what a Hiding is made with"):
        form(Hiding).to_identity(Hiding("aiko"))


@pytest.mark.parametrize(("cls", "user"), [(Numbered, "aiko"), (Listed, "aiko"), (Modelled, "a" * 11)])
def test_a_header_that_names_nobody_the_team_knows_is_malformed(cls: type, user: str) -> None:
    with pytest.raises(MalformedRequest, match="names nobody that can call"):
        form(cls).from_identity(Identity(user))


@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        ("Caller", "the caller type 'Caller' is no class"),
        (
            dataclasses.make_dataclass("Nobody", ["tenant"]),
            "takes no user id; one of its arguments has to be user_id or user",
        ),
        (dataclasses.make_dataclass("Nobody", ["tenant"]), "needs tenant, which does not travel; give it a default"),
        (dataclasses.make_dataclass("Flagged", [("user", bool)]), "has 'user', which has to be text or a number"),
        (
            dataclasses.make_dataclass("Single", [("user", str), ("groups", str)]),
            "has 'groups', which has to be a list or set of text",
        ),
        (dataclasses.make_dataclass("Typed", [("user", type)]), "has 'user', which does not travel"),
        (type, "the caller type type "),
    ],
)
def test_a_type_that_cannot_be_a_caller_is_refused_with_the_reason(cls: Any, expected: str) -> None:
    found, differences = caller_form(cls)
    assert found is None
    assert expected in "\n".join(differences)


def test_a_constructor_that_takes_anything_needs_nothing_more() -> None:
    class Open:
        def __init__(self, user: str, *more: object, **others: object) -> None:
            self.user = user

    assert form(Open).from_identity(Identity("aiko")).user == "aiko"
