"""`api-key`: a key in a header of its own."""

from __future__ import annotations

from livetrip_adapters.trust.reading import Reading
from switchover import ApiKey
from switchover.trust import CredentialSource
from switchover.trust.key_place import API_KEY_HEADER

_NAME = "LIVETRIP_TRUST_API_KEY"


def header(reading: Reading) -> str:
    """The header's name, the same on both sides."""
    return reading.optional(f"{_NAME}_HEADER") or API_KEY_HEADER


def credentials(reading: Reading) -> CredentialSource | None:
    """The key that the service knows the hash of."""
    if not reading.is_set(_NAME, f"{_NAME}_FILE"):
        reading.wrong(_NAME, f"is missing, and so is {_NAME}_FILE")
    name, key = header(reading), reading.secret(_NAME)
    return reading.made(_NAME, lambda: ApiKey(key, name)) if key is not None else None
