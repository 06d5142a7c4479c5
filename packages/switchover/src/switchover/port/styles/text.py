"""What all styles are made of: scalars, percent-encoding, JSON in one piece."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote_to_bytes

from pydantic_core import from_json

from switchover.contract import Shape, Style

Fields = Mapping[str, Sequence[str]]
"""Fields of a query or of cookies: every value of each name, in order."""

ABSENT: Final = object()
"""What reading gives for a parameter that is not there."""

SEPARATORS: Final = {Style.FORM: ",", Style.SPACE: " ", Style.PIPE: "|", Style.SIMPLE: ",", Style.LABEL: ","}

_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_MOST_DIGITS: Final = 4000
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class UnwritableError(ValueError):
    """A value that the style cannot carry so that it arrives as it was; the message says why."""


class UnreadableError(ValueError):
    """Text that is not in the parameter's style; the message says what it should be."""


def is_scalar(shape: Shape) -> bool:
    """Is a value of this shape one piece of text that can only be read in one way?"""
    return shape.kinds in ({"string"}, {"boolean"}, {"integer"}, {"integer", "number"})


def is_mixed(shape: Shape) -> bool:
    """Whether a value of this shape may be one piece of text, and may be several."""
    return bool(shape.kinds & {"array", "object"}) and bool(shape.kinds - {"array", "object"})


def write_scalar(value: Any) -> str:
    """One scalar as text.

    Raises:
        UnwritableError: it is None, a list or an object, or a number with too many digits.
    """
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number(value)
        case None:
            raise UnwritableError("is None, which a parameter cannot carry")
    raise UnwritableError("is not a value that can be written into a parameter")


def _number(value: float) -> str:
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise UnwritableError("is not a number that can be written into a parameter") from error
    if len(text) >= _MOST_DIGITS:
        raise UnwritableError(f"has more than {_MOST_DIGITS} digits")
    return text


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


def quoted(text: str) -> str:
    """Percent-encoded, all but the unreserved characters (RFC 3986, section 2.3).

    Raises:
        UnwritableError: it is not valid Unicode.
    """
    try:
        return quote(text, safe="")
    except UnicodeEncodeError as error:
        raise UnwritableError("is not valid Unicode") from error


def unquoted(text: str) -> str:
    """Percent-decoded; what is not UTF-8, or not encoded as it has to be, is refused instead of replaced.

    Raises:
        UnreadableError: it is not percent-encoded UTF-8.
    """
    if "%" not in text and text.isascii():
        return text
    try:
        if text.isascii() and not _BAD_ESCAPE.search(text):
            return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        pass
    raise UnreadableError("is not percent-encoded UTF-8")


def write_json(value: Any) -> str:
    """JSON text, in ASCII.

    Raises:
        UnwritableError: a number has too many digits.
    """
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise UnwritableError("has a number that cannot be written into a parameter") from error


def read_json(text: str) -> Any:
    """The value of JSON text.

    Raises:
        UnreadableError: it is not JSON.
    """
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise UnreadableError("is not JSON") from error
