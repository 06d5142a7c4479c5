"""Text as parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from switchover.contract import Parameter, Shape, Style
from switchover.port.styles.text import (
    ABSENT,
    SEPARATORS,
    Fields,
    UnreadableError,
    is_mixed,
    quoted,
    read_json,
    read_scalar,
    unquoted,
)

_STRING: Final = Shape(kinds=frozenset({"string"}))
_ESCAPE: Final = re.compile("%[0-9a-f]{2}", re.IGNORECASE)


def read_path(parameter: Parameter, raw: str) -> Any:
    """The value of a path segment, still percent-encoded.

    Raises:
        UnreadableError: it is not in the parameter's style.
    """
    match parameter.style:
        case Style.JSON:
            return read_json(unquoted(raw))
        case Style.SIMPLE:
            return _split(parameter, raw, ",", unquoted)
        case Style.LABEL:
            if not raw.startswith("."):
                raise UnreadableError("has to start with '.'")
            return _split(parameter, raw[1:], "." if parameter.explode else ",", unquoted)
    return _read_matrix(parameter, raw)


def _read_matrix(parameter: Parameter, raw: str) -> Any:
    shape = parameter.shape
    if not raw.startswith(";"):
        raise UnreadableError(f"has to start with ';{parameter.name}='")
    pairs = [piece.partition("=")[::2] for piece in raw[1:].split(";")]
    if "object" in shape.kinds and parameter.explode:
        return _object(shape, pairs, unquoted)
    if any(unquoted(key) != parameter.name for key, _ in pairs):
        raise UnreadableError(f"has to be ';{parameter.name}=…'")
    if "array" in shape.kinds and parameter.explode:
        return [read_scalar(unquoted(text), _item(shape)) for _, text in pairs]
    return _split(parameter, _single([text for _, text in pairs]), ",", unquoted)


def read_query(parameter: Parameter, fields: Fields, raw: Fields) -> Any:
    """The value of a query parameter: `fields` percent-decoded, `raw` as they were sent. ABSENT where it is not there.

    Raises:
        UnreadableError: it is not in the parameter's style.
    """
    shape = parameter.shape
    if parameter.style is Style.DEEP:
        return _read_members(shape, fields, f"{parameter.name}[", "]")
    if "object" in shape.kinds and parameter.style is Style.FORM and parameter.explode and not is_mixed(shape):
        return _read_members(shape, {name: fields[name] for name in shape.properties if name in fields}, "", "")
    values = fields.get(parameter.name)
    if values is None:
        return ABSENT
    if parameter.style is Style.JSON:
        return read_json(_single(values))
    if is_mixed(shape) and parameter.explode:
        return _one_or_many(shape, values)
    if "array" in shape.kinds and parameter.style is Style.FORM and parameter.explode:
        return [read_scalar(text, _item(shape)) for text in values]
    if not shape.kinds & {"array", "object"}:
        return read_scalar(_single(values), shape)
    text = _single(raw[parameter.name]).replace("+", "%20")
    if parameter.style is Style.FORM:
        return _split(parameter, text, ",", unquoted)
    text = _ESCAPE.sub(lambda escape: escape[0].upper(), text).replace("|", "%7C")
    return _split(parameter, text, quoted(SEPARATORS[parameter.style]), unquoted)


def _read_members(shape: Shape, fields: Fields, before: str, after: str) -> Any:
    found: dict[str, Any] = {}
    for name, values in fields.items():
        if name.startswith(before) and name.endswith(after):
            key = name[len(before) : len(name) - len(after)]
            found[key] = read_scalar(_single(values), _member(shape, key))
    return found or ABSENT


def read_header(parameter: Parameter, text: str) -> Any:
    """The value of a header.

    Raises:
        UnreadableError: it is not in the parameter's style.
    """
    if parameter.style is Style.JSON:
        return read_json(text)
    if parameter.shape.kinds & {"array", "object"}:
        return _split(parameter, text, ",", str.strip)
    return read_scalar(text, parameter.shape)


def read_cookie(parameter: Parameter, fields: Fields) -> Any:
    """The value of a cookie; ABSENT where it is not there.

    Raises:
        UnreadableError: it is not in the parameter's style.
    """
    values = fields.get(quoted(parameter.name))
    if values is None:
        return ABSENT
    if parameter.style is Style.JSON:
        return read_json(unquoted(_single(values)))
    return _split(parameter, _single(values), ",", unquoted)


def _split(parameter: Parameter, text: str, separator: str, decode: Callable[[str], str]) -> Any:
    shape = parameter.shape
    if not shape.kinds & {"array", "object"}:
        return read_scalar(decode(text), shape)
    pieces = text.split(separator) if text else []
    if is_mixed(shape):
        return _one_or_many(shape, [decode(piece) for piece in pieces or [""]])
    if "array" in shape.kinds:
        return [read_scalar(decode(piece), _item(shape)) for piece in pieces]
    if parameter.explode:
        return _object(shape, [piece.partition("=")[::2] for piece in pieces], decode)
    if len(pieces) % 2:
        raise UnreadableError("has to be names and values in turn")
    return _object(shape, zip(pieces[::2], pieces[1::2], strict=True), decode)


def _one_or_many(shape: Shape, texts: Sequence[str]) -> Any:
    """A scalar where there is one text, an array where there are several."""
    if len(texts) == 1:
        return read_scalar(texts[0], shape)
    array = next((option for option in shape.alternatives if option.kinds == {"array"}), shape)
    return [read_scalar(text, _item(array)) for text in texts]


def _object(shape: Shape, pairs: Iterable[tuple[str, str]], decode: Callable[[str], str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for raw, text in pairs:
        key = decode(raw)
        if key in found:
            raise UnreadableError("has a name more than once")
        found[key] = read_scalar(decode(text), _member(shape, key))
    return found


def _single(values: Sequence[str]) -> str:
    if len(values) != 1:
        raise UnreadableError(f"is there {len(values)} times")
    return values[0]


def _item(shape: Shape) -> Shape:
    return shape.items.shape if shape.items else _STRING


def _member(shape: Shape, name: str) -> Shape:
    member = shape.properties.get(name)
    return member.shape if member else _STRING
