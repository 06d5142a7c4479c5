"""`oidc`, `gcp` and `private-key-jwt`: bearer tokens of one issuer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from livetrip_adapters.trust import Kind, Reading
from livetrip_api.trust.callers import CALLERS_FILE, Caller, Callers
from switchover import AllowedService, FixedKeys, OidcIssuer, OidcVerifier
from switchover.trust import Verifier
from switchover.trust.oidc import KeySource, issuer_of

HOUR: Final = 3600.0

_CLAIMS: Final = ("sub", "azp", "client_id")
_DISCOVERY: Final = "LIVETRIP_TRUST_OIDC_DISCOVERY"
_REQUIRES_TYP: Final = "LIVETRIP_TRUST_OIDC_REQUIRES_TYP"
_KEY_SET: Final = "LIVETRIP_TRUST_JWT_KEY_SET_FILE"


def oidc(reading: Reading, callers: Callers) -> Verifier | None:
    """Access tokens of an issuer whose keys are discovered."""
    issuer, audience = reading.text("LIVETRIP_TRUST_OIDC_ISSUER"), reading.text("LIVETRIP_TRUST_OIDC_AUDIENCE")
    # An issuer that is known by its name has the settings of its preset.
    of = _with_own_settings(reading, issuer_of(issuer)) if issuer else None
    return _verifier(reading, callers, Kind.OIDC, of, audience)


def _with_own_settings(reading: Reading, issuer: OidcIssuer) -> OidcIssuer | None:
    """The issuer with the settings that the environment names; None, and a problem, for invalid ones."""
    discovery, requires_typ = reading.optional(_DISCOVERY), reading.optional(_REQUIRES_TYP)
    if requires_typ not in (None, "true", "false"):
        reading.wrong(_REQUIRES_TYP, "must be true or false")
        return None
    needs = issuer.requires_typ if requires_typ is None else requires_typ == "true"
    at = issuer.discovery if discovery is None else discovery
    return reading.made(_DISCOVERY, lambda: replace(issuer, discovery=at, requires_typ=needs))


def gcp(reading: Reading, callers: Callers) -> Verifier | None:
    """Identity tokens of Google's."""
    return _verifier(reading, callers, Kind.GCP, OidcIssuer.google(), reading.text("LIVETRIP_TRUST_GCP_AUDIENCE"))


def private_key_jwt(reading: Reading, callers: Callers) -> Verifier | None:
    """Tokens that callers issue to themselves, under one name and with the keys of one file."""
    issuer, audience = reading.text("LIVETRIP_TRUST_JWT_ISSUER"), reading.text("LIVETRIP_TRUST_JWT_AUDIENCE")
    text = reading.required_file(_KEY_SET)
    keys = reading.made(_KEY_SET, lambda: FixedKeys(_key_set(text))) if text is not None else None
    if keys is None:
        return None
    of = OidcIssuer(issuer) if issuer else None
    return _verifier(reading, callers, Kind.PRIVATE_KEY_JWT, of, audience, keys)


def _verifier(
    reading: Reading,
    callers: Callers,
    kind: Kind,
    issuer: OidcIssuer | None,
    audience: str | None,
    keys: KeySource | None = None,
) -> Verifier | None:
    noted = len(reading.problems)
    leeway = reading.number("LIVETRIP_TRUST_LEEWAY_SECONDS", 30)
    lifetime = reading.number("LIVETRIP_TRUST_MAX_LIFETIME_SECONDS", issuer.max_lifetime_seconds if issuer else HOUR)
    found = [_service(reading, kind, caller, claims) for caller, claims in callers.of(kind)]
    if issuer is None or audience is None or len(reading.problems) > noted:
        return None
    return reading.made(
        f"LIVETRIP_TRUST={kind.value}",
        lambda: OidcVerifier(
            issuer,
            audience=audience,
            services=[service for service in found if service is not None],
            leeway_seconds=leeway,
            max_lifetime_seconds=lifetime,
            keys=keys,
        ),
    )


def _service(reading: Reading, kind: Kind, caller: Caller, claims: Any) -> AllowedService | None:
    where = f"[{caller.name}] {kind.value}"
    if not isinstance(claims, dict) or not all(isinstance(value, str) for value in claims.values()):
        reading.wrong(CALLERS_FILE, f'{where} has to be a table of texts, like {{ sub = "…" }}')
        return None
    if strange := sorted(claims.keys() - set(_CLAIMS)):
        reading.wrong(CALLERS_FILE, f"{where}: {', '.join(strange)} is not known; there are {', '.join(_CLAIMS)}")
        return None
    return reading.made(
        f"{CALLERS_FILE}: {where}",
        lambda: AllowedService(name=caller.name, may_act_for_users=caller.may_act_for_users, **claims),
    )


def _key_set(text: str) -> Mapping[str, Any]:
    """Raises ValueError for what is no key set of public keys. It is not repeated: there may be a private key in it."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("the file is no JSON") from None
    if not isinstance(document, dict):
        raise ValueError("the file is no key set; `livetrip key public FILE` writes one")
    return document
