"""The URL that a probe asks, taken apart, and as much of it as may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

_AUTHORITY: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?")
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LONGEST_HOST: Final = 253
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request goes.

    Attributes:
        scheme: `http` or `https`.
        host: a name without a dot at its end, or an IP address without brackets.
        target: path and query, percent-encoded. A query may hold a secret, so it is in no representation.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port: the value of `Host` (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The URL without its query."""
        return f"{self.scheme}://{self.authority}{self.target.partition('?')[0]}"

    def below(self, path: str) -> Address:
        """The address of `path` below this one."""
        return Address(self.scheme, self.host, self.port, self.target.rstrip("/") + path)


def address_of(url: str, *, is_base: bool = False) -> Address:
    """The address that a URL names: `http://host[:port][/path][?query]`; a base has no query.

    Raises:
        ValueError: it names none, or carries a user, a password or a fragment. The message repeats nothing that may be a secret.
    """
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("a URL is visible ASCII: percent-encode the path, and write the host as xn--…")
    try:
        parts = urlsplit(url)
    except ValueError:
        # urlsplit says why, and repeats what it was given, in which there may be a password.
        raise ValueError("a URL is http://host[:port][/path]; this one has an impossible host") from None
    if "@" in parts.netloc:
        raise ValueError("a URL carries no user and no password; name a variable that holds a token with --token-env")
    found = _AUTHORITY.fullmatch(parts.netloc)
    host, port = (found[1] or found[2], int(found[3] or _PORTS.get(parts.scheme, 0))) if found else ("", 0)
    if parts.scheme not in _PORTS or not 0 < port < 65536 or not _is_host(host):
        raise ValueError(f"a URL is http://host[:port][/path], not {_shown(url)!r}")
    if parts.fragment or "#" in url:
        raise ValueError(f"a URL to probe has no fragment: {_shown(url)!r}")
    if is_base and "?" in url:
        raise ValueError(f"the base URL of a service has no query: {_shown(url)!r}")
    query = f"?{parts.query}" if "?" in url else ""
    return Address(parts.scheme, host.removesuffix(".").lower(), port, (parts.path or "/") + query)


def _is_host(host: str) -> bool:
    """A name (RFC 1123, section 2.1, and underscores, which are met) or an address."""
    if ":" in host:
        return True
    name = host.removesuffix(".")
    return len(name) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, name.split(".")))


def _shown(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rpartition("@")[2]
