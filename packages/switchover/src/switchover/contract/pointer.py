"""JSON Pointer (RFC 6901), written as URI fragments: `#/paths/~1trips/get`."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, unquote


def escape(token: str) -> str:
    """One reference token, escaped (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """One reference token as it was before `escape`."""
    return token.replace("~1", "/").replace("~0", "~")


def join(pointer: str, *tokens: str | int) -> str:
    """`pointer` and further tokens below it."""
    return pointer + "".join(f"/{escape(str(token))}" for token in tokens)


def of(tokens: Iterable[str | int]) -> str:
    """The pointer of a path of keys and indexes, without the `#`: `/items/0/title`; "" is the whole document."""
    return "".join(f"/{escape(str(token))}" for token in tokens)


def split(pointer: str) -> list[str]:
    """The tokens of a pointer that may be percent-encoded, as one in a `$ref` may."""
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError(f"a JSON Pointer starts with '/', not {pointer!r}")
    return [unescape(unquote(token)) for token in pointer[1:].split("/")]


def as_fragment(pointer: str) -> str:
    """The pointer as the fragment of a URI."""
    return "#" + quote(pointer, safe="/~!$&'()*+,;=:@-._")
