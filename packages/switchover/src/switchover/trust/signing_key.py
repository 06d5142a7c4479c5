"""A private key that JWTs are signed with (RFC 7515), and the public half that others check them with (RFC 7517)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from switchover.extras import extra

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey | Ed25519PrivateKey

RsaAlgorithm = Literal["RS256", "PS256"]

SMALLEST_RSA_BITS: Final = 2048
"""NIST SP 800-131A, and RFC 7518, section 3.3."""

_UNUSABLE: Final = "a signing key is P-256 (ES256), RSA of at least 2048 bits (RS256), or Ed25519"


class SigningKey:
    """A private key with its algorithm and its identifier.

    Attributes:
        algorithm: `ES256`, `RS256`, `PS256` (RFC 7518), or `Ed25519` (RFC 9864); the key decides, and
            for RSA the choice of two.
        kid: its identifier; unless given, the thumbprint of RFC 7638.
        names: the members of a JWT's header that name the key: `kid`, or `x5t#S256` of a certificate.
    """

    __slots__ = ("_public", "_sign", "algorithm", "kid", "names")

    def __init__(
        self,
        algorithm: str,
        public: Mapping[str, str],
        sign: Callable[[bytes], bytes],
        kid: str | None,
        certificate_digest: str | None = None,
    ) -> None:
        self.algorithm = algorithm
        self._public = dict(public)
        self._sign = sign
        self.kid = kid or _thumbprint(self._public)
        self.names = {"kid": self.kid} if kid or certificate_digest is None else {}
        if certificate_digest is not None:
            self.names["x5t#S256"] = certificate_digest

    @classmethod
    def of(
        cls,
        key: str | bytes | PrivateKey,
        *,
        kid: str | None = None,
        certificate: str | bytes | None = None,
        algorithm: RsaAlgorithm | None = None,
    ) -> Self:
        """Read the key of a PEM text without a password, or of an object of `cryptography`.

        Args:
            key: the private key.
            kid: its identifier.
            certificate: the certificate of the key as PEM, where the other side knows the key by that
                (`x5t#S256`, RFC 7515, section 4.1.8). Then `kid` is left out, unless given.
            algorithm: of an RSA key: PS256 with a certificate and RS256 without, unless given.

        Raises:
            ValueError: the key or the certificate is unusable, or they do not belong together. Neither
                is repeated.
        """
        with extra("oidc"):
            from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415 - an extra

        private = _read(key) if isinstance(key, str | bytes) else key
        digest = _certificate_digest(certificate, private) if certificate is not None else None
        match private:
            case rsa.RSAPrivateKey() if private.key_size >= SMALLEST_RSA_BITS:
                name = algorithm or ("RS256" if digest is None else "PS256")
                if name not in ("RS256", "PS256"):
                    raise ValueError(f"the algorithm of an RSA key must be RS256 or PS256, got {name!r}")
                return cls(name, _rsa_members(private), _rsa_signer(private, name), kid, digest)
            case _ if algorithm is not None:
                raise ValueError("only an RSA key has a choice of algorithms")
            case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
                return cls("ES256", _ec_members(private), _ec_signer(private), kid, digest)
            case ed25519.Ed25519PrivateKey():
                return cls("Ed25519", _ed25519_members(private), private.sign, kid, digest)
        raise ValueError(_UNUSABLE)

    def public_jwk(self) -> dict[str, str]:
        """The public half, as a key set publishes it."""
        return {**self._public, "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def jwt(self, claims: Mapping[str, Any], *, typ: str = "JWT") -> str:
        """A signed token that makes these claims, in the compact form (RFC 7515, section 7.1)."""
        header = {"alg": self.algorithm, "typ": typ, **self.names}
        signed = f"{_part(header)}.{_part(claims)}"
        return f"{signed}.{_base64url(self._sign(signed.encode()))}"

    def __repr__(self) -> str:
        return f"SigningKey({self.algorithm}, kid={self.kid!r})"


def _read(pem: str | bytes) -> Any:
    with extra("oidc"):
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        return load_pem_private_key(pem.encode() if isinstance(pem, str) else pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"this is no private key in PEM without a password; {_UNUSABLE}") from None


def _ec_signer(key: EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    with extra("oidc"):
        from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    def sign(data: bytes) -> bytes:
        # RFC 7518, section 3.4: the two numbers, 32 bytes each, and not the DER that libraries write.
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def _rsa_signer(key: RSAPrivateKey, algorithm: RsaAlgorithm) -> Callable[[bytes], bytes]:
    with extra("oidc"):
        from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    # RFC 7518, section 3.5: the salt is as long as the hash.
    padding = PSS(MGF1(SHA256()), SHA256.digest_size) if algorithm == "PS256" else PKCS1v15()
    return lambda data: key.sign(data, padding, SHA256())


def _certificate_digest(certificate: str | bytes, key: Any) -> str:
    """The `x5t#S256` of the certificate of a key."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - an extra
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    try:
        read = load_pem_x509_certificate(certificate.encode() if isinstance(certificate, str) else certificate)
        is_its_own = read.public_key() == key.public_key()
    except ValueError:
        raise ValueError("the certificate must be PEM (-----BEGIN CERTIFICATE-----)") from None
    if not is_its_own:
        raise ValueError("the certificate must be that of the private key; it holds another public key")
    return _base64url(read.fingerprint(SHA256()))


def _ec_members(key: EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = (_base64url(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _rsa_members(key: RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    n, e = (_base64url(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (numbers.n, numbers.e))
    return {"kty": "RSA", "n": n, "e": e}


def _ed25519_members(key: Ed25519PrivateKey) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(key.public_key().public_bytes_raw())}


def _thumbprint(members: Mapping[str, str]) -> str:
    """RFC 7638, and RFC 8037, section 2: of the members that make the key, in order."""
    text = json.dumps(dict(sorted(members.items())), separators=(",", ":"))
    return _base64url(hashlib.sha256(text.encode()).digest())


def _part(value: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
