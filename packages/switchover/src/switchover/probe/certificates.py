"""Whom a probe trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi


def trust_of(ca: Path | None = None) -> ssl.SSLContext:
    """What certificates are held against: the system's authorities and Mozilla's (certifi), so that it is the same where the system has
    none; or those in `ca` (PEM) and nobody else. Names are verified; there is no way to switch it off.

    Raises:
        ValueError: `ca` holds no certificates, or cannot be read.
    """
    if ca is None:
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context
    try:
        return ssl.create_default_context(cafile=ca)
    except ssl.SSLError as error:
        raise ValueError(f"{ca} holds no certificates in PEM") from error
    except OSError as error:
        raise ValueError(f"{ca} cannot be read: {error.strerror}") from error
