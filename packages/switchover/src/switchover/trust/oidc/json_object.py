"""JSON objects from people nobody knows yet: read in one way only, or not at all."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 16
"""Objects and arrays inside each other."""

_STRINGS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[\[{]|[\]}]")


def read_object(text: bytes) -> dict[str, Any]:
    """The members of a JSON object (RFC 8259).

    Raises:
        ValueError: it is no JSON object in UTF-8, has a name twice (section 4), NaN or Infinity, half of a surrogate pair, a number with
            thousands of digits, or is nested too deep.
    """
    _check_depth(text)
    value = _DECODER.decode(text.decode())
    if not isinstance(value, dict):
        raise ValueError("not an object")
    if b"\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair cannot be encoded
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _constant(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def _check_depth(text: bytes) -> None:
    """Before anything parses it: the parser would recurse."""
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub(b"", text)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError("nested too deep")
