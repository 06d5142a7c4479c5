"""The record is a chain: each event carries the digest of the one before, so nothing in it is changed, moved or taken out unseen.

Version numbers follow one another, except at an event that says that it passes versions which the store has lost.

Who can write the record can write all of it anew. Against that helps a digest of its end kept elsewhere: `RolloutState.head`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from switchover.errors import StoreUnavailable
from switchover.rollout.record.event import Event, Unreadable
from switchover.rollout.state import GENESIS, RolloutState


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A place where the record does not hold.

    Attributes:
        position: counts the events of the record from 1.
        version: what the event there says it is; 0 where the record ends.
        what: what is wrong, a sentence.
    """

    position: int
    version: int
    what: str

    def __str__(self) -> str:
        return f"event {self.position}: {self.what}"


def verify(history: Iterable[Event | Unreadable], *, state: RolloutState | None = None) -> tuple[BrokenLink, ...]:
    """Every place where a whole record does not hold; none, if it does.

    Args:
        history: all events, in order, or, in the place of one, what is wrong with it: `RolloutStore.record`.
        state: what is in force, to find events that are missing at the end.
    """
    events = list(history)
    broken = [link for position, event in enumerate(events, 1) for link in _judged(events, position, event)]
    if state is not None:
        broken += _end(events, state)
    return tuple(broken)


class Recorded(Protocol):
    """What has a record, and what it led to: a `RolloutStore`."""

    def load(self) -> RolloutState:
        """What is in force. Raises StoreUnavailable."""
        ...


def held_to(store: Recorded, record: Sequence[Event | Unreadable]) -> tuple[tuple[BrokenLink, ...], str]:
    """Every place where a record does not hold, held to what is in force, and the digest of that; "" where it cannot be read, which is one
    of the places.
    """
    try:
        state = store.load()
    except StoreUnavailable as error:
        unreadable = BrokenLink(len(record) + 1, 0, f"what is in force cannot be read: {error}")
        return (*verify(record), unreadable), ""
    return verify(record, state=state), state.head


def replayed(history: Iterable[Event]) -> RolloutState:
    """The state that a whole record leads to. Raises ValueError for a record that does not hold."""
    events = list(history)
    broken = verify(events)
    if broken:
        raise ValueError(str(broken[0]))
    state = RolloutState()
    for event in events:
        state = event.applied(state)
    return state


def _judged(entries: list[Event | Unreadable], position: int, event: Event | Unreadable) -> Iterator[BrokenLink]:
    if isinstance(event, Unreadable):
        yield BrokenLink(position, 0, f"this is no event: {event.what}")
        return
    if not event.is_whole():
        yield BrokenLink(position, event.version, f"version {event.version} was edited: its digest does not fit")
    before = entries[position - 2] if position > 1 else None
    if isinstance(before, Unreadable):
        return  # whether it follows what was there cannot be told
    last = before.version if before else 0
    expected = last + 1 if event.passes is None else event.passes + 1
    if event.version != expected or expected <= last:
        belongs = max(expected, last + 1)
        what = f"version {event.version} stands where version {belongs} belongs: something was taken out or moved"
        yield BrokenLink(position, event.version, what)
    elif event.previous != (before.digest if before else GENESIS):
        yield BrokenLink(position, event.version, f"version {event.version} follows another event than the one before")


def _end(events: list[Event | Unreadable], state: RolloutState) -> Iterator[BrokenLink]:
    last = events[-1] if events else None
    if isinstance(last, Unreadable):
        return
    version, head = (last.version, last.digest) if last else (0, GENESIS)
    at = len(events) + 1
    if version != state.version:
        yield BrokenLink(at, 0, f"the record ends at version {version}, and version {state.version} is in force")
    elif head != state.head:
        yield BrokenLink(at, 0, f"the record ends in another version {version} than the one that is in force")
    elif not verify(events) and replayed(event for event in events if isinstance(event, Event)) != state:
        yield BrokenLink(at, 0, f"version {version} as recorded is not what is in force")
