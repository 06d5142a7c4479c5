"""A key together with the algorithm that it is used with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Signing:
    """A key that signs: its algorithm (RFC 9421, section 6.2), and how."""

    algorithm: str
    sign: Callable[[bytes], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verifying:
    """A key that verifies: its algorithm (RFC 9421, section 6.2), and whether a signature (second) belongs to a text (first)."""

    algorithm: str
    verify: Callable[[bytes, bytes], bool] = field(repr=False)
