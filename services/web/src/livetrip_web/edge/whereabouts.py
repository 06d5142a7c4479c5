"""Where the diary is, and which requests are meant for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from switchover.trust.endpoint import is_loopback

_ORIGINS: Final = ("x-forwarded-for", "x-real-ip")
"""Where proxies write which address a request came from."""
_ASKED: Final = "x-forwarded-host"
"""Where they write which name it was for."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the diary is, for people.

    Attributes:
        url: its origin; None for this machine, by any of its names.
        is_here_alone: nobody beyond this machine is to be answered, whoever passes their request on.
    """

    url: str | None
    is_here_alone: bool = False

    def is_from_afar(self, headers: Mapping[str, str]) -> bool:
        """Does a proxy or a tunnel of this machine say that it passes on what came from another one, to whom that is closed?"""
        if not self.is_here_alone:
            return False
        told = (part for name in _ORIGINS for part in _listed(headers, name))
        asked = (self.own(part) for part in _listed(headers, _ASKED))
        return "forwarded" in headers or not all(map(is_loopback, told)) or None in asked

    def own(self, host: str) -> str | None:
        """Our own origin, as seen by a request for a host; None for a request that was meant for somebody else.

        A page elsewhere can give its own name our address (DNS rebinding); the name stays its own.
        """
        if self.url is not None:
            return self.url if host.lower() == urlsplit(self.url).netloc else None
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return None
        return f"http://{host.lower()}" if is_loopback(name) else None


def _listed(headers: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in headers[name].split(",")] if name in headers else []
