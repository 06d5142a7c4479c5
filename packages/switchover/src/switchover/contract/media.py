"""Which of the media types on offer is taken: JSON first, then text, then bytes."""

from __future__ import annotations

from typing import Final

from switchover.contract.document import Node
from switchover.contract.model import Media

PROBLEM: Final = "application/problem+json"


def essence(media_type: str) -> str:
    """The media type without its parameters, in lower case (RFC 9110, section 8.3.1)."""
    return media_type.partition(";")[0].strip().lower()


def media_of(media_type: str) -> Media | None:
    """How a body of this type is read; None for types that are not (forms, multipart, XML)."""
    name = essence(media_type)
    main, _, sub = name.partition("/")
    if name == "application/json" or sub.endswith("+json"):
        return Media.JSON
    if (
        sub.endswith("+xml")
        or name in ("application/xml", "text/xml", "application/x-www-form-urlencoded")
        or main == "multipart"
    ):
        return None
    if main == "text":
        return Media.TEXT
    if name in ("*/*", "application/octet-stream") or main in ("image", "audio", "video", "font") or name in _BINARY:
        return Media.BINARY
    return None


_BINARY: Final = frozenset({"application/pdf", "application/zip", "application/gzip", "application/vnd.sqlite3"})
_ORDER: Final = (Media.JSON, Media.TEXT, Media.BINARY)


def choose(content: Node) -> tuple[str, Node, Media] | None:
    """The media type to use of a `content` object, its Media Type Object and how it is read; None if none can be."""
    offers = [(name, node, media_of(name)) for name, node in content.entries()]
    for wanted in _ORDER:
        for name, node, media in offers:
            if media is wanted:
                return name, node, media
    return None
