"""Values that a browser keeps for us and can neither read nor change: AES-256-GCM (NIST SP 800-38D)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12
LONGEST: Final = 3_800
"""Characters of a sealed value: browsers keep cookies of 4096 bytes with everything around them."""


class TooMuchToSeal(ValueError):
    """The value does not fit into a cookie."""


class Seal:
    """One secret, from which each purpose has a key of its own.

    Args:
        secret: at least 32 characters.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def close(self, purpose: str, value: dict[str, Any]) -> str:
        """Seal a JSON object.

        Raises:
            TooMuchToSeal: it is larger than a cookie.
        """
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(value, separators=(",", ":")).encode()
        sealed = base64.urlsafe_b64encode(nonce + self._cipher(purpose).encrypt(nonce, plain, purpose.encode()))
        if len(sealed) > LONGEST:
            raise TooMuchToSeal(purpose)
        return sealed.decode().rstrip("=")

    def open(self, purpose: str, sealed: str) -> dict[str, Any] | None:
        """What was sealed for this purpose; None for anything else."""
        try:
            data = base64.urlsafe_b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4))
            plain = self._cipher(purpose).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], purpose.encode())
        except (InvalidTag, binascii.Error, ValueError):
            return None
        opened: dict[str, Any] = json.loads(plain)
        return opened

    def mark(self, purpose: str, text: str) -> str:
        """A digest of a text that nobody makes without the secret (RFC 7693, section 2.9), in hexadecimal."""
        return hashlib.blake2b(text.encode(), key=self._key(purpose), digest_size=32).hexdigest()

    def _cipher(self, purpose: str) -> AESGCM:
        return AESGCM(self._key(purpose))

    def _key(self, purpose: str) -> bytes:
        return hashlib.blake2b(self._secret, digest_size=32, person=purpose.encode()[:16]).digest()
