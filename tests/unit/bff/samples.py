"""What the tests of the backend write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import livetrip_contract as contract
import livetrip_core as core
from livetrip_contract import Caller

AIKO = Caller("aiko", frozenset({"beta"}))
BEN = Caller("ben")
OWNER = core.UserId("aiko")
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
JAPAN = timezone(timedelta(hours=9))


def trip_draft(**differences: Any) -> contract.TripDraft:
    """A trip to Kyoto."""
    known: dict[str, Any] = {"title": "Kyoto", "start_date": date(2026, 11, 20), "end_date": date(2026, 11, 24)}
    return contract.TripDraft(**known | differences)


def entry_draft(**differences: Any) -> contract.EntryDraft:
    """An entry about a garden."""
    known: dict[str, Any] = {
        "text": "Moss",
        "happened_at": datetime(2026, 11, 21, 7, 30, tzinfo=JAPAN),
        "mood": contract.Mood.great,
        "place": contract.Place(name="Saihō-ji", coordinates=contract.Coordinates(latitude=34.99, longitude=135.68)),
        "tags": ["garden", "morning", "garden"],
    }
    return contract.EntryDraft(**known | differences)


def trip(number: int = 1, *, start: date = date(2026, 11, 20), owner: core.UserId = OWNER) -> core.Trip:
    """A trip that was planned."""
    draft = core.TripDraft(title="Kyoto", start=start, end=max(start, date(2026, 11, 24)))
    return core.Trip.plan(draft, trip_id=core.TripId(UUID(int=number)), owner=owner, now=NOW)


def entry(number: int = 1, *, of: core.Trip | None = None, happened_at: datetime = NOW, **more: Any) -> core.Entry:
    """An entry that was written."""
    draft = core.EntryDraft(text="Moss", happened_at=happened_at, **more)
    trip_id = (of or trip()).id
    return core.Entry.write(draft, entry_id=core.EntryId(UUID(int=number)), trip_id=trip_id, now=NOW)


def request(key: str = "k", fingerprint: str = "f", operation: str = "create_trip") -> core.KeyedRequest:
    """A request that has a key."""
    return core.KeyedRequest(owner=OWNER, key=key, operation=operation, fingerprint=fingerprint)
