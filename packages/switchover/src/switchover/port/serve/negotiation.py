"""Media types of requests and answers: `Accept` (RFC 9110, section 12.5.1) and `Content-Type` (section 8.3)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from switchover.contract.media import essence

_LONGEST: Final = 2000


@lru_cache(256)
def accepts(accept: bytes, media_type: str) -> bool:
    """Would a client that sends this `Accept` take this media type? The most specific range decides."""
    if len(accept) > _LONGEST:
        return False
    main = media_type.partition("/")[0]
    ranks = {media_type: 3, f"{main}/*": 2, "*/*": 1}
    best = (0, 0.0)
    for part in accept.decode("latin-1").split(","):
        name, *parameters = part.split(";")
        rank = ranks.get(name.strip().lower(), 0)
        if rank > best[0]:
            best = (rank, _quality(parameters))
    return best[1] > 0


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(256)
def is_content_type(header: bytes, media_type: str) -> bool:
    """Is this `Content-Type` the media type wanted, in UTF-8?"""
    text = header.decode("latin-1")
    if len(text) > _LONGEST or essence(text) != media_type:
        return False
    for parameter in text.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8", "us-ascii"):
            return False
    return True
