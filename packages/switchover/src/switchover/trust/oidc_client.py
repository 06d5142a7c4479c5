"""Access tokens of an OIDC issuer, for a service that calls in its own name (RFC 6749, section 4.4)."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from switchover.errors import CredentialUnavailable
from switchover.trust.asker import asker
from switchover.trust.asking import Ask, Question
from switchover.trust.client_proof import Authentication, ClientKey, ClientProof, ClientSecret
from switchover.trust.discovery import DiscoveredEndpoint, FixedEndpoint
from switchover.trust.renewal import Renewal
from switchover.trust.renewed import RenewedToken
from switchover.trust.renewing import Fetched, Renewing
from switchover.trust.signing_key import RsaAlgorithm, SigningKey
from switchover.trust.token_answer import read_token

if TYPE_CHECKING:
    from switchover.trust.signing_key import PrivateKey


class OidcClientCredentials(RenewedToken):
    """Sends access tokens of an issuer, as bearer tokens; fetched by the first call, and renewed beside the calls from then on.

    While a token lives, no call waits for the issuer, and none fails because it is down. Once there is none, calls wait for one fetch
    together, within their own time; after a failed one they fail at once until the pause is over.

    Args:
        issuer: whose tokens, exactly as it names itself; the endpoint is found by discovery.
        token_endpoint: where tokens are had, instead of discovery.
        client_id: the service's name with the issuer.
        client_secret: what it proves itself with, or
        private_key: a key that the issuer knows (P-256, RSA, Ed25519): PEM without a password, or an object of `cryptography`.
        kid: identifier of that key; unless given, its thumbprint (RFC 7638).
        certificate: the certificate of that key as PEM, where the issuer knows the key by it, as Entra
            does: the assertion says `x5t#S256`, without `kid` unless that is given, and an RSA key
            signs by PS256.
        assertion_algorithm: RS256 or PS256, for an RSA key; unless given, as above, and otherwise RS256.
        authentication: the one method to use; unless given, by what there is and what the issuer takes.
        assertion_audience: `aud` of a `private_key_jwt`; unless given, the issuer, or the endpoint where that was given.
            Okta and Entra want the URL of their token endpoint.
        audience: parameter `audience`, where an issuer wants it.
        resource: parameter `resource` (RFC 8707), one or several.
        scope: parameter `scope`, one or several, or several in one text.
        assumed_lifetime_seconds: how long tokens live if the issuer does not say (`expires_in`).
        timeout_seconds: for each request to the issuer, in all.
        tls: trusts other authorities than the usual ones; verification cannot be turned off.
        renewal: when tokens are renewed, and tried again for.

    Raises:
        ValueError: these do not go together, or a URL is not https (http is for this machine alone).
    """

    __slots__ = ("_ask", "_assumed", "_endpoint", "_fields", "_proof", "_what")

    def __init__(
        self,
        issuer: str | None = None,
        *,
        client_id: str,
        token_endpoint: str | None = None,
        client_secret: str | None = None,
        private_key: str | bytes | PrivateKey | None = None,
        kid: str | None = None,
        certificate: str | bytes | None = None,
        assertion_algorithm: RsaAlgorithm | None = None,
        authentication: Authentication | None = None,
        assertion_audience: str | None = None,
        audience: str | None = None,
        resource: str | Sequence[str] = (),
        scope: str | Sequence[str] = (),
        assumed_lifetime_seconds: float | None = None,
        timeout_seconds: float = 3.0,
        tls: ssl.SSLContext | None = None,
        renewal: Renewal | None = None,
    ) -> None:
        renewal = renewal or Renewal()
        self._ask = asker(timeout_seconds, tls)
        self._endpoint = _endpoint(issuer, token_endpoint, self._ask)
        key = _signing_key(private_key, kid, certificate, assertion_algorithm)
        self._proof = _proof(client_id, client_secret, key, authentication, assertion_audience, renewal.clock)
        self._fields = _fields(audience, resource, scope)
        self._assumed = assumed_lifetime_seconds
        self._what = f"access tokens of {issuer or 'a fixed token endpoint'} for the client {client_id}"
        super().__init__(Renewing(self._what, self._fetch, renewal))

    def described(self) -> list[str]:
        """See `CredentialSource`."""
        asked = ", ".join(f"{name} {value}" for name, value in self._fields)
        return [f"{self._what}, which proves itself by {self._proof.described()}", *([asked] if asked else [])]

    def __repr__(self) -> str:
        return f"OidcClientCredentials({self._what!r}, …)"

    async def _fetch(self) -> Fetched:
        try:
            endpoint = await self._endpoint.find()
            proof = self._proof.at(endpoint)
            form = [("grant_type", "client_credentials"), *self._fields, *proof.fields]
            headers = (
                ("accept", "application/json"),
                ("content-type", "application/x-www-form-urlencoded"),
                *proof.headers,
            )
            question = Question(endpoint.whom, "POST", endpoint.url, headers, urlencode(form).encode())
            return read_token(await self._ask(question), self._assumed)
        except CredentialUnavailable:
            self._endpoint.forget()
            raise


def _signing_key(
    key: str | bytes | PrivateKey | None,
    kid: str | None,
    certificate: str | bytes | None,
    algorithm: RsaAlgorithm | None,
) -> SigningKey | None:
    if key is not None:
        return SigningKey.of(key, kid=kid, certificate=certificate, algorithm=algorithm)
    if certificate is not None or algorithm is not None:
        raise ValueError("certificate and assertion_algorithm belong to a private_key, which is missing")
    return None


def _endpoint(issuer: str | None, token_endpoint: str | None, ask: Ask) -> FixedEndpoint | DiscoveredEndpoint:
    if token_endpoint is not None and issuer is None:
        return FixedEndpoint(token_endpoint)
    if issuer is not None and token_endpoint is None:
        return DiscoveredEndpoint(issuer, ask)
    raise ValueError("give the issuer (the token endpoint is then found by discovery) or the token endpoint")


def _proof(
    client_id: str,
    secret: str | None,
    key: SigningKey | None,
    method: Authentication | None,
    audience: str | None,
    clock: Callable[[], float],
) -> ClientProof:
    if not client_id:
        raise ValueError("a client has an identifier")
    if key is not None and secret is None:
        if method not in (None, "private_key_jwt"):
            raise ValueError(f"{method} needs a client secret and takes no private key")
        return ClientKey(client_id, key, audience, clock)
    if secret and key is None:
        return ClientSecret(client_id, secret, method)
    raise ValueError("a client proves itself with a client secret or with a private key: give one of them")


def _fields(audience: str | None, resource: str | Sequence[str], scope: str | Sequence[str]) -> list[tuple[str, str]]:
    resources = [resource] if isinstance(resource, str) else list(resource)
    scopes = scope if isinstance(scope, str) else " ".join(scope)
    return [
        *([("audience", audience)] if audience is not None else []),
        *(("resource", each) for each in resources),
        *([("scope", scopes)] if scopes else []),
    ]
