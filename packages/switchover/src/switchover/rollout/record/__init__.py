"""The record: every change is an event, and the events are a chain."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.record.chain import BrokenLink, held_to, replayed, verify
    from switchover.rollout.record.edit import Edit
    from switchover.rollout.record.event import Change, Event, Unreadable, event_data, event_of, made, read_event
    from switchover.rollout.record.evidence import Evidence, evidence_text, read_evidence, with_evidence
    from switchover.rollout.record.reading import canonical, digest, parsed
    from switchover.rollout.record.states import state_data, state_of
    from switchover.rollout.record.words import changes, event_words
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "BrokenLink": "chain",
            "Change": "event",
            "Edit": "edit",
            "Event": "event",
            "Evidence": "evidence",
            "Unreadable": "event",
            "canonical": "reading",
            "changes": "words",
            "digest": "reading",
            "event_data": "event",
            "event_of": "event",
            "event_words": "words",
            "evidence_text": "evidence",
            "held_to": "chain",
            "made": "event",
            "parsed": "reading",
            "read_event": "event",
            "read_evidence": "evidence",
            "replayed": "chain",
            "state_data": "states",
            "state_of": "states",
            "verify": "chain",
            "with_evidence": "evidence",
        },
    )

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
    "event_words",
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
