"""How a client proves itself to a token endpoint (OpenID Connect Core 1.0, section 9)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol
from urllib.parse import quote_plus

from switchover.errors import CredentialUnavailable
from switchover.trust.discovery import TokenEndpoint
from switchover.trust.signing_key import SigningKey

Authentication = Literal["client_secret_basic", "client_secret_post", "private_key_jwt"]

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 60
"""How long an assertion is good for; it is used at once."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request to a token endpoint carries for it."""

    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    fields: Sequence[tuple[str, str]] = field(default=(), repr=False)


class ClientProof(Protocol):
    """A way to prove itself."""

    def at(self, endpoint: TokenEndpoint) -> Proof:
        """The proof for one request there.

        Raises:
            CredentialUnavailable: the endpoint takes no such proof.
        """
        ...

    def described(self) -> str:
        """In a few words, without secrets."""
        ...


class ClientSecret:
    """A secret that client and issuer share (RFC 6749, section 2.3.1).

    Without a method, as a header where the issuer takes that, in the body otherwise.
    """

    __slots__ = ("_id", "_methods", "_secret")

    def __init__(self, client_id: str, secret: str, method: Authentication | None) -> None:
        """Raises ValueError for a method that is not one of secrets."""
        if method == "private_key_jwt":
            raise ValueError("private_key_jwt needs a private key and takes no client secret")
        self._id = client_id
        self._secret = secret
        self._methods = (method,) if method else ("client_secret_basic", "client_secret_post")

    def at(self, endpoint: TokenEndpoint) -> Proof:
        """See `ClientProof`."""
        if _usable(self._methods, endpoint) == "client_secret_post":
            return Proof(fields=(("client_id", self._id), ("client_secret", self._secret)))
        # Both are form-encoded first, so that a colon in the identifier does not end it.
        pair = f"{quote_plus(self._id)}:{quote_plus(self._secret)}"
        return Proof(headers=(("authorization", "Basic " + base64.b64encode(pair.encode()).decode()),))

    def described(self) -> str:
        """See `ClientProof`."""
        return f"a client secret ({' or '.join(self._methods)})"


class ClientKey:
    """A JWT signed with the client's own key (RFC 7523, section 2.2).

    Its audience is the issuer, as far as it is known: an assertion addressed to one URL of several could be used at another.
    """

    __slots__ = ("_audience", "_clock", "_id", "_key")

    def __init__(self, client_id: str, key: SigningKey, audience: str | None, clock: Callable[[], float]) -> None:
        self._id = client_id
        self._key = key
        self._audience = audience
        self._clock = clock

    def at(self, endpoint: TokenEndpoint) -> Proof:
        """See `ClientProof`."""
        _usable(("private_key_jwt",), endpoint)
        now = int(self._clock())
        names = {"iss": self._id, "sub": self._id, "aud": self._audience or endpoint.issuer or endpoint.url}
        times = {"iat": now, "exp": now + ASSERTION_SECONDS, "jti": secrets.token_urlsafe(16)}
        assertion = self._key.jwt({**names, **times})
        return Proof(
            fields=(
                ("client_id", self._id),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", assertion),
            )
        )

    def described(self) -> str:
        """See `ClientProof`."""
        names = ", ".join(f"{name} {value}" for name, value in self._key.names.items())
        return f"a key of its own (private_key_jwt, {self._key.algorithm}, {names})"


def _usable(wanted: Sequence[str], endpoint: TokenEndpoint) -> str:
    for method in wanted:
        if method in endpoint.methods:
            return method
    taken = ", ".join(endpoint.methods) or "none that is known here"
    raise CredentialUnavailable(f"{endpoint.whom} does not take {' or '.join(wanted)}, but {taken}")
