"""Which version of a contract a process has, in the few bytes that a header and a heartbeat carry.

A module of its own, below the contract: whoever reads heartbeats need not be able to read contracts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

CONTRACT_HEADER: Final = "switchover-contract"
"""`Switchover-Contract: sha256:0123456789abcdef;version="1.4.0"`, an Item of RFC 9651. The version is left out where it is not ASCII."""

_DIGITS: Final = 16
_LONGEST: Final = 100
_DIGEST: Final = re.compile(rf"sha256:[0-9a-f]{{{_DIGITS}}}")
_VERSION: Final = re.compile(rf"[\x20-\x7e]{{0,{_LONGEST}}}")
_HEADER: Final = re.compile(
    rf'({_DIGEST.pattern})(?:;version="((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){{0,{_LONGEST}}})")?'
)
_ESCAPED: Final = re.compile(r'(["\\])')
_ESCAPE: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, order=True)
class ContractVersion:
    """A version of a contract.

    Attributes:
        version: `info.version`; "" where there is none, or none of at most 100 printable ASCII characters.
        digest: `sha256:` and the first 16 hex digits of the contract's digest.
    """

    version: str
    digest: str

    @classmethod
    def of(cls, digest: str, info: Any) -> Self:
        """The version of a contract, by its digest (`sha256:…`) and what it has as `info`."""
        version = str(info.get("version", "")) if isinstance(info, Mapping) else ""
        return cls(version if _VERSION.fullmatch(version) else "", digest[: len("sha256:") + _DIGITS])

    @classmethod
    def of_header(cls, value: str) -> Self | None:
        """The version that a header names; None for a header of another form."""
        found = _HEADER.fullmatch(value)
        return None if found is None else cls(_ESCAPE.sub(r"\1", found[2] or ""), found[1])

    @classmethod
    def of_json(cls, value: Any) -> Self | None:
        """The version that `to_json` wrote; None for anything else. Members that a later release adds are ignored."""
        if not isinstance(value, Mapping):
            return None
        digest, version = value.get("digest"), value.get("version")
        if not isinstance(digest, str) or not isinstance(version, str):
            return None
        return cls(version, digest) if _DIGEST.fullmatch(digest) and _VERSION.fullmatch(version) else None

    @property
    def header(self) -> str:
        """The value of the header."""
        escaped = _ESCAPED.sub(r"\\\1", self.version)
        return f'{self.digest};version="{escaped}"' if self.version else self.digest

    def to_json(self) -> dict[str, str]:
        """Digest and version as JSON has them."""
        return {"digest": self.digest, "version": self.version}
