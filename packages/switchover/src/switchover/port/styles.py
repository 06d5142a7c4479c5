"""Parameters as text: every style of OpenAPI 3.1 (section 4.8.12), written and read.

Values here are plain JSON values; strings on the wire are percent-encoded (RFC 3986) outside of headers and cookies.
Reading goes by the shape: `1` is a number where the contract has one, and a string where it has that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote_to_bytes

from switchover.contract import Parameter, Shape, Style

Fields = Mapping[str, Sequence[str]]
"""Decoded fields of a query or of cookies: every value of each name, in order."""

_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_MOST_DIGITS: Final = 4000
_SEPARATORS: Final = {Style.FORM: ",", Style.SPACE: " ", Style.PIPE: "|", Style.SIMPLE: ",", Style.LABEL: ","}

ABSENT: Final = object()
"""What reading gives for a parameter that is not there."""


class UnwritableError(ValueError):
    """A value that the style cannot carry so that it arrives as it was; the message says why."""


class UnreadableError(ValueError):
    """Text that is not in the parameter's style; the message says what it should be."""


# -- scalars ----------------------------------------------------------------------------------------------------------


def write_scalar(value: Any) -> str:
    """One scalar as text."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
    raise UnwritableError("is not a value that can be written into a parameter")


def read_scalar(text: str, shape: Shape) -> Any:
    """The scalar that `text` is, by the kinds that the shape allows; text that fits none of them stays a string."""
    kinds = shape.kinds
    if kinds == {"string"}:
        return text
    if "integer" in kinds and _INTEGER.fullmatch(text) and len(text) < _MOST_DIGITS:
        return int(text)
    if "number" in kinds and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


# -- writing ----------------------------------------------------------------------------------------------------------


def write_path(parameter: Parameter, value: Any) -> str:
    """One path segment, percent-encoded."""
    text = _write_path(parameter, value)
    if text in ("", ".", ".."):
        raise UnwritableError("is empty, or dots alone, which a path cannot carry")
    return text


def _write_path(parameter: Parameter, value: Any) -> str:
    name = _quoted(parameter.name)
    match parameter.style:
        case Style.JSON:
            return _quoted(_json(value))
        case Style.SIMPLE:
            return _joined(parameter, value, ",", _quoted)
        case Style.LABEL:
            return "." + _joined(parameter, value, "." if parameter.explode else ",", _quoted)
    if isinstance(value, list) and parameter.explode:
        return "".join(f";{name}={_quoted(write_scalar(item))}" for item in value)
    if isinstance(value, dict) and parameter.explode:
        return "".join(f";{_quoted(key)}={_quoted(write_scalar(item))}" for key, item in value.items())
    return f";{name}={_joined(parameter, value, ',', _quoted)}"


def write_query(parameter: Parameter, value: Any) -> list[str]:
    """`name=value` pairs, percent-encoded; none for a list or object without elements."""
    name = _quoted(parameter.name)
    match value:
        case list() | dict() if not value:
            if parameter.is_required:
                raise UnwritableError("is empty, which this style cannot carry")
            return []
        case list() if parameter.style is Style.FORM and parameter.explode:
            return [f"{name}={_quoted(write_scalar(item))}" for item in value]
        case dict() if parameter.style is Style.DEEP:
            return [f"{name}%5B{_quoted(key)}%5D={_quoted(write_scalar(item))}" for key, item in value.items()]
        case dict() if parameter.style is Style.FORM and parameter.explode:
            return [f"{_quoted(key)}={_quoted(write_scalar(item))}" for key, item in value.items()]
    if parameter.style is Style.JSON:
        return [f"{name}={_quoted(_json(value))}"]
    separator = _quoted(_SEPARATORS[parameter.style]) if parameter.style is not Style.FORM else ","
    return [f"{name}={_joined(parameter, value, separator, _quoted)}"]


def write_header(parameter: Parameter, value: Any) -> str:
    """The value of a header; visible ASCII, as it is the only text that arrives everywhere as it was sent."""
    text = _json(value) if parameter.style is Style.JSON else _joined(parameter, value, ",", str)
    if not text.isascii() or not text.isprintable() or text != text.strip():
        raise UnwritableError("has characters that a header cannot carry (ASCII, without spaces at its ends)")
    return text


def write_cookie(parameter: Parameter, value: Any) -> list[str]:
    """`name=value` pairs for the header `Cookie`."""
    if parameter.style is Style.JSON:
        return [f"{_quoted(parameter.name)}={_quoted(_json(value))}"]
    if isinstance(value, list | dict) and parameter.explode:
        raise UnwritableError("is a list or an object, which an exploded cookie cannot carry")
    return [f"{_quoted(parameter.name)}={_joined(parameter, value, ',', _quoted)}"]


def _joined(parameter: Parameter, value: Any, separator: str, encode: Callable[[str], str]) -> str:
    match value:
        case list():
            return separator.join(_piece(item, separator, encode) for item in value)
        case dict():
            link = "=" if parameter.explode else separator
            pieces = ((_piece(key, separator, encode), _piece(item, separator, encode)) for key, item in value.items())
            return separator.join(f"{key}{link}{item}" for key, item in pieces)
    return encode(write_scalar(value))


def _piece(value: Any, separator: str, encode: Callable[[str], str]) -> str:
    text = encode(write_scalar(value))
    if separator in text or (encode is str and "," in text):
        raise UnwritableError(f"has an element with {separator!r} in it, which separates elements")
    if encode is not str and "." in text and separator == ".":
        raise UnwritableError("has an element with '.' in it, which separates elements")
    return text


def _quoted(text: str) -> str:
    try:
        return quote(text, safe="")
    except UnicodeEncodeError as error:
        raise UnwritableError("is not valid Unicode") from error


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


# -- reading ----------------------------------------------------------------------------------------------------------


def unquote_strict(text: str) -> str:
    """Percent-decoding that refuses what is not UTF-8, instead of replacing it."""
    if "%" not in text:
        return text
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError("is not UTF-8") from error


def read_path(parameter: Parameter, raw: str) -> Any:
    """The value of a path segment, still percent-encoded."""
    shape = parameter.shape
    match parameter.style:
        case Style.JSON:
            return _from_json(unquote_strict(raw))
        case Style.SIMPLE:
            return _split(parameter, raw, ",", unquote_strict)
        case Style.LABEL:
            if not raw.startswith("."):
                raise UnreadableError("has to start with '.'")
            return _split(parameter, raw[1:], "." if parameter.explode else ",", unquote_strict)
    pairs = [piece.partition("=") for piece in raw.split(";")[1:]]
    if not raw.startswith(";") or not pairs:
        raise UnreadableError(f"has to start with ';{parameter.name}='")
    if "object" in shape.kinds and parameter.explode:
        return {unquote_strict(key): read_scalar(unquote_strict(text), _member(shape, key)) for key, _, text in pairs}
    if any(unquote_strict(key) != parameter.name for key, _, _ in pairs):
        raise UnreadableError(f"has to be ';{parameter.name}=…'")
    if "array" in shape.kinds and parameter.explode:
        return [read_scalar(unquote_strict(text), _item(shape)) for _, _, text in pairs]
    return _split(parameter, pairs[0][2], ",", unquote_strict)


def read_query(parameter: Parameter, fields: Fields, raw: Fields) -> Any:
    """The value of a query parameter: `fields` percent-decoded, `raw` as they were sent. ABSENT where it is not there."""
    if parameter.style is Style.DEEP:
        return _read_deep(parameter, fields)
    shape = parameter.shape
    if "object" in shape.kinds and parameter.style is Style.FORM and parameter.explode:
        found = {name: _single(fields[name], name) for name in shape.properties if name in fields}
        return {name: read_scalar(text, _member(shape, name)) for name, text in found.items()} if found else ABSENT
    values = fields.get(parameter.name)
    if values is None:
        return ABSENT
    if "array" in shape.kinds and parameter.style is Style.FORM and parameter.explode:
        return [read_scalar(text, _item(shape)) for text in values]
    if parameter.style is Style.JSON:
        return _from_json(_single(values, parameter.name))
    if shape.kinds & {"array", "object"}:
        text = _single(raw[parameter.name], parameter.name)
        separator = "," if parameter.style is Style.FORM else _quoted(_SEPARATORS[parameter.style])
        return _split(parameter, text.replace("+", "%20").replace("|", "%7C"), separator, unquote_strict)
    return read_scalar(_single(values, parameter.name), shape)


def _read_deep(parameter: Parameter, fields: Fields) -> Any:
    shape, prefix = parameter.shape, parameter.name + "["
    found: dict[str, Any] = {}
    for name, values in fields.items():
        if name.startswith(prefix) and name.endswith("]"):
            key = name[len(prefix) : -1]
            found[key] = read_scalar(_single(values, name), _member(shape, key))
    return found or ABSENT


def read_header(parameter: Parameter, text: str) -> Any:
    """The value of a header."""
    if parameter.style is Style.JSON:
        return _from_json(text)
    if parameter.shape.kinds & {"array", "object"}:
        return _split(parameter, text, ",", str.strip)
    return read_scalar(text, parameter.shape)


def read_cookie(parameter: Parameter, fields: Fields) -> Any:
    """The value of a cookie; ABSENT where it is not there."""
    values = fields.get(parameter.name)
    if values is None:
        return ABSENT
    text = _single(values, parameter.name)
    if parameter.style is Style.JSON:
        return _from_json(unquote_strict(text))
    return _split(parameter, text, ",", unquote_strict)


def _split(parameter: Parameter, text: str, separator: str, decode: Callable[[str], str]) -> Any:
    shape = parameter.shape
    if "array" in shape.kinds:
        return [read_scalar(decode(piece), _item(shape)) for piece in text.split(separator)] if text else []
    if "object" not in shape.kinds:
        return read_scalar(decode(text), shape)
    pieces = text.split(separator) if text else []
    if parameter.explode:
        pairs = [piece.partition("=")[::2] for piece in pieces]
    elif len(pieces) % 2:
        raise UnreadableError("has to be names and values in turn")
    else:
        pairs = list(zip(pieces[::2], pieces[1::2], strict=True))
    return {decode(key): read_scalar(decode(item), _member(shape, decode(key))) for key, item in pairs}


def _single(values: Sequence[str], name: str) -> str:
    if len(values) != 1:
        raise UnreadableError(f"is there {len(values)} times")
    return values[0]


def _item(shape: Shape) -> Shape:
    return shape.items.shape if shape.items else Shape(kinds=frozenset({"string"}))


def _member(shape: Shape, name: str) -> Shape:
    member = shape.properties.get(name)
    return member.shape if member else Shape(kinds=frozenset({"string"}))


def _from_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("is not JSON") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
