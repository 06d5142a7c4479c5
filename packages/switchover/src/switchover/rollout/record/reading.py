"""Plain data, read strictly: what does not fit is refused with its place (a JSON Pointer) and what would fit.

Only members that are not known are let through: during a deployment a newer version writes what an older one reads.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, Final, NoReturn

LONGEST_TEXT: Final = 4000
"""Characters of one text: a name, a reason."""

_SHOWN: Final = 60


def canonical(value: Any) -> str:
    """JSON that is the same for the same value: keys sorted, no blanks, ASCII.

    Raises:
        ValueError: it is no JSON: a number that is none, or an object that JSON does not have.
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"this is no JSON: {error}") from None


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON; 64 hex digits."""
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()


def parsed(text: str | bytes) -> Any:
    """What a JSON text holds. Raises ValueError for what is none, holds a key twice, or a number that is none."""
    try:
        return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("this is nested too deep") from None


def members(value: Any, where: str, names: Collection[str]) -> dict[str, Any]:
    """Return an object that has these members. It may have others: a newer version of the kit writes them, and must not stop this one."""
    found = mapping(value, where)
    for name in names:
        if name not in found:
            raise ValueError(f"{where}/{name} is missing")
    return found


def others(found: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return the members that only a newer version knows. Whoever writes the object again keeps them, and digests cover them."""
    return {name: value for name, value in found.items() if name not in names}


def mapping(value: Any, where: str) -> dict[str, Any]:
    """Any object."""
    return value if isinstance(value, dict) else _refuse(value, where, "an object")


def text(value: Any, where: str) -> str:
    """A text that is not too long."""
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return value
    return _refuse(value, where, f"a text of at most {LONGEST_TEXT} characters")


def flag(value: Any, where: str) -> bool:
    """True or false, and nothing that counts as either."""
    return value if isinstance(value, bool) else _refuse(value, where, "true or false")


def whole(value: Any, where: str, highest: int = 2**53) -> int:
    """A whole number from 0."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= highest:
        return value
    return _refuse(value, where, f"a whole number, 0 to {highest}")


def wholes(value: Any, where: str, highest: int = 2**53) -> dict[str, int]:
    """An object of whole numbers from 0."""
    found = mapping(value, where)
    for name, number in found.items():
        if type(number) is not int or not 0 <= number <= highest:
            whole(number, f"{where}/{name}", highest)
    return found


def hexadecimal(value: Any, where: str) -> str:
    """A SHA-256 digest."""
    if isinstance(value, str) and len(value) == 64 and not value.strip("0123456789abcdef"):
        return value
    return _refuse(value, where, "64 hex digits")


def names(value: Any, where: str) -> frozenset[str]:
    """A list of texts, each once."""
    if not isinstance(value, list):
        _refuse(value, where, "a list")
    found = [text(item, f"{where}/{at}") for at, item in enumerate(value)]
    if len(set(found)) != len(found):
        raise ValueError(f"{where} names something twice")
    return frozenset(found)


def _refuse(value: Any, where: str, right: str) -> NoReturn:
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    raise ValueError(f"{where} is {shown}; it has to be {right}")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object holds a key twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
