"""Every variable about trust: which kinds it is for, and which side reads it.

Both sides know all of them, so that one environment can hold both, and a name that neither knows is a mistake that is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from livetrip_adapters.trust.kinds import Kind

TRUST: Final = "LIVETRIP_TRUST"
SERVICE_KEY: Final = "LIVETRIP_SERVICE_KEY"
PREFIX: Final = "LIVETRIP_TRUST_"
FILE: Final = "_FILE"
"""What a secret's name ends in where a file is named that holds it."""

CALLING: Final = "calling"
SERVING: Final = "serving"

_BOTH: Final = (CALLING, SERVING)
_TOKENS: Final = (Kind.OIDC, Kind.GCP, Kind.PRIVATE_KEY_JWT)
_CLOSED: Final = tuple(kind for kind in Kind if kind is not Kind.OPEN)
_LISTED: Final = (*_TOKENS, Kind.API_KEY, Kind.SIGNED)


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: the kinds of trust that have a use for it, and the sides that read it."""

    kinds: tuple[Kind, ...]
    sides: tuple[str, ...]


VARIABLES: Final = {
    SERVICE_KEY: Variable((Kind.SHARED_KEY,), _BOTH),
    SERVICE_KEY + FILE: Variable((Kind.SHARED_KEY,), _BOTH),
    "LIVETRIP_TRUST_OIDC_ISSUER": Variable((Kind.OIDC,), _BOTH),
    "LIVETRIP_TRUST_OIDC_AUDIENCE": Variable((Kind.OIDC,), _BOTH),
    "LIVETRIP_TRUST_OIDC_DISCOVERY": Variable((Kind.OIDC,), (SERVING,)),
    "LIVETRIP_TRUST_OIDC_REQUIRES_TYP": Variable((Kind.OIDC,), (SERVING,)),
    "LIVETRIP_TRUST_OIDC_RESOURCE": Variable((Kind.OIDC,), (CALLING,)),
    "LIVETRIP_TRUST_OIDC_SCOPE": Variable((Kind.OIDC,), (CALLING,)),
    "LIVETRIP_TRUST_OIDC_CLIENT_ID": Variable((Kind.OIDC,), (CALLING,)),
    "LIVETRIP_TRUST_OIDC_CLIENT_SECRET": Variable((Kind.OIDC,), (CALLING,)),
    "LIVETRIP_TRUST_OIDC_CLIENT_SECRET_FILE": Variable((Kind.OIDC,), (CALLING,)),
    "LIVETRIP_TRUST_OIDC_CLIENT_KEY_FILE": Variable((Kind.OIDC,), (CALLING,)),
    "LIVETRIP_TRUST_OIDC_CLIENT_KEY_ID": Variable((Kind.OIDC,), (CALLING,)),
    "LIVETRIP_TRUST_GCP_AUDIENCE": Variable((Kind.GCP,), _BOTH),
    "LIVETRIP_TRUST_GCP_METADATA_HOST": Variable((Kind.GCP,), (CALLING,)),
    "LIVETRIP_TRUST_JWT_ISSUER": Variable((Kind.PRIVATE_KEY_JWT,), _BOTH),
    "LIVETRIP_TRUST_JWT_AUDIENCE": Variable((Kind.PRIVATE_KEY_JWT,), _BOTH),
    "LIVETRIP_TRUST_JWT_SUBJECT": Variable((Kind.PRIVATE_KEY_JWT,), (CALLING,)),
    "LIVETRIP_TRUST_JWT_KEY_FILE": Variable((Kind.PRIVATE_KEY_JWT,), (CALLING,)),
    "LIVETRIP_TRUST_JWT_KEY_ID": Variable((Kind.PRIVATE_KEY_JWT,), (CALLING,)),
    "LIVETRIP_TRUST_JWT_LIFETIME_SECONDS": Variable((Kind.PRIVATE_KEY_JWT,), (CALLING,)),
    "LIVETRIP_TRUST_JWT_KEY_SET_FILE": Variable((Kind.PRIVATE_KEY_JWT,), (SERVING,)),
    "LIVETRIP_TRUST_API_KEY": Variable((Kind.API_KEY,), (CALLING,)),
    "LIVETRIP_TRUST_API_KEY_FILE": Variable((Kind.API_KEY,), (CALLING,)),
    "LIVETRIP_TRUST_API_KEY_HEADER": Variable((Kind.API_KEY,), _BOTH),
    "LIVETRIP_TRUST_SIGNED_BASE_URL": Variable((Kind.SIGNED,), _BOTH),
    "LIVETRIP_TRUST_SIGNED_KEY_FILE": Variable((Kind.SIGNED,), (CALLING,)),
    "LIVETRIP_TRUST_SIGNED_KEY_ID": Variable((Kind.SIGNED,), (CALLING,)),
    "LIVETRIP_TRUST_SIGNED_LIFETIME_SECONDS": Variable((Kind.SIGNED,), (CALLING,)),
    "LIVETRIP_TRUST_SIGNED_MAX_AGE_SECONDS": Variable((Kind.SIGNED,), (SERVING,)),
    "LIVETRIP_TRUST_SIGNED_NONCES_FILE": Variable((Kind.SIGNED,), (SERVING,)),
    "LIVETRIP_TRUST_CALLERS_FILE": Variable(_LISTED, (SERVING,)),
    "LIVETRIP_TRUST_LEEWAY_SECONDS": Variable((*_TOKENS, Kind.SIGNED), (SERVING,)),
    "LIVETRIP_TRUST_MAX_LIFETIME_SECONDS": Variable(_TOKENS, (SERVING,)),
    "LIVETRIP_TRUST_ALLOW": Variable(_CLOSED, (SERVING,)),
    "LIVETRIP_TRUST_PROXIES": Variable(_CLOSED, (SERVING,)),
    "LIVETRIP_TRUST_PROXY_HEADER": Variable(_CLOSED, (SERVING,)),
}
