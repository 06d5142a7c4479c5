"""`Content-Digest` (RFC 9530): what ties a body to a signature."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final

from switchover.trust.signed.fields import read_byte_sequences, write_bytes

# RFC 9530, section 5: these two are active, and the others insecure.
_ALGORITHMS: Final[Mapping[str, Callable[[bytes], Any]]] = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest`, with SHA-256."""
    return f"sha-256={write_bytes(hashlib.sha256(body).digest())}"


def is_digest_of(field: str, body: bytes) -> bool:
    """Does every digest of a `Content-Digest` field belong to the body? One by an algorithm that is not active does not.

    Raises:
        MalformedField: it is none.
    """
    return all(
        name in _ALGORITHMS and hmac.compare_digest(_ALGORITHMS[name](body).digest(), digest)
        for name, digest in read_byte_sequences(field).items()
    )
