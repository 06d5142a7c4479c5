"""The record: every change is an event, and the events are a chain."""

from switchover.rollout.record.chain import BrokenLink, held_to, replayed, verify
from switchover.rollout.record.edit import Edit
from switchover.rollout.record.event import Change, Event, Unreadable, event_data, event_of, made, read_event
from switchover.rollout.record.evidence import Evidence, evidence_text, read_evidence, with_evidence
from switchover.rollout.record.reading import canonical, digest, parsed
from switchover.rollout.record.states import state_data, state_of
from switchover.rollout.record.words import changes

__all__ = [
    "BrokenLink",
    "Change",
    "Edit",
    "Event",
    "Evidence",
    "Unreadable",
    "canonical",
    "changes",
    "digest",
    "event_data",
    "event_of",
    "evidence_text",
    "held_to",
    "made",
    "parsed",
    "read_event",
    "read_evidence",
    "replayed",
    "state_data",
    "state_of",
    "verify",
    "with_evidence",
]
