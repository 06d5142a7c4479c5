"""A picture of a journey: announced, uploaded past the diary, and kept as what was made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from livetrip_core import instant
from livetrip_core.cursor import Cursor
from livetrip_core.errors import InvalidValue, PhotoLimitReached, PhotoRejected
from livetrip_core.identifiers import EntryId, PhotoId, TripId
from livetrip_core.place import Coordinates

MAX_BYTES: Final = 64 * 1024 * 1024
"""The most that a photo may have."""

UPLOAD_FOR: Final = timedelta(minutes=15)
"""How long an upload's address is good."""

LOOK_FOR: Final = timedelta(minutes=15)
"""How long the address of a picture is good."""

STORE_WITHIN: Final = timedelta(hours=1)
"""How long the pictures of an upload may take from being stored to being kept."""

UPLOAD_ENDS_WITHIN: Final = timedelta(hours=1)
"""How long an upload that began in time may still be under way, at storages that judge addresses by when it began."""

ABANDONED_AFTER: Final = timedelta(days=1)
"""When an upload that was not completed is forgotten."""

MOST_WAITING: Final = 200
"""How many uploads of one traveller may be announced and not completed."""

MOST_WAITING_BYTES: Final = 64 * MAX_BYTES
"""How much they may be together."""

MOST_OF_TRIP: Final = 10_000
"""How many photos a trip may have, those that are announced included."""

_CHECKSUM: Final = re.compile(r"[0-9a-f]{64}")
_TAKEN: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d)?", re.ASCII)


class PhotoFormat(Enum):
    """What a photo may be, by its media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


@dataclass(frozen=True, slots=True)
class UnknownFormat:
    """A media type that a newer version of the diary stores. Its bytes are there, and nothing is said about them."""

    value: str


def read_format(value: str) -> PhotoFormat | UnknownFormat:
    """Return the format that was stored under a media type."""
    try:
        return PhotoFormat(value)
    except ValueError:
        return UnknownFormat(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is going to be uploaded.

    Attributes:
        format: of the picture.
        byte_size: 1 to 64 MiB.
        checksum: SHA-256 of the bytes, 64 hex digits.
        keep_place: has the traveller agreed that the place in the picture becomes part of the diary?

    Raises:
        InvalidValue: a size or a checksum that cannot be.
    """

    format: PhotoFormat | UnknownFormat
    byte_size: int
    checksum: str
    keep_place: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.byte_size <= MAX_BYTES:
            raise InvalidValue("byte_size", f"has to be 1 to {MAX_BYTES}")
        if not _CHECKSUM.fullmatch(self.checksum):
            raise InvalidValue("checksum", "is no SHA-256")

    def verify(self, *, byte_size: int, checksum: str) -> None:
        """Hold what arrived against what was announced.

        Raises:
            PhotoRejected: it is something else.
        """
        if byte_size != self.byte_size:
            raise PhotoRejected("size_differs")
        if checksum != self.checksum:
            raise PhotoRejected("checksum_differs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What takes up room already.

    Attributes:
        waiting: uploads of the traveller, in all trips, that are announced and not completed.
        waiting_bytes: their announced sizes together.
        of_trip: photos of the trip, those that are announced included.
    """

    waiting: int
    waiting_bytes: int
    of_trip: int

    def admit(self, announced: Announcement) -> None:
        """Is there room for one more?

        Raises:
            PhotoLimitReached: there is not.
        """
        if self.of_trip >= MOST_OF_TRIP:
            raise PhotoLimitReached("trip")
        if self.waiting >= MOST_WAITING:
            raise PhotoLimitReached("uploads")
        if self.waiting_bytes + announced.byte_size > MOST_WAITING_BYTES:
            raise PhotoLimitReached("bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One rendering of a photo, as it lies in the storage. `key` is its name there; width and height in pixels."""

    key: str
    format: PhotoFormat | UnknownFormat
    byte_size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What was made of an upload.

    Attributes:
        taken_at: when, by the camera's own clock, RFC 3339 with the offset only if the camera wrote one; None if it wrote no time.
        coordinates: where, if the traveller agreed to keep that.
        original: the whole picture, freed of everything else.
        thumbnails: the smallest first.
        at: when it was completed.

    Raises:
        InvalidValue: `taken_at` names no time.
    """

    taken_at: str | None
    coordinates: Coordinates | None
    original: Picture
    thumbnails: tuple[Picture, ...]
    at: datetime

    def __post_init__(self) -> None:
        instant.aware("at", self.at)
        if self.taken_at is not None:
            _moment(self.taken_at)

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything of it that lies in the storage."""
        return (self.original.key, *(picture.key for picture in self.thumbnails))

    @property
    def moment(self) -> datetime:
        """Where it belongs in time: as the camera says, taken for UTC if it wrote no offset; otherwise when it arrived."""
        return self.at if self.taken_at is None else _moment(self.taken_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo of a trip, from its announcement on. `upload_key` is where its bytes are to arrive; nobody is ever shown that place.

    Raises:
        InvalidValue: a time has no offset.
    """

    id: PhotoId
    trip_id: TripId
    entry_id: EntryId | None
    announced: Announcement
    upload_key: str
    created_at: datetime
    arrival: Arrival | None = None

    def __post_init__(self) -> None:
        instant.aware("created_at", self.created_at)

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything of it that may lie in the storage."""
        return (self.upload_key, *(self.arrival.keys if self.arrival else ()))

    @property
    def renewed_by(self) -> datetime:
        """When its upload can get no further address: one that was signed later could outlive the announcement."""
        return self.created_at + ABANDONED_AFTER - UPLOAD_FOR - UPLOAD_ENDS_WITHIN

    def is_renewable(self, now: datetime) -> bool:
        """Whether its upload can get another address: it has not arrived, and has time to."""
        return self.arrival is None and now < self.renewed_by

    def settled_by(self, now: datetime) -> datetime:
        """When nothing can arrive at any address of its upload, if the last one is signed before it arrived or, at the latest, `now`."""
        signed = min(now if self.arrival is None else self.arrival.at, self.renewed_by)
        return max(signed, self.created_at) + UPLOAD_FOR + UPLOAD_ENDS_WITHIN

    @property
    def position(self) -> Cursor:
        """Where it is among the trip's photos, which are listed in the order they were taken."""
        moment = self.arrival.moment if self.arrival else self.created_at
        return Cursor(instant.microseconds(moment), self.id)

    def arrive(self, arrival: Arrival) -> Photo:
        """The photo once it has arrived. The place is dropped unless the traveller agreed to keep it."""
        kept = arrival if self.announced.keep_place else replace(arrival, coordinates=None)
        return replace(self, arrival=kept)


def upload_key(photo_id: PhotoId) -> str:
    """Where the bytes of a photo are to arrive."""
    return f"uploads/{photo_id.hex}"


def _moment(written: str) -> datetime:
    try:
        if not _TAKEN.fullmatch(written):
            raise ValueError(written)
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise InvalidValue("taken_at", "names no time") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
