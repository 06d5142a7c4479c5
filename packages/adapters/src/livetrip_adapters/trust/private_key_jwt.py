"""`private-key-jwt`: tokens that this process issues to itself."""

from __future__ import annotations

from livetrip_adapters.trust.reading import Reading
from switchover import PrivateKeyJwt
from switchover.trust import CredentialSource

_NAME = "LIVETRIP_TRUST_JWT"
_USUAL_SECONDS = 300


def credentials(reading: Reading) -> CredentialSource | None:
    """Tokens signed with the key of a file."""
    noted = len(reading.problems)
    issuer, audience = reading.text(f"{_NAME}_ISSUER"), reading.text(f"{_NAME}_AUDIENCE")
    key = reading.required_file(f"{_NAME}_KEY_FILE")
    subject, kid = reading.optional(f"{_NAME}_SUBJECT"), reading.optional(f"{_NAME}_KEY_ID")
    seconds = reading.whole(f"{_NAME}_LIFETIME_SECONDS", _USUAL_SECONDS)
    if key is None or issuer is None or audience is None or len(reading.problems) > noted:
        return None
    return reading.made(
        _NAME,
        lambda: PrivateKeyJwt(
            key, issuer=issuer, audience=audience, subject=subject, lifetime_seconds=seconds, kid=kid
        ),
    )
