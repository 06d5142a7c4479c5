"""The team's own caller type: all that is asked of it is a user id and groups."""

from __future__ import annotations

import inspect
from typing import Any, Final

from switchover.port.plan import CallerForm
from switchover.trust import Identity

_USER: Final = ("user_id", "user", "id", "sub", "name")
_GROUPS: Final = ("groups", "roles")


def caller_form(cls: type) -> tuple[CallerForm | None, list[str]]:
    """How to take a caller apart and put one together, read from its constructor; or why that cannot be done."""
    try:
        parameters = inspect.signature(cls).parameters
    except (TypeError, ValueError):
        return None, [f"the caller type {cls.__name__} has no constructor that can be read"]
    user = next((name for name in _USER if name in parameters), None)
    groups = next((name for name in _GROUPS if name in parameters), None)
    known = {user, groups}
    missing = [name for name, parameter in parameters.items() if name not in known and _is_required(parameter)]
    differences = []
    if user is None:
        differences.append(
            f"the caller type {cls.__name__} takes no user id; one of its arguments has to be {' or '.join(_USER)}"
        )
    if missing:
        differences.append(
            f"the caller type {cls.__name__} needs {', '.join(missing)}, which does not travel; give it a default"
        )
    if differences or user is None:
        return None, differences
    return _form(cls, user, groups), []


def _form(cls: type, user: str, groups: str | None) -> CallerForm:
    def to_identity(caller: Any) -> Identity:
        return Identity(str(getattr(caller, user)), frozenset(getattr(caller, groups)) if groups else frozenset())

    def from_identity(identity: Identity) -> Any:
        arguments: dict[str, Any] = {user: identity.user}
        if groups:
            arguments[groups] = identity.groups
        return cls(**arguments)

    return CallerForm(cls, to_identity, from_identity)


def _is_required(parameter: inspect.Parameter) -> bool:
    return parameter.default is parameter.empty and parameter.kind not in (
        parameter.VAR_POSITIONAL,
        parameter.VAR_KEYWORD,
    )
