"""A public key of an issuer, pinned to its algorithm: the token does not choose (RFC 8725, section 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from switchover.extras import extra
from switchover.trust.oidc.algorithms import (
    EC_ALGORITHMS,
    ED25519_NAMES,
    RSA_ALGORITHMS,
    Check,
    ec_check,
    ed25519_check,
    rsa_check,
)
from switchover.trust.oidc.base64url import decode
from switchover.trust.oidc.untrusted import Untrusted

with extra("oidc"):
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicNumbers
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

SHORTEST_RSA_BITS: Final = 2048
LONGEST_RSA_BITS: Final = 8192
"""Checking a signature by a longer key would take milliseconds."""
SMALLEST_EXPONENT: Final = 65537
"""NIST FIPS 186-5, section 5.4."""

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key that can be used.

    Attributes:
        checks: by the name that a token may give the algorithm: whether the first argument is a
            signature of the second. One name, two for the same algorithm, or all of RSA's for an
            RSA key that does not name one.
        material: the members that make the key, by which two entries are the same one.
    """

    checks: Mapping[str, Check]
    material: tuple[str, ...] = ()

    @property
    def algorithms(self) -> frozenset[str]:
        """Names that a token may give the algorithm."""
        return frozenset(self.checks)

    def is_signature(self, signature: bytes, data: bytes, algorithm: str) -> bool:
        """Whether it is a signature of the data by this key and algorithm; no, for any other."""
        check = self.checks.get(algorithm)
        return check is not None and check(signature, data)

    def is_same(self, other: VerificationKey) -> bool:
        """Whether both are the same key for the same algorithms."""
        return self.material == other.material and self.algorithms == other.algorithms


def read_key(jwk: Mapping[str, Any]) -> VerificationKey:
    """A JSON Web Key (RFC 7517) that is there to check signatures.

    Without `alg`, an RSA key is for every algorithm of RSA, as far as the issuer's configuration
    allows it (`OidcIssuer.algorithms`), and a key on a curve for the algorithm of the curve.

    Raises:
        Untrusted: it is for something else, too weak, private, or no key. Reasons: `key_use`, `key_weak`, `key_private`, `key_unusable`.
    """
    _check_use(jwk)
    if not _PRIVATE.isdisjoint(jwk):
        raise Untrusted("key_private")
    try:
        match jwk.get("kty"):
            case "RSA":
                return _rsa(jwk)
            case "EC":
                return _ec(jwk)
            case "OKP" if jwk.get("crv") == "Ed25519":
                key = Ed25519PublicKey.from_public_bytes(_bytes(jwk, "x"))
                check = ed25519_check(key)
                names = _names(jwk, ED25519_NAMES)
                return VerificationKey(dict.fromkeys(names, check), _material(jwk, "crv", "x"))
    except ValueError as error:
        raise Untrusted("key_unusable") from error
    raise Untrusted("key_unusable")


def is_for_something_else(jwk: Mapping[str, Any]) -> bool:
    """Whether a key is not for signatures that are known here: for encryption, or of another type.

    Issuers publish such keys beside the others, at times under the same name (RFC 7517, section 4.5).
    One that is for signatures and faulty is not meant.
    """
    match jwk.get("use"), jwk.get("kty"), jwk.get("crv"):
        case str(use), _, _ if use != "sig":
            return True
        case _, "RSA", _:
            return str(jwk.get("alg", "")).startswith("RSA")  # RSA-OAEP, RSA1_5
        case _, "EC", curve:
            return curve not in EC_ALGORITHMS if isinstance(curve, str) else False
        case _, "OKP", curve:
            return isinstance(curve, str) and curve != "Ed25519"
        case _, str(), _:
            return True
    return False


def _check_use(jwk: Mapping[str, Any]) -> None:
    """RFC 7517, sections 4.2 and 4.3. A key for signing and for encrypting too is a mixed one."""
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or operations != ["verify"]:
        raise Untrusted("key_use")


def _rsa(jwk: Mapping[str, Any]) -> VerificationKey:
    modulus, exponent = _number(jwk, "n"), _number(jwk, "e")
    if not SHORTEST_RSA_BITS <= modulus.bit_length() <= LONGEST_RSA_BITS or modulus % 2 == 0:
        raise Untrusted("key_weak")
    if not SMALLEST_EXPONENT <= exponent < 2**32:
        raise Untrusted("key_weak")
    names = _names(jwk, frozenset(RSA_ALGORITHMS))
    public = RSAPublicNumbers(exponent, modulus).public_key()
    return VerificationKey({name: rsa_check(public, name) for name in names}, _material(jwk, "n", "e"))


def _ec(jwk: Mapping[str, Any]) -> VerificationKey:
    found = EC_ALGORITHMS.get(_text(jwk, "crv"))
    if found is None:
        raise Untrusted("key_unusable")
    name, hashed, curve = found
    x, y = _bytes(jwk, "x"), _bytes(jwk, "y")
    if not len(x) == len(y) == (curve.key_size + 7) // 8:
        raise ValueError("a coordinate is not at full length (RFC 7518, section 6.2.1.2)")
    point = EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve).public_key()
    names = _names(jwk, frozenset({name}))
    return VerificationKey(dict.fromkeys(names, ec_check(point, hashed)), _material(jwk, "crv", "x", "y"))


def _names(jwk: Mapping[str, Any], known: frozenset[str]) -> frozenset[str]:
    """The names of the algorithm: the one that the key says, if it is for keys like this."""
    names = known if "alg" not in jwk else known & {_text(jwk, "alg")}
    if not names:
        raise Untrusted("key_unusable")
    return names


def _material(jwk: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    return (_text(jwk, "kty"), *(_text(jwk, name) for name in names))


def _number(jwk: Mapping[str, Any], name: str) -> int:
    data = _bytes(jwk, name)
    if not data or data[0] == 0:
        raise ValueError("a number has no leading zeros (RFC 7518, section 2)")
    return int.from_bytes(data)


def _bytes(jwk: Mapping[str, Any], name: str) -> bytes:
    return decode(_text(jwk, name).encode())


def _text(jwk: Mapping[str, Any], name: str) -> str:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text")
    return value
