"""JSON Pointer (RFC 6901), written as URI fragments: `#/paths/~1trips/get`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote

_INDEX: Final = re.compile(r"0|[1-9][0-9]*")
_WRONG_ESCAPE: Final = re.compile(r"~(?![01])")


def escape(token: str) -> str:
    """One reference token, escaped (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """One reference token as it was before `escape`."""
    return token.replace("~1", "/").replace("~0", "~")


def join(pointer: str, *tokens: str | int) -> str:
    """`pointer` and further tokens below it."""
    if len(tokens) == 1:
        token = str(tokens[0])
        return f"{pointer}/{token if '~' not in token and '/' not in token else escape(token)}"
    return pointer + of(tokens)


def of(tokens: Iterable[str | int]) -> str:
    """The pointer of a path of keys and indexes, without the `#`: `/items/0/title`; "" is the whole document."""
    return "".join(f"/{escape(str(token))}" for token in tokens)


def split(fragment: str) -> list[str]:
    """The tokens of a pointer as it stands in a `$ref`: percent-decoded first, then taken apart (RFC 6901, section 6).

    Raises:
        ValueError: it is no JSON Pointer; the message says why.
    """
    try:
        pointer = unquote(fragment, errors="strict")
    except UnicodeDecodeError as error:
        raise ValueError("is percent-encoded, and not UTF-8") from error
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError("names an anchor; only JSON Pointers are followed, as in '#/components/…'")
    if _WRONG_ESCAPE.search(pointer):
        raise ValueError("has a '~' that is neither '~0' nor '~1' (RFC 6901, section 3)")
    return [unescape(token) for token in pointer[1:].split("/")]


def index(token: str) -> int | None:
    """The array index that a token is, or None (RFC 6901, section 4: no sign, no leading zeros)."""
    return int(token) if len(token) < 10 and _INDEX.fullmatch(token) else None


def as_fragment(pointer: str) -> str:
    """The pointer as the fragment of a URI."""
    return "#" + quote(pointer, safe="/~!$&'()*+,;=:@-._")
