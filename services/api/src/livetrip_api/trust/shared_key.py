"""`shared-key`: one key on both sides."""

from __future__ import annotations

from livetrip_adapters.trust import Reading
from livetrip_adapters.trust.shared_key import service_key
from switchover import SharedKeyVerifier
from switchover.trust import Verifier


def verifier(reading: Reading) -> Verifier | None:
    """Whoever has the key is the web, which acts for users."""
    key = service_key(reading)
    return SharedKeyVerifier(key, principal="livetrip-web", may_act_for_users=True) if key is not None else None
