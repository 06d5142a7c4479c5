"""Where a call goes, and why: one object for each place and reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from switchover.context import Side


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """Where a call goes.

    Attributes:
        number: its place in DECISIONS, for tables that are looked up in for each call.
        is_http: does it go over HTTP, or stay in this process?
        reason: why, as a short word that does not change: it is in the event, the span and the metric of the call.
    """

    number: int
    is_http: bool
    reason: str

    @property
    def side(self) -> Side:
        """The place by its name."""
        return "http" if self.is_http else "direct"


CEILING: Final = Decision(0, False, "ceiling")
"""This process may not call over HTTP, whatever the rollout says."""
PINNED: Final = Decision(1, False, "pinned")
"""The kill switch keeps the operation in this process."""
CIRCUIT_OPEN: Final = Decision(2, False, "circuit_open")
"""The service has failed too often of late."""
OVERRIDDEN: Final = {"direct": Decision(3, False, "override"), "http": Decision(4, True, "override")}
"""The caller asked for it, and may."""
GROUP_IN: Final = Decision(5, True, "group")
GROUP_OUT: Final = Decision(6, False, "group")
"""The plan says so for a group that the user is in."""
BUCKET_IN: Final = Decision(7, True, "bucket")
BUCKET_OUT: Final = Decision(8, False, "bucket")
"""By the place of the user in the cohort."""
ALL: Final = Decision(9, True, "all")
"""The share is all of it."""
NONE: Final = Decision(10, False, "none")
"""The share is nothing."""
FALLBACK: Final = Decision(11, False, "fallback")
"""The service did not answer, and the call is answered here instead."""

DECISIONS: Final = (
    *(CEILING, PINNED, CIRCUIT_OPEN, *OVERRIDDEN.values()),
    *(GROUP_IN, GROUP_OUT, BUCKET_IN, BUCKET_OUT, ALL, NONE, FALLBACK),
)
"""All that there are."""
