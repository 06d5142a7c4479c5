"""What all of the services answer: a trip with ten entries (3.4 KB), and an entry that was written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

from livetrip_contract import Caller, Coordinates, Entry, EntryDraft, Mood, Place, TripDetail

_NOW: Final = datetime.fromisoformat("2026-11-21T07:30:00.123456+09:00")
_TRIP_ID: Final = uuid4()
_TEXT: Final = "Moss, and nobody else awake."

ENTRY: Final = Entry(
    id=uuid4(),
    trip_id=_TRIP_ID,
    text=_TEXT,
    happened_at=_NOW,
    mood=Mood.great,
    place=None,
    tags=["garden"],
    outside_trip=False,
    version=1,
    created_at=_NOW,
    updated_at=_NOW,
)
TRIP: Final = TripDetail(
    id=_TRIP_ID,
    title="Kyoto in autumn",
    description="Temples and trains.",
    start_date=date(2026, 11, 20),
    end_date=date(2026, 11, 24),
    version=1,
    created_at=_NOW,
    updated_at=_NOW,
    entries=[ENTRY] * 10,
    next_cursor=None,
)
DRAFT: Final = EntryDraft(
    text="Noodles on the platform, standing, with everybody else.",
    happened_at=_NOW,
    mood=Mood.good,
    place=Place(name="Kyoto station", coordinates=Coordinates(latitude=34.98, longitude=135.75)),
    tags=["food", "train"],
)
DRAFT_JSON: Final = DRAFT.model_dump_json(by_alias=True, exclude_unset=True).encode()


class Backend:
    """Answers from memory, so that what is measured is everything around it."""

    async def get_trip(self, caller: Caller, trip_id: UUID) -> TripDetail:
        """Always the same trip."""
        return TRIP

    async def add_entry(self, caller: Caller, trip_id: UUID, entry_draft: EntryDraft) -> Entry:
        """Always the same entry."""
        return ENTRY


BACKEND: Final = Backend()
AIKO: Final = Caller("aiko")
