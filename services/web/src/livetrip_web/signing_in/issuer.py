"""An OIDC issuer as a client sees it: found by discovery, asked for tokens (OpenID Connect Discovery 1.0; RFC 6749, section 4.1.3)."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx

from livetrip_web.signing_in.failures import SignInFailed
from switchover.trust.oidc.documents import DocumentUnavailable, Fetch, HttpDocuments, is_safe_address
from switchover.trust.oidc.json_object import read_object

FRESH_SECONDS: Final = 600.0
ASK_SECONDS: Final = 10.0
LARGEST_ANSWER: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where an issuer does what. `leaving`: where its own session is ended (RP-Initiated Logout 1.0), if it says so.

    `names_itself`: it says who it is when it sends somebody back (RFC 9207).
    """

    authorization: str
    token: str
    leaving: str | None
    names_itself: bool
    takes_basic: bool


class Issuer:
    """One issuer, and this application as its client.

    Args:
        url: its identifier.
        client_id, client_secret: what it knows this application by; no secret for a public client.
        fetch: gets its discovery document.
        clock: seconds, from anywhere, that never go back.
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        client_secret: str | None = None,
        *,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self.client_id = client_id
        self._secret = client_secret
        self._fetch: Fetch = fetch or HttpDocuments()
        self._clock = clock
        self._known: Endpoints | None = None
        self._until = 0.0

    async def endpoints(self) -> Endpoints:
        """Where it does what, kept for a while.

        Raises:
            SignInFailed: 503; it does not answer, or not as an issuer does.
        """
        if self._known is None or self._clock() >= self._until:
            try:
                found = await self._fetch(self.url.removesuffix("/") + "/.well-known/openid-configuration")
                self._known, self._until = _read(found, self.url), self._clock() + FRESH_SECONDS
            except DocumentUnavailable as error:
                raise SignInFailed("discovery", status=503) from error
        return self._known

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The ID token for a code (RFC 7636, section 4.5).

        Raises:
            SignInFailed: it refuses (400), or does not answer (503).
        """
        found = await self.endpoints()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {"accept": "application/json"}
        if self._secret is not None and found.takes_basic:
            # Both are form-encoded first (RFC 6749, section 2.3.1).
            proof = f"{quote(self.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(proof.encode()).decode()}"
        else:
            form |= {"client_id": self.client_id, **({"client_secret": self._secret} if self._secret else {})}
        try:
            async with httpx.AsyncClient(timeout=ASK_SECONDS, trust_env=False) as client:
                answer = await client.post(found.token, data=form, headers=headers)
        except httpx.HTTPError as error:
            raise SignInFailed("token_endpoint", status=503) from error
        return _id_token(answer)


def _id_token(answer: httpx.Response) -> str:
    if answer.status_code >= 500:
        raise SignInFailed("token_endpoint", status=503)
    if answer.status_code != 200 or len(answer.content) > LARGEST_ANSWER:
        raise SignInFailed("code")
    try:
        token = read_object(answer.content).get("id_token")
    except ValueError as error:
        raise SignInFailed("token_answer") from error
    if not isinstance(token, str):
        raise SignInFailed("token_answer")
    return token


def _read(found: dict[str, Any], issuer: str) -> Endpoints:
    if found.get("issuer") != issuer:
        raise DocumentUnavailable("the discovery document is that of another issuer")
    authorization, token = found.get("authorization_endpoint"), found.get("token_endpoint")
    if not is_safe_address(authorization) or not is_safe_address(token):
        raise DocumentUnavailable("the discovery document names no endpoints that can be used")
    assert isinstance(authorization, str)
    assert isinstance(token, str)
    methods = found.get("code_challenge_methods_supported", ["S256"])
    if "S256" not in methods:
        raise DocumentUnavailable("the issuer does not take PKCE with S256")
    leaving = found.get("end_session_endpoint")
    ways = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Endpoints(
        authorization=authorization,
        token=token,
        leaving=leaving if is_safe_address(leaving) else None,
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        takes_basic="client_secret_basic" in ways,
    )
