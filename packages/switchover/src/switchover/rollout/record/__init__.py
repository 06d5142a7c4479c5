"""The record: every change is an event, and the events are a chain."""

from switchover.rollout.record.chain import BrokenLink, replayed, verify
from switchover.rollout.record.edit import Edit
from switchover.rollout.record.event import Change, Event, Unreadable, event_data, event_of, made, read_event
from switchover.rollout.record.reading import canonical, digest, parsed
from switchover.rollout.record.states import state_data, state_of

__all__ = [
    "BrokenLink",
    "Change",
    "Edit",
    "Event",
    "Unreadable",
    "canonical",
    "digest",
    "event_data",
    "event_of",
    "made",
    "parsed",
    "read_event",
    "replayed",
    "state_data",
    "state_of",
    "verify",
]
