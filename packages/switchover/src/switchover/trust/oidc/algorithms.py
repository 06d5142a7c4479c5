"""Signatures by their names (RFC 7518, section 3.1; RFC 9864): asymmetric ones alone, each for one kind of key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchover.extras import extra

with extra("oidc"):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

Check = Callable[[bytes, bytes], bool]
"""Is the first argument a signature of the second?"""

RSA_ALGORITHMS: Final[dict[str, tuple[type[HashAlgorithm], bool]]] = {
    "RS256": (SHA256, False),
    "RS384": (SHA384, False),
    "RS512": (SHA512, False),
    "PS256": (SHA256, True),
    "PS384": (SHA384, True),
    "PS512": (SHA512, True),
}
"""Hash, and whether the padding is PSS."""

EC_ALGORITHMS: Final[dict[str, tuple[str, type[HashAlgorithm], ec.EllipticCurve]]] = {
    "P-256": ("ES256", SHA256, ec.SECP256R1()),
    "P-384": ("ES384", SHA384, ec.SECP384R1()),
    "P-521": ("ES512", SHA512, ec.SECP521R1()),
}
"""By curve: the one algorithm that belongs to it, its hash, and the curve."""

ED25519_NAMES: Final = frozenset({"Ed25519", "EdDSA"})
"""The name of RFC 9864, and the older one, which for a key on this curve means the same."""


def rsa_check(key: RSAPublicKey, algorithm: str) -> Check:
    """RSASSA-PKCS1-v1_5 or RSASSA-PSS with a salt as long as the hash (RFC 7518, sections 3.3 and 3.5)."""
    hashed, is_pss = RSA_ALGORITHMS[algorithm]
    digest = hashed()
    padded = padding.PSS(padding.MGF1(digest), digest.digest_size) if is_pss else padding.PKCS1v15()

    def check(signature: bytes, data: bytes) -> bool:
        try:
            key.verify(signature, data, padded, digest)
        except InvalidSignature:
            return False
        return True

    return check


def ec_check(key: ec.EllipticCurvePublicKey, hashed: type[HashAlgorithm]) -> Check:
    """ECDSA, the two numbers one after the other at full length (RFC 7518, section 3.4)."""
    size = (key.key_size + 7) // 8
    scheme = ec.ECDSA(hashed())

    def check(signature: bytes, data: bytes) -> bool:
        if len(signature) != 2 * size:
            return False
        r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
        try:
            key.verify(encode_dss_signature(r, s), data, scheme)
        except InvalidSignature:
            return False
        return True

    return check


def ed25519_check(key: Ed25519PublicKey) -> Check:
    """Ed25519 (RFC 8037, section 3.1)."""

    def check(signature: bytes, data: bytes) -> bool:
        try:
            key.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    return check
