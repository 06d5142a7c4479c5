"""The team's own caller type: all that is asked of it is a user id and groups."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from switchover.contract.annotations import NotAWireType, wire_type
from switchover.errors import InvalidField, InvalidRequest, MalformedRequest
from switchover.port.plan import CallerForm
from switchover.trust import CALLER_HEADER, Identity

_USER: Final = ("user_id", "user", "id", "sub", "name")
_GROUPS: Final = ("groups", "roles")


@dataclass(frozen=True, slots=True)
class _Part:
    """An argument of the caller's constructor, and how its value becomes plain JSON and back."""

    name: str
    adapter: TypeAdapter[Any]
    is_plain: bool

    def plain(self, caller: Any) -> Any:
        value = getattr(caller, self.name)
        return value if self.is_plain else self.adapter.dump_python(value, mode="json", warnings="error")

    def value(self, plain: Any) -> Any:
        return plain if self.is_plain else self.adapter.validate_python(plain)


def caller_form(cls: Any) -> tuple[CallerForm | None, list[str]]:
    """How to take a caller apart and put one together, read from its constructor; or why that cannot be done."""
    if not isinstance(cls, type):
        return None, [f"the caller type {cls!r} is no class"]
    try:
        parameters = inspect.signature(cls).parameters
    except (TypeError, ValueError):
        return None, [f"the caller type {cls.__name__} has no constructor that can be read"]
    user = next((name for name in _USER if name in parameters), None)
    groups = next((name for name in _GROUPS if name in parameters), None)
    differences = []
    if user is None:
        wanted = " or ".join(_USER)
        differences.append(f"the caller type {cls.__name__} takes no user id; one of its arguments has to be {wanted}")
    missing = [name for name, parameter in parameters.items() if name not in (user, groups) and _is_required(parameter)]
    if missing:
        differences.append(
            f"the caller type {cls.__name__} needs {', '.join(missing)}, which does not travel; give it a default"
        )
    if user is None or differences:
        return None, differences
    return _form(cls, user, groups)


def _form(cls: type, user: str, groups: str | None) -> tuple[CallerForm | None, list[str]]:
    hints = _hints(cls)
    user_part, found = _part(cls, user, hints.get(user, str), str, {"string", "integer"}, "text or a number")
    groups_part = None
    if groups is not None:
        wanted = "a list or set of text"
        groups_part, more = _part(cls, groups, hints.get(groups, frozenset[str]), frozenset[str], {"array"}, wanted)
        found += more
    if user_part is None or found:
        return None, found
    taker, maker = _taker(cls, user_part, groups_part), _maker(cls, user_part, groups_part)
    return CallerForm(cls, taker, maker, user if user_part.is_plain else None), []


def _part(cls: type, name: str, hint: Any, plain: Any, kinds: set[str], wanted: str) -> tuple[_Part | None, list[str]]:
    try:
        wire = wire_type(hint)
    except NotAWireType as error:
        return None, [f"the caller type {cls.__name__} has {name!r}, which does not travel: {error}"]
    if not wire.takes.kinds & kinds:
        return None, [f"the caller type {cls.__name__} has {name!r}, which has to be {wanted}"]
    return _Part(name, wire.adapter, hint == plain), []


def _taker(cls: type, user: _Part, groups: _Part | None) -> Callable[[Any], Identity]:
    def to_identity(caller: Any) -> Identity:
        if not isinstance(caller, cls):
            raise _unusable("caller", f"is a {type(caller).__name__}, and {cls.__name__} is wanted")
        try:
            name = user.plain(caller)
            listed = groups.plain(caller) if groups is not None else ()
        except (PydanticSerializationError, AttributeError):  # whose words may be what it holds
            raise _unusable("caller", f"does not hold what a {cls.__name__} is made with") from None
        return Identity(str(name) if type(name) is int else name, _set(listed))

    return to_identity


def _set(groups: Any) -> frozenset[Any]:
    try:
        if not isinstance(groups, str):
            return frozenset(groups)
    except TypeError:
        pass
    raise _unusable("caller.groups", "have to be a list or set of text")


def _unusable(where: str, what: str) -> InvalidRequest:
    return InvalidRequest(errors=[InvalidField(where, what)])


def _maker(cls: type, user: _Part, groups: _Part | None) -> Callable[[Identity], Any]:
    def from_identity(identity: Identity) -> Any:
        try:
            arguments = {user.name: user.value(identity.user)}
            if groups is not None:
                arguments[groups.name] = groups.value(identity.groups if groups.is_plain else sorted(identity.groups))
            return cls(**arguments)
        except ValueError:  # whose words may be the name
            raise MalformedRequest(f"The header {CALLER_HEADER} names nobody that can call.") from None

    return from_identity


def _hints(cls: type) -> dict[str, Any]:
    """The types of the constructor's arguments, or of the fields where the constructor does not say."""
    found: dict[str, Any] = {}
    for owner in (cls, cls.__init__):  # type: ignore[misc]
        try:
            found |= typing.get_type_hints(owner, include_extras=True)
        except (NameError, TypeError):
            continue
    return found


def _is_required(parameter: inspect.Parameter) -> bool:
    return parameter.default is parameter.empty and parameter.kind not in (
        parameter.VAR_POSITIONAL,
        parameter.VAR_KEYWORD,
    )
