"""Media types of requests and answers: `Accept` (RFC 9110, section 12.5.1), `Content-Type` (section 8.3), `Content-Encoding` (8.4)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from switchover.contract.media import covers, essence
from switchover.errors import UnsupportedMediaType

_LONGEST: Final = 2000
_QUALITY: Final = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii"})


@lru_cache(256)
def accepts_one(accept: bytes, media_types: tuple[str, ...]) -> bool:
    """Would a client that sends this `Accept` take one of these media types?"""
    return any(accepts(accept, media_type) for media_type in media_types)


def accepts(accept: bytes, media_type: str) -> bool:
    """Would a client that sends this `Accept` take this media type? The most specific range decides; an empty header asks for nothing."""
    text = accept.decode("latin-1").strip()
    if media_type.endswith("/*"):
        return True
    if len(text) > _LONGEST:
        return False
    main = media_type.partition("/")[0]
    ranks = {media_type: 3, f"{main}/*": 2, "*/*": 1}
    best = (0, 0.0)
    for part in text.split(","):
        name, *parameters = part.split(";")
        rank = ranks.get(name.strip().lower(), 0)
        if rank:
            best = max(best, (rank, _quality(parameters)))
    return best[1] > 0 or not text


def _quality(parameters: list[str]) -> float:
    """The weight of a range; one that is no weight counts as none (section 12.4.2)."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
    return 1.0


@lru_cache(256)
def is_content_type(header: bytes, media_type: str) -> bool:
    """Is this `Content-Type` the media type wanted, in UTF-8?"""
    text = header.decode("latin-1")
    if len(text) > _LONGEST or not covers(media_type, essence(text)):
        return False
    for parameter in text.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in _CHARSETS:
            return False
    return True


def require_plain(header: bytes) -> None:
    """Refuse a body that a `Content-Encoding` says is compressed: it would be read as something else than it is.

    Raises:
        UnsupportedMediaType: any coding but `identity` (RFC 9110, section 15.5.16).
    """
    codings = {coding.strip().lower() for coding in header.split(b",")}
    if not codings <= {b"", b"identity"}:
        raise UnsupportedMediaType("The body may have no content coding.", codings=["identity"])
