"""Names for people in logs that tell two apart and name neither, for whoever does not have the key."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SHORTEST_KEY: Final = 32
"""Bytes: as many as the hash has (RFC 2104, section 3)."""

_LENGTH: Final = 16
"""Bytes of the hash that are kept: among 2**32 people, two share a name with a chance below 2**-64."""

_ID: Final = re.compile("[A-Za-z0-9_-]{1,16}")


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Pseudonyms by HMAC-SHA256 (RFC 2104), shortened to 128 bits: `k2:` and 32 hex digits.

    To rotate, add a key and make it the current one; keep the older ones for as long as logs that were written under them are kept.
    A log whose key is gone names nobody any more.

    Args:
        keys: by key id (1 to 16 of A-Z, a-z, 0-9, `_`, `-`), each at least 32 random bytes.
        current: id of the key that new pseudonyms are made with.

    Raises:
        ValueError: a key id that is none, a key that is too short, two ids for one key, or no such current key. No key is repeated.
    """

    keys: Mapping[str, bytes] = field(repr=False)
    current: str

    def __post_init__(self) -> None:
        for key_id, key in self.keys.items():
            if not _ID.fullmatch(key_id):
                raise ValueError("a key id is 1 to 16 of A-Z, a-z, 0-9, '_' and '-'")
            if len(key) < SHORTEST_KEY:
                raise ValueError(f"the key {key_id} has {len(key)} bytes; a key has at least {SHORTEST_KEY}")
        if len(set(self.keys.values())) < len(self.keys):
            raise ValueError("two key ids stand for one key; a new id needs a new key")
        if self.current not in self.keys:
            raise ValueError(f"there is no current key; current is one of {', '.join(self.keys) or 'the keys given'}")
        object.__setattr__(self, "keys", dict(self.keys))

    def of(self, user: str) -> str:
        """The pseudonym of a user id."""
        return self._under(self.current, user)

    def known_as(self, user: str) -> dict[str, str]:
        """Every pseudonym that a user id has or had, by key id: what to look for in logs that were written before a rotation."""
        return {key_id: self._under(key_id, user) for key_id in self.keys}

    def _under(self, key_id: str, user: str) -> str:
        digest = hmac.digest(self.keys[key_id], user.encode("utf-8", "surrogatepass"), "sha256")
        return f"{key_id}:{digest[:_LENGTH].hex()}"
