"""What a rollout has come to: the part that changes while everything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from switchover.rollout.share import Share

GENESIS: Final = "0" * 64
"""What stands for the digest of the event before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutState:
    """How much of each operation goes over HTTP.

    Attributes:
        version: counts changes; 0 before the first.
        shares: by operation id; what is not in it has a share of 0.
        pinned: operations that the kill switch keeps in this process, whatever their share.
        is_pinned: does it keep all of them?
        held: operations that are not to be promoted for now.
        since: by operation id, when its share was last changed; whole seconds since 1970, as the store's clock had them.
        head: digest of the event that led here (SHA-256, 64 hex digits).
        others: what only a newer version knows, kept for it; states are equal whatever it is.
    """

    version: int = 0
    shares: Mapping[str, Share] = field(default_factory=dict)
    pinned: frozenset[str] = frozenset()
    is_pinned: bool = False
    held: frozenset[str] = frozenset()
    since: Mapping[str, int] = field(default_factory=dict)
    head: str = GENESIS
    others: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
