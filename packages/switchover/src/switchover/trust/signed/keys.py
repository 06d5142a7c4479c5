"""The keys that messages are signed with. The key says which algorithm is used; a message never does."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from switchover.trust.signed.algorithms import Signing, Verifying

if TYPE_CHECKING:
    from switchover.trust.signed.asymmetric import PrivateKey, PublicKey

SHORTEST_SECRET: Final = 32
"""Bytes a shared secret has at least; `secrets.token_bytes(32)` gives them."""

_PEM: Final = "-----BEGIN "


def signing_key(key: PrivateKey | str | bytes) -> Signing:
    """A key to sign with.

    Args:
        key: a private key of `cryptography`'s, one as PEM text (Ed25519, ECDSA on P-256, RSA from 2048 bits), or a shared secret as bytes.

    Raises:
        ValueError: it is none of these, or weak. What it is, is not repeated.
    """
    if isinstance(key, bytes):
        secret = _secret(key)
        return Signing("hmac-sha256", lambda text: _hmac(secret, text))
    from switchover.trust.signed import asymmetric  # noqa: PLC0415 - an extra, imported where it is used

    return asymmetric.signing(asymmetric.read_private(_pem(key)) if isinstance(key, str) else key)


def verifying_key(key: PublicKey | str | bytes) -> Verifying:
    """A key to verify with: a public key as `signing_key` takes a private one, or the shared secret.

    Raises:
        ValueError: it is none of these, or weak.
    """
    if isinstance(key, bytes):
        secret = _secret(key)
        return Verifying("hmac-sha256", lambda text, signature: hmac.compare_digest(_hmac(secret, text), signature))
    from switchover.trust.signed import asymmetric  # noqa: PLC0415 - an extra, imported where it is used

    return asymmetric.verifying(asymmetric.read_public(_pem(key)) if isinstance(key, str) else key)


def _hmac(secret: bytes, text: bytes) -> bytes:
    return hmac.digest(secret, text, hashlib.sha256)


def _secret(key: bytes) -> bytes:
    # A public key is known to everyone: taken for a secret, it lets everyone sign.
    if key.lstrip().startswith(_PEM.encode()):
        raise ValueError("a PEM is given as text; bytes are a shared secret")
    if len(key) < SHORTEST_SECRET:
        raise ValueError(f"a shared secret has at least {SHORTEST_SECRET} bytes; make one with secrets.token_bytes(32)")
    return key


def _pem(text: str) -> str:
    if not text.lstrip().startswith(_PEM):
        raise ValueError("text is a key as PEM; a shared secret is given as bytes")
    return text
