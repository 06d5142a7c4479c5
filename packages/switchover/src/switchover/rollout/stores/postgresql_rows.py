"""What rows of PostgreSQL hold."""

from __future__ import annotations

import logging

from switchover.errors import StoreUnavailable
from switchover.rollout.record.event import Event, event_of
from switchover.rollout.record.evidence import Evidence, read_evidence
from switchover.rollout.record.reading import parsed
from switchover.rollout.stores.worker import WorkerSeen, beat_of, reported, unreadable

_log = logging.getLogger("switchover.rollout")


def event_in(version: int, text: str) -> Event:
    """Return the event of a row. Raises StoreUnavailable, with its version."""
    try:
        return event_of(parsed(text))
    except ValueError as error:
        raise StoreUnavailable(f"version {version} of the record is no event: {error}") from None


def worker_in(worker_id: str, text: str, report: str, age_seconds: float) -> WorkerSeen:
    """Return the worker of a row; where it cannot be read, one with a problem."""
    try:
        return WorkerSeen(reported(beat_of(parsed(text)), report), max(0.0, age_seconds))
    except ValueError as error:
        return unreadable(worker_id, str(error), age_seconds)


def evidence_in(text: str) -> Evidence | None:
    """Return figures, unless they cannot be read: the event counts all the same."""
    try:
        return read_evidence(text)
    except ValueError as error:
        _log.warning("figures in PostgreSQL cannot be read: %s", error)
        return None
