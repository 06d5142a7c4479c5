"""A journey of one traveller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from livetrip_core import instant, text
from livetrip_core.change import UNSET, Change, Unset
from livetrip_core.cursor import Cursor
from livetrip_core.errors import InvalidValue, TripDatesReversed, TripNotFound
from livetrip_core.identifiers import TripId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class TripDraft:
    """A trip to be planned. `start` and `end` are its first and last day."""

    title: str
    description: str = ""
    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TripChange(Change):
    """What to change about a trip."""

    title: str | Unset = UNSET
    description: str | Unset = UNSET
    start: date | Unset = UNSET
    end: date | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A journey from its first day, `start`, to its last, `end`; both are dates of the places it leads to.

    Raises:
        InvalidValue: a text or the version is not as it has to be, or a time has no offset.
        TripDatesReversed: it would end before it starts.
    """

    id: TripId
    owner: UserId
    title: str
    description: str
    start: date
    end: date
    version: int
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        text.title("title", self.title)
        text.description("description", self.description)
        instant.aware("created_at", self.created_at)
        instant.aware("updated_at", self.updated_at)
        if self.version < 1:
            raise InvalidValue("version", "has to be at least 1")
        if self.end < self.start:
            raise TripDatesReversed

    @classmethod
    def plan(cls, draft: TripDraft, *, trip_id: TripId, owner: UserId, now: datetime) -> Trip:
        """The first version of a trip.

        Raises:
            InvalidValue: as the trip itself.
            TripDatesReversed: it would end before it starts.
        """
        return cls(
            id=trip_id,
            owner=owner,
            title=draft.title,
            description=draft.description,
            start=draft.start,
            end=draft.end,
            version=1,
            created_at=now,
            updated_at=now,
        )

    @property
    def days(self) -> int:
        """Days of the trip, both ends counted."""
        return (self.end - self.start).days + 1

    @property
    def position(self) -> Cursor:
        """Where it is among its owner's trips, which are listed from the highest position down."""
        return Cursor(self.start.toordinal(), self.id)

    def visible_to(self, user: UserId) -> Trip:
        """The trip, for its owner.

        Raises:
            TripNotFound: for everybody else, who is not to learn that there is one.
        """
        if user != self.owner:
            raise TripNotFound
        return self

    def is_day_of(self, happened_at: datetime) -> bool:
        """Did it happen on a day of the trip, by the date where it happened?"""
        return self.start <= happened_at.date() <= self.end

    def change(self, change: TripChange, now: datetime) -> Trip:
        """The next version.

        Raises:
            VersionConflict: the change was made on another version.
            InvalidValue: as the trip itself.
            TripDatesReversed: it would end before it starts.
        """
        version = change.version_after(self.version)
        return replace(self, **change.given(), version=version, updated_at=now)
