"""Values of the diary, made by hypothesis: all that the contract allows, ends of ranges included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from livetrip_core import Coordinates, Cursor, Entry, EntryDraft, EntryId, Mood, Place, TripDraft, TripId, UserId

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
AIKO = UserId("aiko")
BEN = UserId("ben")

# Every character that some limit speaks of, and lone surrogates, which are none.
_SPECIAL = " ,\x00\x01\t\n\r\x1f\x7f\x80\xa0\u2028\ud800\udfff😀"


def any_texts(max_size: int = 50) -> SearchStrategy[str]:
    """Every text that Python can hold, rich in characters that are refused somewhere."""
    characters = st.characters(exclude_categories=()) | st.sampled_from(_SPECIAL) | st.sampled_from("ab")
    return st.text(characters, max_size=max_size)


def lines(max_size: int = 20) -> SearchStrategy[str]:
    """Titles and names."""
    return st.text("ab é😀", min_size=1, max_size=max_size).filter(lambda line: line.strip(" ") != "")


def offsets() -> SearchStrategy[timezone]:
    """Every offset of whole minutes that a datetime can have."""
    return st.integers(-(24 * 60 - 1), 24 * 60 - 1).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def moments() -> SearchStrategy[datetime]:
    """Every moment at every offset."""
    ends = st.sampled_from([datetime.min, datetime.max])  # noqa: DTZ901
    return st.builds(lambda local, offset: local.replace(tzinfo=offset), st.datetimes() | ends, offsets())


def moments_of_a_week() -> SearchStrategy[datetime]:
    """Few days, so that moments often share one."""
    week = st.datetimes(datetime(2026, 11, 18), datetime(2026, 11, 26))
    return st.builds(lambda local, offset: local.replace(tzinfo=offset), week, offsets())


def places() -> SearchStrategy[Place]:
    """Places, with and without coordinates."""
    coordinates = st.builds(Coordinates, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))
    return st.builds(Place, name=lines(), coordinates=st.none() | coordinates)


def trip_drafts() -> SearchStrategy[TripDraft]:
    """Trips to be planned, whose dates are in order."""
    dates = st.tuples(st.dates(), st.dates()).map(sorted)
    return st.builds(
        lambda title, description, days: TripDraft(title=title, description=description, start=days[0], end=days[1]),
        lines(),
        st.text("ab\n", max_size=20),
        dates,
    )


def entry_drafts(happened_at: SearchStrategy[datetime] | None = None) -> SearchStrategy[EntryDraft]:
    """Entries to be written."""
    return st.builds(
        EntryDraft,
        text=st.text("ab\n", min_size=1, max_size=20),
        happened_at=happened_at or moments(),
        mood=st.none() | st.sampled_from(Mood),
        place=st.none() | places(),
        tags=st.lists(st.text("ab", min_size=1, max_size=3), max_size=20),
    )


def entries(happened_at: SearchStrategy[datetime] | None = None) -> SearchStrategy[Entry]:
    """Entries of trips."""
    return st.builds(
        lambda draft, entry_id, trip_id: Entry.write(draft, entry_id=entry_id, trip_id=trip_id, now=NOW),
        entry_drafts(happened_at),
        st.uuids().map(EntryId),
        st.uuids().map(TripId),
    )


def cursors() -> SearchStrategy[Cursor]:
    """Every position."""
    return st.builds(Cursor, st.integers(-(2**63), 2**63 - 1), st.uuids())
