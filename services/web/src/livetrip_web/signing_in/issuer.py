"""An OIDC issuer as a client sees it: found by discovery, asked for tokens, and for what it tells of a person.

Sources: OpenID Connect Discovery 1.0; RFC 6749, section 4.1.3; OpenID Connect Core 1.0, section 5.3.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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
    """Where an issuer does what.

    Attributes:
        authorization, token: see OAuth.
        userinfo: where more is told of a person than in an ID token, if there is such a place.
        leaving: where its own session is ended (RP-Initiated Logout 1.0), if there is such a place.
        names_itself: it says who it is when it sends somebody back (RFC 9207).
        takes_basic: a client may prove itself by HTTP Basic.
    """

    authorization: str
    token: str
    userinfo: str | None
    leaving: str | None
    names_itself: bool
    takes_basic: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code is exchanged for. `access`: for UserInfo, and for nothing else."""

    identity: str = field(repr=False)
    access: str | None = field(repr=False)


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

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """The tokens for a code (RFC 7636, section 4.5).

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
        answer = await _asked("token_endpoint", "POST", found.token, headers, form)
        if answer.status_code != 200:
            raise SignInFailed("code")
        return _tokens(_object("token_answer", answer))

    async def userinfo(self, access: str) -> dict[str, Any] | None:
        """What it tells of the person of an access token; None if it has no place for that.

        Raises:
            SignInFailed: it refuses (400), or does not answer (503).
        """
        found = await self.endpoints()
        if found.userinfo is None:
            return None
        headers = {"accept": "application/json", "authorization": f"Bearer {access}"}
        answer = await _asked("userinfo_endpoint", "GET", found.userinfo, headers)
        if answer.status_code != 200:
            raise SignInFailed("userinfo")
        return _object("userinfo", answer)


async def _asked(
    where: str, method: str, address: str, headers: dict[str, str], form: dict[str, str] | None = None
) -> httpx.Response:
    try:
        async with httpx.AsyncClient(timeout=ASK_SECONDS, trust_env=False) as client:
            answer = await client.request(method, address, headers=headers, data=form)
    except httpx.HTTPError as error:
        raise SignInFailed(where, status=503) from error
    if answer.status_code >= 500:
        raise SignInFailed(where, status=503)
    return answer


def _object(what: str, answer: httpx.Response) -> dict[str, Any]:
    if len(answer.content) > LARGEST_ANSWER:
        raise SignInFailed(what)
    try:
        return read_object(answer.content)
    except ValueError as error:
        raise SignInFailed(what) from error


def _tokens(found: dict[str, Any]) -> Tokens:
    identity, access = found.get("id_token"), found.get("access_token")
    if not isinstance(identity, str):
        raise SignInFailed("token_answer")
    return Tokens(identity, access if isinstance(access, str) and access.isascii() and access.isprintable() else None)


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
    userinfo, leaving = found.get("userinfo_endpoint"), found.get("end_session_endpoint")
    ways = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Endpoints(
        authorization=authorization,
        token=token,
        userinfo=userinfo if is_safe_address(userinfo) else None,
        leaving=leaving if is_safe_address(leaving) else None,
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        takes_basic="client_secret_basic" in ways,
    )
