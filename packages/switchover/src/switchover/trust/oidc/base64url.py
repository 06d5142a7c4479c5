"""Base64url without padding (RFC 7515, section 2), in its one canonical form."""

from __future__ import annotations

import re
from binascii import a2b_base64
from typing import Final

_CANONICAL: Final = re.compile(rb"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?")
"""The bits that fill the last character are zero (RFC 4648, section 3.5): otherwise several texts would mean the same bytes."""
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_PADDING: Final = (b"", b"", b"==", b"=")


def decode(text: bytes) -> bytes:
    """The bytes that a text means.

    Raises:
        ValueError: it is not base64url, is padded, or is not in canonical form.
    """
    if not _CANONICAL.fullmatch(text):
        raise ValueError("not canonical base64url")
    return a2b_base64(text.translate(_STANDARD) + _PADDING[len(text) % 4])
