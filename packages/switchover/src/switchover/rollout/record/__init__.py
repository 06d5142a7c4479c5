"""The record: every change is an event, and the events are a chain."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.record.chain import BrokenLink, held_to, replayed, verify
    from switchover.rollout.record.edit import Edit
    from switchover.rollout.record.event import Change, Event, Unreadable, event_data, event_of, made, read_event
    from switchover.rollout.record.reading import canonical, digest, parsed
    from switchover.rollout.record.states import state_data, state_of
    from switchover.rollout.record.words import changes
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "BrokenLink": "chain",
            "Change": "event",
            "Edit": "edit",
            "Event": "event",
            "Unreadable": "event",
            "canonical": "reading",
            "changes": "words",
            "digest": "reading",
            "event_data": "event",
            "event_of": "event",
            "held_to": "chain",
            "made": "event",
            "parsed": "reading",
            "read_event": "event",
            "replayed": "chain",
            "state_data": "states",
            "state_of": "states",
            "verify": "chain",
        },
    )

__all__ = [
    "BrokenLink",
    "Change",
    "Edit",
    "Event",
    "Unreadable",
    "canonical",
    "changes",
    "digest",
    "event_data",
    "event_of",
    "held_to",
    "made",
    "parsed",
    "read_event",
    "replayed",
    "state_data",
    "state_of",
    "verify",
]
