"""Which texts the diary takes. The limits are those of the contract's schemas; lengths count Unicode code points."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from livetrip_core.errors import InvalidValue

MAX_TAGS: Final = 20

# A lone surrogate is no character: it has no UTF-8 form, so no JSON document can carry it and no database store it.
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_NOT_IN_A_LINE: Final = re.compile(r"[\x01-\x1f\x7f]")
_NOT_IN_A_TAG: Final = re.compile(r"[\x01-\x20\x7f,]")


def storable(field: str, value: str, *, at_least: int = 0, at_most: int) -> str:
    """Text of a certain length, without NUL.

    Raises:
        InvalidValue: it is none.
    """
    if not at_least <= len(value) <= at_most:
        raise InvalidValue(field, f"has to have {at_least} to {at_most} characters")
    if _UNSTORABLE.search(value):
        raise InvalidValue(field, "has a character that is no text")
    return value


def title(field: str, value: str) -> str:
    """One line of 1 to 120 characters, with something in it that can be seen.

    Raises:
        InvalidValue: it is none.
    """
    storable(field, value, at_least=1, at_most=120)
    if _NOT_IN_A_LINE.search(value):
        raise InvalidValue(field, "has to be one line without control characters")
    if not value.strip(" "):
        raise InvalidValue(field, "has only spaces")
    return value


def description(field: str, value: str) -> str:
    """At most 2000 characters.

    Raises:
        InvalidValue: there are more, or one that is no text.
    """
    return storable(field, value, at_most=2000)


def prose(field: str, value: str) -> str:
    """What was written: 1 to 10000 characters.

    Raises:
        InvalidValue: there are none, more, or one that is no text.
    """
    return storable(field, value, at_least=1, at_most=10_000)


def tags(field: str, values: Iterable[str]) -> tuple[str, ...]:
    """At most 20 tags, each the first time it is named.

    Raises:
        InvalidValue: there are more, or one is not 1 to 40 characters without spaces, commas and controls.
    """
    found = tuple(values)
    if len(found) > MAX_TAGS:
        raise InvalidValue(field, f"has more than {MAX_TAGS} items")
    for tag in found:
        storable(field, tag, at_least=1, at_most=40)
        if _NOT_IN_A_TAG.search(tag):
            raise InvalidValue(field, "has an item with a space, a comma or a control character")
    return tuple(dict.fromkeys(found))
