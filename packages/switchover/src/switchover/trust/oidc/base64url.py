"""Base64url without padding (RFC 7515, section 2), in its one canonical form."""

from __future__ import annotations

from binascii import a2b_base64
from typing import Final

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST: Final = (_ALPHABET, b"", _ALPHABET[::16], _ALPHABET[::4])
"""What the last character may be, by the length modulo 4: the bits that only fill it up are zero (RFC 4648, section 3.5). Otherwise several
texts would mean the same bytes.
"""
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_PADDING: Final = (b"", b"", b"==", b"=")


def decode(text: bytes) -> bytes:
    """The bytes that a text means.

    Raises:
        ValueError: it is not base64url, is padded, or is not in canonical form.
    """
    rest = len(text) % 4
    if text.translate(None, _ALPHABET) or (text and text[-1] not in _LAST[rest]):
        raise ValueError("not canonical base64url")
    return a2b_base64(text.translate(_STANDARD) + _PADDING[rest])
