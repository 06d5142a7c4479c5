"""Sign-in by authorization code with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9207; RFC 9700)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from livetrip_web.edge.addresses import local_path
from livetrip_web.edge.sealing import Seal
from livetrip_web.signing_in.failures import SignInFailed
from livetrip_web.signing_in.id_token import LEEWAY_SECONDS, Expected, read_id_token
from livetrip_web.signing_in.identity import Identity, identity_of
from livetrip_web.signing_in.issuer import Endpoints, Issuer
from switchover.trust.oidc import IssuerKeys, KeySource

SIGN_IN: Final = "/sign-in"
CALLBACK: Final = f"{SIGN_IN}/callback"
SECONDS: Final = 600
"""How long a sign-in may take at the issuer's."""
_PURPOSE: Final = "signing-in"


class OidcSignIn:
    """The sign-in of one issuer.

    Args:
        issuer: who signs people in.
        seal: keeps what belongs to a sign-in that has been begun, in a cookie of the browser that began it.
        scope, groups_claim: what is asked for, and which claim lists groups.
        now: tells the time by the clock that all processes of the diary share, in seconds since 1970: a sign-in may
            begin at one and end at another.
        keys: the issuer's, if not by discovery.
    """

    def __init__(
        self,
        issuer: Issuer,
        seal: Seal,
        *,
        scope: str,
        groups_claim: str,
        now: Callable[[], Awaitable[float]],
        keys: KeySource | None = None,
    ) -> None:
        self._issuer = issuer
        self._seal = seal
        self._scope = scope
        self._groups_claim = groups_claim
        self._now = now
        self._keys: KeySource = keys if keys is not None else IssuerKeys(issuer.url)

    async def begin(self, following: str, redirect_uri: str) -> tuple[str, str]:
        """Where to send the browser, and what it has to bring back with it: the value of a cookie.

        Raises:
            SignInFailed: 503; the issuer does not answer.
        """
        found = await self._issuer.endpoints()
        state, nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        asked = {
            "response_type": "code",
            "client_id": self._issuer.client_id,
            "redirect_uri": redirect_uri,
            "scope": self._scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        at = int(await self._now())
        begun = {"state": state, "nonce": nonce, "verifier": verifier, "next": following, "at": at}
        return _with(found.authorization, asked), self._seal.close(_PURPOSE, begun)

    async def finish(self, query: Mapping[str, str], cookie: str, redirect_uri: str) -> tuple[Identity, str]:
        """Who came back, and where they wanted to go.

        Raises:
            SignInFailed: it is not the answer to a sign-in that this browser began, or the issuer says no.
        """
        begun = self._begun(cookie, await self._now())
        if not hmac.compare_digest(query.get("state", "").encode(), begun["state"].encode()):
            raise SignInFailed("state")
        _check_issuer(query, self._issuer.url, await self._issuer.endpoints())
        if "error" in query or not query.get("code"):
            raise SignInFailed("refused")
        tokens = await self._issuer.exchange(query["code"], begun["verifier"], redirect_uri)
        expected = Expected(self._issuer.url, self._issuer.client_id, begun["nonce"])
        claims = await read_id_token(tokens.identity, expected, self._keys, await self._now())
        return identity_of(await self._completed(claims, tokens.access), self._groups_claim), local_path(begun["next"])

    async def leaving(self, redirect_uri: str) -> str | None:
        """Where the issuer's own session is ended; None if it has no such place, or does not answer now."""
        try:
            found = await self._issuer.endpoints()
        except SignInFailed:
            return None
        if found.leaving is None:
            return None
        return _with(found.leaving, {"client_id": self._issuer.client_id, "post_logout_redirect_uri": redirect_uri})

    async def _completed(self, claims: dict[str, Any], access: str | None) -> dict[str, Any]:
        """With what UserInfo tells, where ID tokens have no groups. It has to be of the same person (OpenID Connect Core 1.0, section 5.3.2)."""
        if self._groups_claim in claims or access is None:
            return claims
        told = await self._issuer.userinfo(access)
        if told is None:
            return claims
        if told.get("sub") != claims.get("sub"):
            raise SignInFailed("userinfo")
        return {**told, **claims}

    def _begun(self, cookie: str, now: float) -> dict[str, Any]:
        begun = self._seal.open(_PURPOSE, cookie)
        if begun is None or not -LEEWAY_SECONDS <= now - begun["at"] < SECONDS:
            raise SignInFailed("not_begun")
        return begun


def challenge(verifier: str) -> str:
    """What is shown of a verifier before it is (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _check_issuer(query: Mapping[str, str], url: str, found: Endpoints) -> None:
    """RFC 9207, section 2.4: another issuer's answer is refused, and a missing name where it should be there."""
    named = query.get("iss")
    if named != url and (named is not None or found.names_itself):
        raise SignInFailed("issuer")


def _with(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
