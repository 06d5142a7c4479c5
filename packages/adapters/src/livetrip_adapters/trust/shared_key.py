"""`shared-key`: one key on both sides."""

from __future__ import annotations

from livetrip_adapters.trust.reading import Reading
from livetrip_adapters.trust.variables import FILE, SERVICE_KEY
from switchover import SharedKey
from switchover.trust import CredentialSource


def service_key(reading: Reading) -> str | None:
    """The key, long enough and of the right characters; None, and a problem, if there is none."""
    if not reading.is_set(SERVICE_KEY, SERVICE_KEY + FILE):
        reading.wrong(SERVICE_KEY, f"is missing, and so is {SERVICE_KEY}{FILE}")
    key = reading.secret(SERVICE_KEY)
    if key is None:
        return None
    return key if reading.made(SERVICE_KEY, lambda: SharedKey(key)) is not None else None


def credentials(reading: Reading) -> CredentialSource | None:
    """The key, as a bearer token."""
    key = service_key(reading)
    return SharedKey(key) if key is not None else None
