"""What the in-memory fakes keep, in a form that can be copied and swapped."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from livetrip_core.entry import Entry
from livetrip_core.idempotency import AnsweredRequest, KeyedRequest
from livetrip_core.identifiers import EntryId, PhotoId, TripId, UserId
from livetrip_core.photo import Photo
from livetrip_core.trip import Trip


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that a request has taken, and the answer once there is one."""

    request: KeyedRequest
    claimed_at: datetime
    answered: AnsweredRequest | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """One state of everything. The values are frozen, so a copy of the dictionaries is a copy of all of it."""

    trips: dict[TripId, Trip] = field(default_factory=dict)
    entries: dict[EntryId, Entry] = field(default_factory=dict)
    photos: dict[PhotoId, Photo] = field(default_factory=dict)
    discarded: dict[str, datetime] = field(default_factory=dict)
    claims: dict[tuple[UserId, str], Claim] = field(default_factory=dict)

    def copy(self) -> Shelf:
        """A state that can be changed without changing this one."""
        return replace(
            self,
            trips=dict(self.trips),
            entries=dict(self.entries),
            photos=dict(self.photos),
            discarded=dict(self.discarded),
            claims=dict(self.claims),
        )
