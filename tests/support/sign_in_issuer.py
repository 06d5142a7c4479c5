"""An OIDC issuer that signs people in, and does one thing wrong if a test wants it to."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.loopback import Asked, Loopback, Told, loopback, told
from support.signing import SigningKey

CLIENT = "diary"
SECRET = "a secret: with a colon"


@dataclass
class SignInIssuer:
    """The issuer.

    Attributes:
        metadata, claims, header: replace members of its discovery document, of ID tokens and of their headers; None takes one away.
        answer: what it answers at its token endpoint instead of tokens.
        userinfo: what it answers at its UserInfo endpoint, which it names if there is something.
        asked: forms and headers that came to its token endpoint.
    """

    clock: Callable[[], float]
    server: Loopback = field(init=False)
    key: SigningKey = field(default_factory=lambda: SigningKey.make("one", "ES256"))
    signs_with: SigningKey | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    answer: Told | None = None
    userinfo: Told | None = None
    asked: list[Asked] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url

    def authorize(self, address: str) -> dict[str, str]:
        """What a person does who says yes: the query that comes back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self._codes[code] = query
        return {"code": code, "state": query["state"], "iss": self.url}

    def __call__(self, asked: Asked) -> Told:
        """Answer a request."""
        if asked.target == "/.well-known/openid-configuration":
            return told(_kept({**self._metadata(), **self.metadata}))
        if asked.target == "/jwks":
            return told({"keys": [self.key.public_jwk]})
        if asked.target == "/userinfo":
            assert self.userinfo is not None
            assert asked.headers["authorization"] == "Bearer x"
            return self.userinfo
        assert asked.target == "/token"
        self.asked.append(asked)
        return self.answer or self._token(dict(asked.form))

    def _token(self, form: dict[str, str]) -> Told:
        begun = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if begun is None or begun["code_challenge"] != challenge or begun["redirect_uri"] != form["redirect_uri"]:
            return told({"error": "invalid_grant"}, 400)
        now = int(self.clock())
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": "sub-of-aiko", "nonce": begun["nonce"], "iat": now, "exp": now + 300,
            "name": "Aiko", "groups": ["staff"],
        }  # fmt: skip
        signer = self.signs_with or self.key
        token = signer.token(_kept({**claims, **self.claims}), {"typ": None, **self.header})
        return told({"id_token": token, "access_token": "x", "token_type": "Bearer"})

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/logout?x=y",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **({"userinfo_endpoint": f"{self.url}/userinfo"} if self.userinfo is not None else {}),
        }


def _kept(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


@contextmanager
def sign_in_issuer(clock: Callable[[], float]) -> Iterator[SignInIssuer]:
    """An issuer, for as long as a test needs it."""
    issuer = SignInIssuer(clock)
    with loopback(issuer) as server:
        issuer.server = server
        yield issuer
