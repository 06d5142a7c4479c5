"""A change in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from switchover.rollout.record.edit import Edit
from switchover.rollout.record.event import Event


def action_words(action: str, *, is_forced: bool) -> str:
    """Return how the audit log names an action, so that it shows what was forced."""
    return f"{action} (forced)" if is_forced else action


def event_words(event: Event) -> Iterator[str]:
    """Yield what an event changed, in words, and which lost versions it passed."""
    if event.passes is not None:
        yield f"continues past version {event.passes}, which workers held of another history"
    yield from changes(event.before, event.after)


def changes(before: Edit, after: Edit) -> Iterator[str]:
    """What an event changed, in words. What became of several operations alike is said once: `getTrip, listTrips 1 % > 10 %`."""
    if after.is_pinned is not None:
        yield "kill switch on for all" if after.is_pinned else "kill switch off"
    shares = ((name, f"{before.shares.get(name, 'unknown')} > {share}") for name, share in after.shares.items())
    yield from _grouped(shares)
    yield from _grouped((name, "pinned" if is_pinned else "not pinned") for name, is_pinned in after.pinned.items())
    yield from _grouped((name, "held" if is_held else "not held") for name, is_held in after.held.items())


def _grouped(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    names: dict[str, list[str]] = {}
    for name, what in found:
        names.setdefault(what, []).append(name)
    for what, operations in names.items():
        yield f"{', '.join(operations)} {what}"
