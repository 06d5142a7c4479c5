"""Parameters of the contract and the arguments they fill."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from switchover.contract import CONTEXT_HEADERS, Operation, Parameter
from switchover.contract.naming import is_same
from switchover.port.bind.arguments import Arguments, default_difference, default_of
from switchover.port.matching import match
from switchover.port.requests import REQUIRED, BoundParameter
from switchover.port.values import UnusableValue, ValueCodec


def bound_parameters(operation: Operation, arguments: Arguments) -> list[BoundParameter]:
    """Every parameter with its argument. Headers that travel beside a call may go without one."""
    return list(_bound(operation, arguments))


def _bound(operation: Operation, arguments: Arguments) -> Iterator[BoundParameter]:
    pieces = operation.path.split("/")[1:]
    for parameter in operation.parameters:
        argument = _argument_for(parameter, arguments)
        if argument is not None:
            arguments.take(argument)
            segment = pieces.index(f"{{{parameter.name}}}") if f"{{{parameter.name}}}" in pieces else -1
            bound = _parameter(parameter, argument, arguments, segment if parameter.place == "path" else -1)
            if bound is not None:
                yield bound
        elif not (parameter.place == "header" and parameter.name.lower() in CONTEXT_HEADERS):
            arguments.found.append(f"has no argument for {parameter.label}")


def _argument_for(parameter: Parameter, arguments: Arguments) -> inspect.Parameter | None:
    """By place and name (`path_id`) where names alone would be ambiguous, by name everywhere else."""
    for name in (f"{parameter.place}_{parameter.name}", parameter.name):
        for argument in arguments.left():
            if is_same(argument.name, name):
                return argument
    return None


def _parameter(
    parameter: Parameter, argument: inspect.Parameter, arguments: Arguments, segment: int
) -> BoundParameter | None:
    own = REQUIRED if parameter.is_required else default_of(argument)
    shape = replace(parameter.shape, is_nullable=True) if own is None else parameter.shape
    found = match(shape, arguments.hint(argument))
    label = f"{parameter.label} / {argument.name}"
    if found.differences:
        arguments.found += [f"{label}: {message}" for message in found.differences]
        return None
    codec = arguments.codec(found, parameter.schema, shape, parameter.label, is_marked=parameter.is_marked)
    default = own
    if own is REQUIRED and not parameter.is_required:
        default = _declared_default(parameter, codec, arguments)
    elif own is not REQUIRED and (parameter.shape.default or own is not None):
        difference = default_difference(codec, own, parameter.shape.default, parameter.label)
        arguments.found += [difference] if difference else []
    return BoundParameter(parameter, arguments.index(argument), codec, default, segment)


def _declared_default(parameter: Parameter, codec: ValueCodec, arguments: Arguments) -> Any:
    """What an argument without a default is, when the parameter is not there."""
    if not parameter.shape.default:
        arguments.found.append(f"{parameter.label} may be left out, and its argument has no default")
        return REQUIRED
    try:
        return codec.read_plain(parameter.shape.default[0])
    except UnusableValue as error:
        arguments.found.append(f"{parameter.label} has a default that breaks its own schema: {error.errors[0].detail}")
        return REQUIRED
