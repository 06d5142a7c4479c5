"""The calling side's choice: one kind of trust, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from livetrip_adapters.trust import api_key, gcp, oidc, private_key_jwt, shared_key, signed
from livetrip_adapters.trust.kinds import Kind
from livetrip_adapters.trust.reading import Reading
from livetrip_adapters.trust.variables import CALLING, TRUST
from switchover.trust import CredentialSource

_MAKERS: Final[dict[Kind, Callable[[Reading], CredentialSource | None]]] = {
    Kind.SHARED_KEY: shared_key.credentials,
    Kind.OIDC: oidc.credentials,
    Kind.GCP: gcp.credentials,
    Kind.PRIVATE_KEY_JWT: private_key_jwt.credentials,
    Kind.API_KEY: api_key.credentials,
    Kind.SIGNED: signed.credentials,
}


def read_credentials(environment: Mapping[str, str]) -> tuple[Kind | None, CredentialSource | None, list[str]]:
    """What the environment has this process prove itself with. Nothing is fetched, and no connection opened.

    Returns:
        the kind, None if none is named; its source, None for `open` and where something is wrong; and all that is wrong, a line each.
    """
    reading = Reading(environment, CALLING)
    kind = reading.kinds[0] if reading.kinds else None
    if len(reading.kinds) > 1:
        reading.wrong(TRUST, "names several kinds; whoever calls proves itself in one")
        return kind, None, reading.problems
    source = _MAKERS[kind](reading) if kind in _MAKERS and not reading.problems else None
    reading.refuse_strangers()
    return kind, source if not reading.problems else None, reading.problems
