"""Keys to sign tokens with, as JSON Web Keys (RFC 7517), and tokens that say exactly what a test wants (RFC 7515)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt import algorithms

_CURVES: dict[str, ec.EllipticCurve] = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
_BY_NAME = algorithms.get_default_algorithms()


@dataclass(frozen=True)
class SigningKey:
    """A private key for one algorithm, with its identifier."""

    kid: str
    algorithm: str
    private: Any

    @classmethod
    def make(cls, kid: str, algorithm: str, *, bits: int = 2048) -> SigningKey:
        """A new key for an algorithm of RFC 7518, or `Ed25519` (RFC 9864); `bits` are those of an RSA key."""
        private: Any
        if algorithm == "Ed25519":
            private = ed25519.Ed25519PrivateKey.generate()
        elif algorithm.startswith("ES"):
            private = ec.generate_private_key(_CURVES[algorithm])
        else:
            private = rsa.generate_private_key(65537, bits)
        return cls(kid, algorithm, private)

    @property
    def private_jwk(self) -> dict[str, Any]:
        """The whole key, as its owner keeps it."""
        return self._jwk(self.private)

    @property
    def public_jwk(self) -> dict[str, Any]:
        """The public half, as a key set publishes it."""
        return self._jwk(self.private.public_key())

    def _jwk(self, key: Any) -> dict[str, Any]:
        written = _algorithm(self.algorithm).to_jwk(key, as_dict=True)
        written.pop("key_ops", None)
        return {**written, "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def signature(self, data: bytes) -> bytes:
        """The signature of some bytes, as a token carries it."""
        made = _algorithm(self.algorithm).sign(data, self.private)
        assert isinstance(made, bytes)
        return made

    def token(self, claims: Any, header: dict[str, Any] | None = None) -> str:
        """A signed token. Members of `header` replace those it would have; None takes one away."""
        members = {"alg": self.algorithm, "typ": "at+jwt", "kid": self.kid, **(header or {})}
        kept = {name: value for name, value in members.items() if value is not None}
        return self.token_of(compact_json(kept), claims if isinstance(claims, bytes) else compact_json(claims))

    def token_of(self, header: bytes, payload: bytes) -> str:
        """A token signed over these very bytes."""
        signed = f"{base64url(header)}.{base64url(payload)}"
        return f"{signed}.{base64url(self.signature(signed.encode()))}"


def base64url(data: bytes) -> str:
    """RFC 7515, section 2: without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact_json(value: Any) -> bytes:
    """JSON without white space."""
    return json.dumps(value, separators=(",", ":")).encode()


def _algorithm(name: str) -> Any:
    return _BY_NAME["EdDSA" if name == "Ed25519" else name]
