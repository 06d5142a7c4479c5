"""`gcp`: identity tokens of Google Cloud's metadata server."""

from __future__ import annotations

from livetrip_adapters.trust.reading import Reading
from switchover import GcpIdentityToken
from switchover.trust import CredentialSource
from switchover.trust.gcp import METADATA_HOST


def credentials(reading: Reading) -> CredentialSource | None:
    """Tokens of the machine's own service account."""
    noted = len(reading.problems)
    audience = reading.text("LIVETRIP_TRUST_GCP_AUDIENCE")
    host = reading.optional("LIVETRIP_TRUST_GCP_METADATA_HOST") or METADATA_HOST
    if audience is None or len(reading.problems) > noted:
        return None
    return reading.made("LIVETRIP_TRUST_GCP", lambda: GcpIdentityToken(audience, host=host))
