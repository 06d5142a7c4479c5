"""Rules of an entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given

from livetrip_core import (
    Entry,
    EntryChange,
    EntryDraft,
    EntryId,
    InvalidValue,
    Moment,
    Mood,
    Place,
    TripId,
    VersionConflict,
)
from unit.core.strategies import LATER, NOW, entries, entry_drafts

GARDEN = EntryDraft(text="Moss", happened_at=NOW, mood=Mood.GREAT, place=Place(name="Saihō-ji"), tags=["a", "b", "a"])


def written(draft: EntryDraft = GARDEN) -> Entry:
    return Entry.write(draft, entry_id=EntryId(uuid4()), trip_id=TripId(uuid4()), now=NOW)


@given(entry_drafts())
def test_a_written_entry_is_its_draft_at_version_one(draft: EntryDraft) -> None:
    entry = written(draft)

    assert (entry.text, entry.happened_at, entry.mood, entry.place) == (
        draft.text,
        draft.happened_at,
        draft.mood,
        draft.place,
    )
    assert entry.happened_at.utcoffset() == draft.happened_at.utcoffset()
    assert entry.tags == tuple(dict.fromkeys(draft.tags))
    assert (entry.version, entry.created_at, entry.updated_at) == (1, NOW, NOW)


def test_an_entry_does_not_share_its_tags_with_the_draft() -> None:
    tags = ["a"]
    entry = written(EntryDraft(text="Moss", happened_at=NOW, tags=tags))

    tags.append("b")

    assert entry.tags == ("a",)


@given(entries(), entry_drafts())
def test_a_change_can_replace_everything_that_was_written(entry: Entry, other: EntryDraft) -> None:
    changed = entry.change(
        EntryChange(
            expected_version=1,
            text=other.text,
            happened_at=other.happened_at,
            mood=other.mood,
            place=other.place,
            tags=other.tags,
        ),
        LATER,
    )

    assert changed == Entry(
        id=entry.id,
        trip_id=entry.trip_id,
        text=other.text,
        happened_at=other.happened_at,
        mood=other.mood,
        place=other.place,
        tags=tuple(other.tags),
        version=2,
        created_at=NOW,
        updated_at=LATER,
    )


def test_what_a_change_leaves_unset_stays_and_none_clears() -> None:
    entry = written()

    kept = entry.change(EntryChange(expected_version=1), LATER)
    cleared = entry.change(EntryChange(expected_version=1, mood=None, place=None), LATER)

    assert (kept.mood, kept.place, kept.tags) == (Mood.GREAT, Place(name="Saihō-ji"), ("a", "b"))
    assert (cleared.mood, cleared.place, cleared.tags) == (None, None, ("a", "b"))


def test_a_change_made_on_another_version_is_refused() -> None:
    with pytest.raises(VersionConflict) as caught:
        written().change(EntryChange(expected_version=7), LATER)
    assert caught.value.current_version == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("tags", ("a,b",)),
        ("version", 0),
        ("happened_at", datetime(2026, 1, 1)),
        ("created_at", datetime(2026, 1, 1)),
        ("updated_at", datetime(2026, 1, 1)),
    ],
)
def test_there_is_no_impossible_entry(field: str, value: object) -> None:
    known: dict[str, Any] = {
        "id": EntryId(uuid4()),
        "trip_id": TripId(uuid4()),
        "text": "Moss",
        "happened_at": NOW,
        "mood": None,
        "place": None,
        "tags": (),
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    with pytest.raises(InvalidValue, match=field):
        Entry(**known | {field: value})


def test_the_moment_of_an_entry_is_when_and_where() -> None:
    assert written().moment == Moment(NOW, "Saihō-ji")
    assert written(EntryDraft(text="Moss", happened_at=NOW)).moment == Moment(NOW, None)


@given(entries(), entries())
def test_what_happened_later_has_a_higher_position(one: Entry, other: Entry) -> None:
    assert (one.position < other.position) is ((one.happened_at, one.id) < (other.happened_at, other.id))
