"""What a change sets; everything that it does not name stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from switchover.rollout.record.reading import flag, mapping, members, others
from switchover.rollout.record.states import shares_of
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState

_NOTHING: Final = Share(0)
_MEMBERS: Final = ("shares", "pinned", "held", "is_pinned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Values to be set.

    Attributes:
        shares: by operation id.
        pinned: by operation id: is the kill switch to keep it here?
        held: by operation id: is it not to be promoted?
        is_pinned: is the kill switch to keep all of them? None leaves that as it is.
        others: what only a newer version knows how to set; this one keeps it as it was recorded.
    """

    shares: Mapping[str, Share] = field(default_factory=dict)
    pinned: Mapping[str, bool] = field(default_factory=dict)
    held: Mapping[str, bool] = field(default_factory=dict)
    is_pinned: bool | None = None
    others: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def is_empty(self) -> bool:
        """Does it set nothing?"""
        return not (self.shares or self.pinned or self.held) and self.is_pinned is None

    def overlaps(self, other: Edit) -> bool:
        """Do both set something of the same operation, or one of them something of all?"""
        if self.is_pinned is not None or other.is_pinned is not None:
            return True
        return bool(self._operations() & other._operations())

    def _operations(self) -> set[str]:
        return {*self.shares, *self.pinned, *self.held}

    def found_in(self, state: RolloutState) -> Self:
        """What it names, as it is in a state."""
        return type(self)(
            shares={name: state.shares.get(name, _NOTHING) for name in self.shares},
            pinned={name: name in state.pinned for name in self.pinned},
            held={name: name in state.held for name in self.held},
            is_pinned=None if self.is_pinned is None else state.is_pinned,
        )

    def new_to(self, state: RolloutState) -> Self:
        """The part of it that is not so already."""
        so = self.found_in(state)
        return type(self)(
            shares={name: share for name, share in self.shares.items() if so.shares[name] != share},
            pinned={name: value for name, value in self.pinned.items() if so.pinned[name] != value},
            held={name: value for name, value in self.held.items() if so.held[name] != value},
            is_pinned=None if so.is_pinned == self.is_pinned else self.is_pinned,
        )

    def applied(self, state: RolloutState, *, head: str, at: int) -> RolloutState:
        """The state after it: the next version. `at`: seconds since 1970."""
        shares = {**state.shares, **self.shares}
        moved = self.new_to(state).shares
        return RolloutState(
            version=state.version + 1,
            shares={name: share for name, share in shares.items() if share},
            pinned=_members(state.pinned, self.pinned),
            is_pinned=state.is_pinned if self.is_pinned is None else self.is_pinned,
            held=_members(state.held, self.held),
            since={**state.since, **dict.fromkeys(moved, at)},
            head=head,
            others=state.others,
        )


def edit_data(edit: Edit) -> dict[str, Any]:
    """The edit as JSON has it."""
    return {
        **edit.others,
        "shares": {name: int(share) for name, share in edit.shares.items()},
        "pinned": dict(edit.pinned),
        "held": dict(edit.held),
        "is_pinned": edit.is_pinned,
    }


def edit_of(data: Any, where: str) -> Edit:
    """The edit that plain data stands for. Raises ValueError, with the place."""
    found = members(data, where, _MEMBERS)
    is_pinned = found["is_pinned"]
    return Edit(
        shares=shares_of(found["shares"], f"{where}/shares"),
        pinned=_flags(found["pinned"], f"{where}/pinned"),
        held=_flags(found["held"], f"{where}/held"),
        is_pinned=None if is_pinned is None else flag(is_pinned, f"{where}/is_pinned"),
        others=others(found, _MEMBERS),
    )


def _flags(data: Any, where: str) -> dict[str, bool]:
    return {name: flag(value, f"{where}/{name}") for name, value in mapping(data, where).items()}


def _members(before: frozenset[str], edits: Mapping[str, bool]) -> frozenset[str]:
    return (before - edits.keys()) | {name for name, value in edits.items() if value}
