"""Parameters as text. What would not be read as it was written is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from switchover.contract import Parameter, Style
from switchover.port.styles.reading import read_cookie, read_header, read_path, read_query
from switchover.port.styles.text import (
    SEPARATORS,
    UnreadableError,
    UnwritableError,
    is_scalar,
    quoted,
    unquoted,
    write_json,
    write_scalar,
)


def write_path(parameter: Parameter, value: Any) -> str:
    """One path segment, percent-encoded.

    Raises:
        UnwritableError: the style cannot carry the value so that it arrives as it was.
    """
    text = _write_path(parameter, value)
    if text in ("", ".", ".."):
        raise UnwritableError("is empty, or dots alone, which a path cannot carry")
    _require_same(parameter, value, lambda: read_path(parameter, text))
    return text


def _write_path(parameter: Parameter, value: Any) -> str:
    match parameter.style:
        case Style.JSON:
            return quoted(write_json(value))
        case Style.SIMPLE:
            return _joined(parameter, value, ",", quoted)
        case Style.LABEL:
            return "." + _joined(parameter, value, "." if parameter.explode else ",", quoted)
    name = quoted(parameter.name)
    if isinstance(value, list) and parameter.explode:
        return "".join(f";{name}={quoted(write_scalar(item))}" for item in value)
    if isinstance(value, dict) and parameter.explode:
        return "".join(f";{quoted(key)}={quoted(write_scalar(item))}" for key, item in value.items())
    return f";{name}={_joined(parameter, value, ',', quoted)}"


def write_query(parameter: Parameter, value: Any) -> list[str]:
    """`name=value` pairs, percent-encoded; none for a list or object without elements, which reads as ABSENT.

    Raises:
        UnwritableError: the style cannot carry the value so that it arrives as it was.
    """
    pairs = _write_query(parameter, value)
    if pairs:
        _require_same(parameter, value, lambda: _read_back(parameter, pairs))
    return pairs


def _write_query(parameter: Parameter, value: Any) -> list[str]:
    name = quoted(parameter.name)
    if parameter.style is Style.JSON:
        return [f"{name}={quoted(write_json(value))}"]
    match value:
        case list() | dict() if not value:
            return []
        case list() if parameter.style is Style.FORM and parameter.explode:
            return [f"{name}={quoted(write_scalar(item))}" for item in value]
        case dict() if parameter.style is Style.DEEP:
            return [f"{name}%5B{quoted(key)}%5D={quoted(write_scalar(item))}" for key, item in value.items()]
        case dict() if parameter.style is Style.FORM and parameter.explode:
            return [f"{quoted(key)}={quoted(write_scalar(item))}" for key, item in value.items()]
    separator = "," if parameter.style is Style.FORM else quoted(SEPARATORS[parameter.style])
    return [f"{name}={_joined(parameter, value, separator, quoted)}"]


def _read_back(parameter: Parameter, pairs: list[str]) -> Any:
    fields: dict[str, list[str]] = {}
    raw: dict[str, list[str]] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        fields.setdefault(unquoted(name), []).append(unquoted(text))
        raw.setdefault(unquoted(name), []).append(text)
    return read_query(parameter, fields, raw)


def write_header(parameter: Parameter, value: Any) -> str:
    """The value of a header; visible ASCII, as it is the only text that arrives everywhere as it was sent.

    Raises:
        UnwritableError: the style cannot carry the value so that it arrives as it was.
    """
    text = write_json(value) if parameter.style is Style.JSON else _joined(parameter, value, ",", str)
    if not text.isascii() or not text.isprintable() or text != text.strip():
        raise UnwritableError("has characters that a header cannot carry (ASCII, without spaces at its ends)")
    _require_same(parameter, value, lambda: read_header(parameter, text))
    return text


def write_cookie(parameter: Parameter, value: Any) -> list[str]:
    """`name=value` pairs for the header `Cookie`.

    Raises:
        UnwritableError: the style cannot carry the value so that it arrives as it was.
    """
    if isinstance(value, list | dict) and parameter.explode and parameter.style is not Style.JSON:
        raise UnwritableError("is a list or an object, which an exploded cookie cannot carry")
    text = quoted(write_json(value)) if parameter.style is Style.JSON else _joined(parameter, value, ",", quoted)
    name = quoted(parameter.name)
    _require_same(parameter, value, lambda: read_cookie(parameter, {name: [text]}))
    return [f"{name}={text}"]


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
    if separator in text:
        raise UnwritableError(f"has an element with {unquoted(separator)!r} in it, which separates elements")
    return text


def _require_same(parameter: Parameter, value: Any, read: Callable[[], Any]) -> None:
    """One scalar that can be read in one way alone needs no look; everything else is read back."""
    if is_scalar(parameter.shape) and parameter.style is not Style.JSON and not isinstance(value, list | dict):
        return
    try:
        same = _is_same(value, read())
    except UnreadableError:
        same = False
    if not same:
        raise UnwritableError(
            f"would not arrive as it was in style {parameter.style.value}; use `content: application/json`"
        )


def _is_same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_is_same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_is_same(a[key], b[key]) for key in a)
    return bool(a == b)
