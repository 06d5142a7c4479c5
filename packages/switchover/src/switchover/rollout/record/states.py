"""A state as plain data, and back."""

from __future__ import annotations

from typing import Any, Final

from switchover.rollout.record.reading import flag, hexadecimal, members, names, others, whole, wholes
from switchover.rollout.share import WHOLE, Share
from switchover.rollout.state import RolloutState

_MEMBERS: Final = ("version", "shares", "pinned", "is_pinned", "held", "since", "head")


def state_data(state: RolloutState) -> dict[str, Any]:
    """The state as JSON has it; shares in steps of 0.01 %."""
    return {
        **state.others,
        "version": state.version,
        "shares": {name: int(share) for name, share in state.shares.items()},
        "pinned": sorted(state.pinned),
        "is_pinned": state.is_pinned,
        "held": sorted(state.held),
        "since": dict(state.since),
        "head": state.head,
    }


def state_of(data: Any) -> RolloutState:
    """The state that plain data stands for.

    Raises:
        ValueError: it stands for none; the message says where (a JSON Pointer), what is there, and what would be right.
    """
    found = members(data, "#", _MEMBERS)
    return RolloutState(
        version=whole(found["version"], "#/version"),
        shares=shares_of(found["shares"], "#/shares"),
        pinned=names(found["pinned"], "#/pinned"),
        is_pinned=flag(found["is_pinned"], "#/is_pinned"),
        held=names(found["held"], "#/held"),
        since=wholes(found["since"], "#/since"),
        head=hexadecimal(found["head"], "#/head"),
        others=others(found, _MEMBERS),
    )


def shares_of(data: Any, where: str) -> dict[str, Share]:
    """Shares by operation id, in steps of 0.01 %. Raises ValueError."""
    return {name: Share(steps) for name, steps in wholes(data, where, WHOLE).items()}
