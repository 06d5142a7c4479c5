"""A change in words."""

from __future__ import annotations

from collections.abc import Iterator

from switchover.rollout.record.edit import Edit


def changes(before: Edit, after: Edit) -> Iterator[str]:
    """What an event changed, in words."""
    if after.is_pinned is not None:
        yield "kill switch on for all" if after.is_pinned else "kill switch off"
    for name, share in after.shares.items():
        yield f"{name} {before.shares.get(name, 'unknown')} > {share}"
    for name, is_pinned in after.pinned.items():
        yield f"{name} {'pinned' if is_pinned else 'not pinned'}"
    for name, is_held in after.held.items():
        yield f"{name} {'held' if is_held else 'not held'}"
