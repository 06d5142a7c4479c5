"""A call whose operation and arguments are only known at run time: from a shell, from a recording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from switchover.contract.naming import is_same
from switchover.errors import InvalidField, InvalidRequest
from switchover.port.plan import Plan, Plans
from switchover.port.requests import REQUIRED
from switchover.port.values import UnusableValue


def plan_for(plans: Plans, operation: str) -> Plan:
    """The plan of an operation, named in any case style.

    Raises:
        KeyError: there is none; the message names those that there are.
    """
    for name, plan in plans.items():
        if is_same(name, operation):
            return plan
    raise KeyError(
        f"there is no operation {operation!r}; there are {', '.join(plan.operation.id for plan in plans.values())}"
    )


def invoke(plan: Plan, target: Any, caller: Any, arguments: Mapping[str, Any]) -> Any:
    """Call an operation of `target` with arguments as plain JSON values, by name in any case style; `body` is the whole body.

    What comes back is what the method gives: a result, or a coroutine of one for `async def`.

    Raises:
        InvalidRequest: an argument is unknown, missing, or breaks the contract.
    """
    values = _values(plan, arguments)
    named = dict(zip(plan.arguments, values, strict=True))
    if plan.has_caller:
        named = {next(iter(plan.signature.parameters)): caller, **named}
    bound = plan.signature.bind(**named)
    return getattr(target, plan.method)(*bound.args, **bound.kwargs)


def as_json(plan: Plan, result: Any) -> Any:
    """A result as plain JSON values.

    Raises:
        UnusableValue: it breaks the contract.
    """
    codec = plan.answers.choose(result).codec
    if codec is not None:
        return codec.plain(result)
    return result.decode("utf-8", "replace") if isinstance(result, bytes) else result


def _values(plan: Plan, arguments: Mapping[str, Any]) -> list[Any]:
    given = dict(arguments)
    values: list[Any] = [None] * len(plan.arguments)
    errors: list[InvalidField] = []
    for bound in plan.requests.parameters:
        key = _key(given, plan.arguments[bound.index], bound.parameter.name)
        try:
            if key is not None:
                values[bound.index] = bound.codec.read_plain(given.pop(key))
            elif bound.default is not REQUIRED:
                values[bound.index] = bound.default
            else:
                errors.append(InvalidField(bound.parameter.label, "is required"))
        except UnusableValue as error:
            errors += error.errors
    _take_body(plan, given, values, errors)
    errors += [InvalidField(key, f"is not known; {plan.operation.id} takes {_known(plan)}") for key in given]
    if errors:
        raise InvalidRequest(errors=errors)
    return values


def _take_body(plan: Plan, given: dict[str, Any], values: list[Any], errors: list[InvalidField]) -> None:
    body = plan.requests.body
    if body is None:
        return
    try:
        if body.index < 0:
            assert body.codec is not None
            names = [name for _, name in body.members]
            plain = {name: given.pop(key) for name in names if (key := _key(given, name)) is not None}
            found = body.codec.read_plain(plain)
            for (index, name), default in zip(body.members, body.defaults, strict=True):
                values[index] = found.get(name, default)
            return
        key = _key(given, plan.arguments[body.index], "body")
        if key is not None:
            value = given.pop(key)
            values[body.index] = body.codec.read_plain(value) if body.codec is not None else value
        elif body.default is not REQUIRED:
            values[body.index] = body.default
        else:
            errors.append(InvalidField("body", "is required"))
    except UnusableValue as error:
        errors += error.errors


def _key(given: Mapping[str, Any], *names: str) -> str | None:
    return next((key for key in given for name in names if is_same(key, name)), None)


def _known(plan: Plan) -> str:
    return ", ".join(plan.arguments) or "no arguments"
