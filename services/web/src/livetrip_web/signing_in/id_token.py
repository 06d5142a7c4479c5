"""An ID token, believed or not (OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from livetrip_web.signing_in.failures import SignInFailed
from switchover.errors import ServiceUnavailable
from switchover.trust.oidc import KeySource
from switchover.trust.oidc.base64url import decode
from switchover.trust.oidc.json_object import read_object
from switchover.trust.oidc.untrusted import Untrusted

LONGEST: Final = 32_768
LEEWAY_SECONDS: Final = 30
OLDEST_SECONDS: Final = 600
"""How long ago it may have been issued: it comes straight from the issuer, for a sign-in that has just been begun."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token has to say: of this issuer, for this client, for the sign-in with this nonce."""

    issuer: str
    client_id: str
    nonce: str


async def read_id_token(text: str, expected: Expected, keys: KeySource, now: float) -> dict[str, Any]:
    """The claims of a token that can be believed. They are not read before the signature is right.

    Raises:
        SignInFailed: it cannot be believed; the reason is a short word. 503, if the issuer's keys cannot be had.
    """
    claims = await _signed(text, keys)
    if claims.get("iss") != expected.issuer:
        raise SignInFailed("issuer")
    _check_audience(claims, expected.client_id)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise SignInFailed("nonce")
    _check_times(claims, now)
    return claims


async def _signed(text: str, keys: KeySource) -> dict[str, Any]:
    try:
        raw = text.encode("ascii")
        header, payload, signature = raw.split(b".")
        members = read_object(decode(header)) if len(raw) <= LONGEST else {}
        kid, algorithm = members.get("kid"), members.get("alg")
        if not isinstance(kid, str) or "crit" in members:
            raise SignInFailed("header")
        key = await keys.key(kid)
        if algorithm not in key.algorithms:
            raise SignInFailed("algorithm")
        if not key.is_signature(decode(signature), header + b"." + payload, algorithm):
            raise SignInFailed("signature")
        return read_object(decode(payload))
    except ValueError as error:
        raise SignInFailed("malformed") from error
    except Untrusted as error:
        raise SignInFailed(error.reason) from error
    except ServiceUnavailable as error:
        raise SignInFailed("keys", status=503) from error


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if client_id not in listed:
        raise SignInFailed("audience")
    if claims.get("azp", client_id if len(listed) == 1 else None) != client_id:
        raise SignInFailed("authorized_party")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, issued = claims.get("exp"), claims.get("iat")
    if not isinstance(expires, int | float) or not isinstance(issued, int | float):
        raise SignInFailed("times")
    if now >= expires + LEEWAY_SECONDS:
        raise SignInFailed("expired")
    if not now - OLDEST_SECONDS <= issued <= now + LEEWAY_SECONDS:
        raise SignInFailed("not_now")
