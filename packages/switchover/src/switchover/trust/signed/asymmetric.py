"""Signatures with a key pair (RFC 9421, section 3.3), by `cryptography`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchover.extras import extra
from switchover.trust.signed.algorithms import Signing, Verifying

with extra("signatures"):
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import (
        ECDSA,
        SECP256R1,
        EllipticCurve,
        EllipticCurvePrivateKey,
        EllipticCurvePublicKey,
    )
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey
PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

SHORTEST_RSA: Final = 2048
"""Bits an RSA key has at least (NIST SP 800-131A)."""

_ED25519: Final = "ed25519"
_ECDSA: Final = "ecdsa-p256-sha256"
_RSA: Final = "rsa-pss-sha512"
_NUMBER_BYTES: Final = 32
"""Each of the two numbers of an ECDSA signature on P-256 (RFC 9421, section 3.3.4)."""

_PSS: Final = PSS(mgf=MGF1(hashes.SHA512()), salt_length=64)


def signing(key: PrivateKey) -> Signing:
    """See `keys.signing_key`."""
    match key:
        case Ed25519PrivateKey():
            return Signing(_ED25519, key.sign)
        case EllipticCurvePrivateKey():
            _require_p256(key.curve)
            return Signing(_ECDSA, lambda text: _raw(key.sign(text, ECDSA(hashes.SHA256()))))
        case RSAPrivateKey():
            _require_long(key.key_size)
            return Signing(_RSA, lambda text: key.sign(text, _PSS, hashes.SHA512()))
    raise ValueError("messages are signed with a private key: Ed25519, ECDSA on P-256, or RSA")


def verifying(key: PublicKey) -> Verifying:
    """See `keys.verifying_key`."""
    match key:
        case Ed25519PublicKey():
            return Verifying(_ED25519, _holds(lambda text, signature: key.verify(signature, text)))
        case EllipticCurvePublicKey():
            _require_p256(key.curve)
            ecdsa = ECDSA(hashes.SHA256())
            return Verifying(_ECDSA, _holds(lambda text, signature: key.verify(_der(signature), text, ecdsa)))
        case RSAPublicKey():
            _require_long(key.key_size)
            return Verifying(_RSA, _holds(lambda text, signature: key.verify(signature, text, _PSS, hashes.SHA512())))
    raise ValueError("messages are verified with a public key: Ed25519, ECDSA on P-256, or RSA")


def read_private(pem: str) -> PrivateKey:
    """A private key as PEM (RFC 7468), not encrypted.

    Raises:
        ValueError: it is none.
    """
    try:
        return load_pem_private_key(pem.encode(), None)  # type: ignore[return-value]  # `signing` refuses the others
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("the private key is no PEM that can be read without a password") from None


def read_public(pem: str) -> PublicKey:
    """A public key as PEM (RFC 7468).

    Raises:
        ValueError: it is none; a private key is none either: whoever verifies has no business with it.
    """
    try:
        return load_pem_public_key(pem.encode())  # type: ignore[return-value]  # `verifying` refuses the others
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("the public key is no PEM that can be read") from None


def _holds(verify: Callable[[bytes, bytes], None]) -> Callable[[bytes, bytes], bool]:
    def holds(text: bytes, signature: bytes) -> bool:
        try:
            verify(text, signature)
        except InvalidSignature:
            return False
        return True

    return holds


def _raw(der: bytes) -> bytes:
    return b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in decode_dss_signature(der))


def _der(raw: bytes) -> bytes:
    if len(raw) != 2 * _NUMBER_BYTES:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(raw[:_NUMBER_BYTES], "big"), int.from_bytes(raw[_NUMBER_BYTES:], "big"))


def _require_p256(curve: EllipticCurve) -> None:
    if not isinstance(curve, SECP256R1):
        raise ValueError("the curve of an ECDSA key is P-256")


def _require_long(bits: int) -> None:
    if bits < SHORTEST_RSA:
        raise ValueError(f"an RSA key has at least {SHORTEST_RSA} bits")
