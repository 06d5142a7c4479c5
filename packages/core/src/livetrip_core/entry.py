"""What was written about one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from livetrip_core import instant, text
from livetrip_core.change import UNSET, Change, Unset
from livetrip_core.cursor import Cursor
from livetrip_core.errors import InvalidValue
from livetrip_core.identifiers import EntryId, TripId
from livetrip_core.moment import Moment
from livetrip_core.mood import Mood, UnknownMood
from livetrip_core.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """An entry to be written."""

    text: str
    happened_at: datetime
    mood: Mood | None = None
    place: Place | None = None
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange(Change):
    """What to change about an entry; None clears `mood` and `place`."""

    text: str | Unset = UNSET
    happened_at: datetime | Unset = UNSET
    mood: Mood | Unset | None = UNSET
    place: Place | Unset | None = UNSET
    tags: Sequence[str] | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was written about the moment `happened_at`, which keeps the offset of the place where it happened.

    Raises:
        InvalidValue: a text, a tag or the version is not as it has to be, or a time has no offset.
    """

    id: EntryId
    trip_id: TripId
    text: str
    happened_at: datetime
    mood: Mood | UnknownMood | None
    place: Place | None
    tags: tuple[str, ...]
    version: int
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        text.prose("text", self.text)
        instant.aware("created_at", self.created_at)
        instant.aware("updated_at", self.updated_at)
        if self.version < 1:
            raise InvalidValue("version", "has to be at least 1")
        object.__setattr__(self, "happened_at", instant.at_own_offset("happened_at", self.happened_at))
        object.__setattr__(self, "tags", text.tags("tags", self.tags))

    @classmethod
    def write(cls, draft: EntryDraft, *, entry_id: EntryId, trip_id: TripId, now: datetime) -> Entry:
        """The first version of an entry.

        Raises:
            InvalidValue: as the entry itself.
        """
        return cls(
            id=entry_id,
            trip_id=trip_id,
            text=draft.text,
            happened_at=draft.happened_at,
            mood=draft.mood,
            place=draft.place,
            tags=tuple(draft.tags),
            version=1,
            created_at=now,
            updated_at=now,
        )

    @property
    def position(self) -> Cursor:
        """Where it is among the trip's entries, which are listed in the order they happened."""
        return Cursor(instant.microseconds(self.happened_at), self.id)

    @property
    def moment(self) -> Moment:
        """When and where it happened."""
        return Moment(self.happened_at, self.place.name if self.place else None)

    def change(self, change: EntryChange, now: datetime) -> Entry:
        """Return the next version.

        A mood that this version does not know is shown as none, so a change that sets none leaves it as it is.

        Raises:
            VersionConflict: the change was made on another version.
            InvalidValue: as the entry itself.
        """
        version, given = change.version_after(self.version), change.given()
        if isinstance(self.mood, UnknownMood) and given.get("mood") is None:
            given.pop("mood", None)
        return replace(self, **given, version=version, updated_at=now)
