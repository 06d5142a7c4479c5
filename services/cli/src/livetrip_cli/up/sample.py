"""Two trips to look at."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Final

from livetrip_contract import Caller, EntryDraft, LiveTrip, Mood, Place, TripDraft

AIKO: Final = Caller("aiko")

_JAPAN: Final = timezone(timedelta(hours=9))
_LISBON: Final = timezone(timedelta(hours=1))


def _entry(
    text: str, when: datetime, *, place: str | None = None, mood: Mood | None = None, tags: list[str] | None = None
) -> EntryDraft:
    return EntryDraft(
        text=text, happened_at=when, place=Place(name=place) if place else None, mood=mood, tags=tags or []
    )


_TRIPS: Final = (
    (
        TripDraft(
            title="Lisbon, twice",
            description="Tiles, hills, and the ferry to Cacilhas.",
            start_date=date(2025, 5, 2),
            end_date=date(2025, 5, 9),
        ),
        (
            _entry(
                "Took the ferry for no reason and stayed on for the way back. Nobody minded.",
                datetime(2025, 5, 3, 18, 40, tzinfo=_LISBON),
                place="Cais do Sodré",
                mood=Mood.great,
                tags=["ferry"],
            ),
        ),
    ),
    (
        TripDraft(
            title="Kyoto in autumn",
            description="Temples and trains, and as little hurry as five days allow.",
            start_date=date(2026, 11, 20),
            end_date=date(2026, 11, 24),
        ),
        (
            _entry(
                "Cannot sleep. Packed twice, and unpacked the second jumper again.",
                datetime(2026, 11, 19, 23, 40, tzinfo=_JAPAN),
                mood=Mood.okay,
            ),
            _entry(
                "Moss, and nobody else awake.\n\nThe gardener bowed before I had found my ticket. A hundred and twenty kinds, "
                "the leaflet says; I could tell three apart.",
                datetime(2026, 11, 21, 7, 30, tzinfo=_JAPAN),
                place="Saihō-ji",
                mood=Mood.great,
                tags=["garden", "morning"],
            ),
            _entry(
                "京都駅のホームで立ち食いそば。出汁の湯気で眼鏡が曇って、乗るはずの電車を一本見送った。それもいい。",
                datetime(2026, 11, 21, 12, 5, tzinfo=_JAPAN),
                place="京都駅",
                mood=Mood.good,
                tags=["noodles"],
            ),
            _entry(
                "The river after rain, all the herons on one stone.",
                datetime(2026, 11, 22, 16, 20, tzinfo=_JAPAN),
                place="Kamo-gawa",
            ),
        ),
    ),
)


async def write_sample(live_trip: LiveTrip) -> None:
    """Write the trips for Aiko, unless she has some."""
    if (await live_trip.list_trips(AIKO, limit=1)).items:
        return
    for drafted, entries in _TRIPS:
        trip = await live_trip.create_trip(AIKO, drafted)
        for entry in entries:
            await live_trip.add_entry(AIKO, trip.id, entry)
