"""`signed`: a signature of each request."""

from __future__ import annotations

from livetrip_adapters.trust.files import signing_material
from livetrip_adapters.trust.reading import Reading
from switchover import MessageSigner
from switchover.trust import CredentialSource

_NAME = "LIVETRIP_TRUST_SIGNED"
_USUAL_SECONDS = 30


def credentials(reading: Reading) -> CredentialSource | None:
    """Signatures with the key of a file: a PEM, or a secret that both sides have."""
    noted = len(reading.problems)
    base_url, key_id = reading.text(f"{_NAME}_BASE_URL"), reading.text(f"{_NAME}_KEY_ID")
    key = reading.required_file(f"{_NAME}_KEY_FILE")
    seconds = reading.whole(f"{_NAME}_LIFETIME_SECONDS", _USUAL_SECONDS)
    if key is None or base_url is None or key_id is None or len(reading.problems) > noted:
        return None
    return reading.made(
        _NAME,
        lambda: MessageSigner(signing_material(key), key_id=key_id, base_url=base_url, lifetime_seconds=seconds),
    )
