"""What the contract's values mean to the diary."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any, Final

import livetrip_contract as contract
import livetrip_core as core

# Null clears these; it cannot be meant for any other member, and says there what leaving it out says.
_CLEARED_BY_NULL: Final = frozenset({"mood", "place"})


def changed_fields(change: contract.TripChange | contract.EntryChange) -> dict[str, Any]:
    """The members that a change sets, by their names in Python."""
    given = {name: getattr(change, name) for name in change.model_fields_set - {"version"}}
    return {name: value for name, value in given.items() if value is not None or name in _CLEARED_BY_NULL}


Draft = contract.TripDraft | contract.EntryDraft | contract.PhotoUploadRequest
Change = contract.TripChange | contract.EntryChange


def draft_arguments(draft: Draft) -> dict[str, Any]:
    """Return a draft as plain JSON values: equal for drafts that mean the same.

    What is left out, and what says the default, is not there: so a member that a later version adds changes nothing for those who
    do not send it, and both versions take a repeated request for the same.
    """
    return draft.model_dump(mode="json", exclude_defaults=True)


def change_arguments(change: Change) -> dict[str, Any]:
    """Return a change as plain JSON values: equal for changes that mean the same, as in `draft_arguments`."""
    names = ("version", *sorted(changed_fields(change)))
    given = change.model_dump(mode="json", include=set(names), exclude_defaults=True)
    return {name: given.get(name) for name in names}  # null, which clears, is the default of every member


def former_arguments(given: Draft | Change) -> dict[str, Any]:
    """Return a draft or a change as release 1.2 took it for its fingerprint: with every default."""
    names = {"version", *changed_fields(given)} if isinstance(given, Change) else None
    return given.model_dump(mode="json", include=names)


def trip_draft(draft: contract.TripDraft) -> core.TripDraft:
    """A trip to be planned."""
    return core.TripDraft(title=draft.title, description=draft.description, start=draft.start_date, end=draft.end_date)


def trip_change(change: contract.TripChange) -> core.TripChange:
    """What to change about a trip."""
    given = changed_fields(change)
    names = {"start_date": "start", "end_date": "end"}
    return core.TripChange(
        expected_version=change.version, **{names.get(name, name): value for name, value in given.items()}
    )


def entry_draft(draft: contract.EntryDraft) -> core.EntryDraft:
    """An entry to be written."""
    return core.EntryDraft(
        text=draft.text,
        happened_at=draft.happened_at,
        mood=_mood(draft.mood),
        place=_place(draft.place),
        tags=tuple(draft.tags),
    )


def entry_change(change: contract.EntryChange) -> core.EntryChange:
    """What to change about an entry."""
    given = changed_fields(change)
    return core.EntryChange(
        expected_version=change.version,
        **{name: _FIELDS[name](value) if name in _FIELDS else value for name, value in given.items()},
    )


def announcement(wanted: contract.PhotoUploadRequest) -> core.Announcement:
    """A photo that is going to be uploaded."""
    return core.Announcement(
        format=core.PhotoFormat(wanted.content_type.value),
        byte_size=wanted.byte_size,
        checksum=b64decode(wanted.checksum).hex(),
        keep_place=wanted.keep_place,
    )


def position(cursor: str | None) -> core.Cursor | None:
    """The position that a cursor stands for."""
    return None if cursor is None else core.Cursor.parse(cursor)


def _mood(mood: contract.Mood | None) -> core.Mood | None:
    return None if mood is None else core.Mood(mood.value)


def _place(place: contract.Place | None) -> core.Place | None:
    if place is None:
        return None
    found = place.coordinates
    coordinates = core.Coordinates(latitude=found.latitude, longitude=found.longitude) if found else None
    return core.Place(name=place.name, coordinates=coordinates)


_FIELDS: Final[dict[str, Callable[[Any], Any]]] = {"mood": _mood, "place": _place, "tags": tuple}
