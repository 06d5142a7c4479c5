"""A request body and the arguments it is made of: one that is all of it, or several that are its members."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NotRequired

from typing_extensions import TypedDict  # pydantic reads typing's own only from Python 3.12 on

from switchover.contract import Content, Media, RequestBody, Shape
from switchover.contract.annotations import NotAWireType, wire_type
from switchover.contract.naming import is_same
from switchover.port.bind.arguments import Arguments, default_of, without_none
from switchover.port.bind.file_arguments import FileArguments
from switchover.port.forms import FormCodec
from switchover.port.matching import Match, match
from switchover.port.requests import REQUIRED, BoundBody

PLAIN_TYPES: Final = {Media.TEXT: str, Media.BINARY: bytes}
"""What a body that is not JSON is in Python."""

_Attempt = tuple[BoundBody | None, list[str]]


def bound_body(body: RequestBody, arguments: Arguments) -> BoundBody | None:
    """The body with the arguments that are left; they are taken."""
    left = arguments.left()
    if not left:
        arguments.found.append("has no argument for the body")
        return None
    if body.content.media in PLAIN_TYPES:
        arguments.take(left[0])
        chosen, found = _plain(body, left[0], arguments)
    elif body.content.media is not Media.JSON:
        arguments.take(*left)
        chosen, found = _form(body, left, arguments)
    else:
        arguments.take(*left)
        chosen, found = _json(body, left, arguments)
    arguments.found += found
    return chosen


def _plain(body: RequestBody, argument: inspect.Parameter, arguments: Arguments) -> _Attempt:
    content, wanted = body.content, PLAIN_TYPES[body.content.media]
    default = REQUIRED if body.is_required else default_of(argument)
    found = []
    if without_none(arguments.hint(argument)) is not wanted:
        found.append(f"takes {content.media_type}, and the argument {argument.name!r} is not {wanted.__name__}")
    if default is REQUIRED and not body.is_required:
        found.append(f"the body may be left out, and the argument {argument.name!r} has no default")
    return BoundBody(content.media, content.media_type, None, arguments.index(argument), default=default), found


def _form(body: RequestBody, left: list[inspect.Parameter], arguments: Arguments) -> _Attempt:
    if not body.content.has_files:
        chosen, found = _json(body, left, arguments)
        return (None if chosen is None else replace(chosen, form=FormCodec(body.content))), found
    files = FileArguments(body.content, left, arguments)
    chosen, found = _spread(body, left, arguments, files.hints)
    form = FormCodec(body.content, files.plain)
    return (None if chosen is None else replace(chosen, form=form)), [*files.found, *found]


def _json(body: RequestBody, left: list[inspect.Parameter], arguments: Arguments) -> _Attempt:
    whole = _whole(body, left, arguments)
    if not whole[1]:
        return whole
    spread = _spread(body, left, arguments)
    speaks_for_whole = len(left) == 1 and _member_name(body.content, left[0].name) is None
    return whole if spread[1] and speaks_for_whole else spread


def _whole(body: RequestBody, left: list[inspect.Parameter], arguments: Arguments) -> _Attempt:
    if len(left) != 1:
        return None, [f"has {len(left)} arguments for the body: {', '.join(argument.name for argument in left)}"]
    argument, content = left[0], body.content
    shape, default = content.shape, REQUIRED
    if not body.is_required:
        default = default_of(argument)
        if default is REQUIRED:
            return None, [f"the body may be left out, and the argument {argument.name!r} has no default"]
        shape = replace(shape, is_nullable=True) if default is None else shape
    found = match(shape, arguments.hint(argument))
    if found.differences:
        return None, [f"body / {argument.name}: {message}" for message in found.differences]
    codec = arguments.codec(found, content.schema, content.shape, "body")
    return BoundBody(content.media, content.media_type, codec, arguments.index(argument), default=default), []


def _spread(
    body: RequestBody, left: list[inspect.Parameter], arguments: Arguments, hints: Mapping[str, Any] | None = None
) -> _Attempt:
    """The body as one argument for each member; `hints` replace annotations."""
    content = body.content
    names = {argument.name: _member_name(content, argument.name) for argument in left}
    unknown = [name for name, member in names.items() if member is None]
    if unknown:
        return None, [f"the contract knows nothing of the argument {name!r}" for name in unknown]
    members = {name: member for name, member in names.items() if member is not None}
    annotated = {argument.name: arguments.hint(argument) for argument in left} | dict(hints or {})
    found = _match_members(content, left, members, annotated, arguments.method.name)
    defaults = tuple(default_of(argument) for argument in left)
    differences = [f"body: {message}" for message in found.differences]
    differences += [
        message
        for argument in left
        if (message := _default_difference(argument, content.shape.properties[members[argument.name]].shape))
    ]
    if not body.is_required and REQUIRED in defaults:
        differences.append("the body may be left out, and not all of the arguments have defaults")
    if differences:
        return None, differences
    codec = arguments.codec(found, content.schema, content.shape, "body")
    pairs = tuple((arguments.index(argument), members[argument.name]) for argument in left)
    return BoundBody(
        content.media,
        content.media_type,
        codec,
        members=pairs,
        defaults=defaults,
        may_be_left_out=not body.is_required,
    ), []


def _default_difference(argument: inspect.Parameter, shape: Shape) -> str | None:
    if argument.default is argument.empty or not shape.default or _plain_value(argument.default) == shape.default[0]:
        return None
    return f"body#/{argument.name} left out means {shape.default[0]!r} in the contract and {argument.default!r} in the argument"


def _plain_value(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else getattr(default, "value", default)


def _match_members(
    content: Content,
    left: list[inspect.Parameter],
    members: Mapping[str, str],
    annotated: Mapping[str, Any],
    method: str,
) -> Match:
    """The arguments as one object; one with a default may be left out when reading, and is always written."""
    hints = {members[argument.name]: annotated[argument.name] for argument in left}
    optional = {members[argument.name] for argument in left if argument.default is not argument.empty}
    takes = {name: NotRequired[hint] if name in optional else hint for name, hint in hints.items()}
    name = f"{method} arguments"
    try:
        written = wire_type(TypedDict(name, hints))  # type: ignore[operator]
    except NotAWireType as error:
        return Match(None, (f"cannot cross as JSON: {error}",))
    return match(content.shape, TypedDict(name, takes), gives=written.gives)  # type: ignore[operator]


def _member_name(content: Content, argument: str) -> str | None:
    return next((name for name in content.shape.properties if is_same(name, argument)), None)
