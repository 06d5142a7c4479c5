"""The record and an explanation, as the contract has them."""

from __future__ import annotations

from typing import Any

from switchover.console.api import Explanation, History
from switchover.rollout import Explanation as Explained
from switchover.rollout.record import Event, Unreadable, event_words, held_to
from switchover.rollout.stores import RolloutStore


def history(store: RolloutStore, limit: int) -> History:
    """The last events, and what is wrong with the whole record. Raises StoreUnavailable."""
    record = store.record()
    findings, head = held_to(store, record)
    shown = list(enumerate(record, 1))[-limit:]
    return History.model_validate(
        {
            "events": [_event(position, entry) for position, entry in shown],
            "findings": [{"position": it.position, "version": it.version, "what": it.what} for it in findings],
            "head": head,
        }
    )


def explanation(found: Explained, version: int) -> Explanation:
    """Where a call would go."""
    steps = [{"step": it.step, "hasDecided": it.has_decided, "finding": it.finding} for it in found.steps]
    return Explanation.model_validate(
        {
            "operation": found.operation,
            "side": found.side,
            "reason": found.reason,
            "cohort": found.cohort,
            "sharePercent": int(found.share) / 100,
            "steps": steps,
            "version": version,
        }
    )


def _event(position: int, entry: Event | Unreadable) -> dict[str, Any]:
    if isinstance(entry, Unreadable):
        told = dict.fromkeys(("at", "action", "who", "why", "digest"), "")
        return {"position": position, "version": 0, **told, "changes": [], "unreadable": entry.what}
    told = {name: getattr(entry, name) for name in ("at", "action", "who", "why", "digest")}
    words = [*event_words(entry)]
    return {"position": position, "version": entry.version, **told, "changes": words, "unreadable": ""}
