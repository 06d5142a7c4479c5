"""Does a request that changes something come from a page of ours? (Fetch Metadata; RFC 6454; synchroniser token.)"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Final

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Forged(Exception):
    """A request that no page of ours made, or one that was open for too long."""


def check_origin(headers: Mapping[str, str], own: str) -> None:
    """Refuse what another page sends. Browsers say where they come from; what says nothing still needs the token.

    Raises:
        Forged: it comes from elsewhere.
    """
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forged
    if headers.get("origin", own) != own:
        raise Forged


def check_token(given: str, expected: str) -> None:
    """Refuse what does not bring the token of the session, in constant time.

    Raises:
        Forged: it brings none, or another.
    """
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Forged
