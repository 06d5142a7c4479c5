"""Addresses that secrets may be sent to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def require_endpoint(url: str, what: str, *, is_plain_allowed: bool = True) -> str:
    """The URL: https, or http to this very machine.

    Raises:
        ValueError: it is not, or carries a password or a fragment. The URL is not repeated: it may hold a secret.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"{what} has an impossible host or port") from None
    if not url.isascii() or not url.isprintable() or " " in url or not host or port == 0:
        raise ValueError(f"{what} has to be https://host[:port][/path]")
    if parts.username is not None or parts.password is not None or "#" in url:
        raise ValueError(f"{what} has no user, no password and no fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_plain_allowed and is_loopback(host)):
        raise ValueError(f"{what} has to be https; plain http is for this machine alone (127.0.0.1, [::1], localhost)")
    return url


def is_loopback(host: str) -> bool:
    """Is it a name or an address of this machine (RFC 6761, section 6.3)?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
