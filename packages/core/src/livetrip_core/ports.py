"""What the diary needs of the world: a place to keep things, the time, and fresh identifiers.

Everything that is read and written within one unit of work is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from livetrip_core.cursor import Cursor
from livetrip_core.entry import Entry
from livetrip_core.idempotency import AnsweredRequest, KeyedRequest
from livetrip_core.identifiers import EntryId, PhotoId, TripId, UserId
from livetrip_core.moment import Moment
from livetrip_core.photo import Announcement, Photo, PhotoFormat, Tally
from livetrip_core.place import Coordinates
from livetrip_core.trip import Trip


class TripRepository(Protocol):
    """Keeps trips."""

    async def add(self, trip: Trip) -> None:
        """Keep a new trip."""
        ...

    async def get(self, trip_id: TripId) -> Trip:
        """The trip, whoever owns it. Raises TripNotFound."""
        ...

    async def page(self, owner: UserId, *, after: Cursor | None, limit: int) -> Sequence[Trip]:
        """The first `limit` trips of an owner below a position, from the highest position down."""
        ...

    async def save(self, trip: Trip) -> None:
        """Keep a changed trip in place of the version before it. Raises VersionConflict, TripNotFound."""
        ...

    async def remove(self, trip_id: TripId) -> None:
        """Forget a trip, its entries and its photos. Raises TripNotFound."""
        ...


class EntryRepository(Protocol):
    """Keeps the entries of trips."""

    async def add(self, entry: Entry) -> None:
        """Keep a new entry. Raises TripNotFound."""
        ...

    async def get(self, trip_id: TripId, entry_id: EntryId) -> Entry:
        """The entry of that trip. Raises EntryNotFound."""
        ...

    async def page(self, trip_id: TripId, *, after: Cursor | None, limit: int) -> Sequence[Entry]:
        """The first `limit` entries of a trip above a position, from the lowest position up."""
        ...

    async def moments(self, trip_id: TripId) -> Sequence[Moment]:
        """When and where all entries of a trip happened, in no certain order."""
        ...

    async def save(self, entry: Entry) -> None:
        """Keep a changed entry in place of the version before it. Raises VersionConflict, EntryNotFound."""
        ...

    async def remove(self, trip_id: TripId, entry_id: EntryId) -> None:
        """Forget an entry; its photos stay with the trip. Raises EntryNotFound."""
        ...


class PhotoRepository(Protocol):
    """Keeps what is known about the photos of trips, and which objects of the storage nobody needs any more."""

    async def add(self, photo: Photo) -> None:
        """Keep a new photo. Raises TripNotFound."""
        ...

    async def get(self, trip_id: TripId, photo_id: PhotoId) -> Photo:
        """The photo of that trip, whether or not it has arrived. Raises PhotoNotFound."""
        ...

    async def tally(self, owner: UserId, trip_id: TripId) -> Tally:
        """What takes up room already, and let the owner have no other photo announced until the unit of work ends."""
        ...

    async def page(
        self, trip_id: TripId, *, entry_id: EntryId | None = None, after: Cursor | None, limit: int
    ) -> Sequence[Photo]:
        """The first `limit` photos of a trip above a position that have arrived, from the lowest position up.

        Those that belong to one entry, if one is named.
        """
        ...

    async def save(self, photo: Photo) -> Photo:
        """Keep a photo that has arrived in place of its announcement; the photo that is kept: one that arrived before stays.

        Raises PhotoNotFound.
        """
        ...

    async def remove(self, trip_id: TripId, photo_id: PhotoId) -> Photo:
        """Forget a photo; as it was in the end. Raises PhotoNotFound."""
        ...

    async def remove_all(self, trip_id: TripId) -> Sequence[Photo]:
        """Forget all photos of a trip, whether or not they have arrived, and let no other come until the unit of work ends.

        They come back as they were in the end, in no certain order.
        """
        ...

    async def remove_abandoned(self, *, before: datetime, limit: int) -> Sequence[Photo]:
        """Forget the first `limit` photos that were announced before a time and have not arrived, and tell which."""
        ...

    async def discard(self, keys: Sequence[str], *, due: datetime) -> None:
        """Remember objects that are to be removed from the storage at a time; a key that is remembered already is moved to it."""
        ...

    async def discarded(self, *, now: datetime, limit: int) -> Sequence[str]:
        """The first `limit` objects whose time has come."""
        ...

    async def clear(self, keys: Sequence[str]) -> None:
        """Forget that objects are to be removed."""
        ...


class IdempotencyStore(Protocol):
    """Remembers the requests that happened, for `idempotency.KEPT_FOR` by a clock of its own.

    One clock has to judge every attempt under a key, whichever process makes it: a store that several
    processes share takes the time from where it is shared.
    """

    async def claim(self, request: KeyedRequest) -> AnsweredRequest | None:
        """Take the key of a request, or learn what happened under it.

        None: the key is this request's, which is to be carried out and recorded in the same unit of work.

        Raises:
            IdempotencyKeyInUse: another unit of work has claimed the key and has not ended; nothing is known of its request. A store
                whose writers take turns waits for its turn instead.
        """
        ...

    async def record(self, request: KeyedRequest, answer: str) -> None:
        """Remember the answer to a request whose key was claimed in this unit of work."""
        ...


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def trips(self) -> TripRepository:
        """The trips."""
        ...

    @property
    def entries(self) -> EntryRepository:
        """Their entries."""
        ...

    @property
    def photos(self) -> PhotoRepository:
        """Their photos."""
        ...

    @property
    def requests(self) -> IdempotencyStore:
        """The requests that happened."""
        ...

    async def ping(self) -> None:
        """Have the store answer something trivial."""
        ...

    async def now(self) -> datetime:
        """Return the time, in UTC, by the clock that every process on the store shares.

        What one process writes and another judges by its age goes by this clock. The answer may be
        the same throughout a unit of work.
        """
        ...


class UnitOfWorkFactory(Protocol):
    """Opens units of work. Leaving one commits it; leaving it with any exception undoes all of it."""

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One that only reads, and sees one state of the store throughout."""
        ...

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One that may write."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadAddress:
    """Where bytes can be sent to: with which method, and which headers as they are."""

    method: str
    address: str = field(repr=False)
    headers: Sequence[tuple[str, str]]


class ObjectStorage(Protocol):
    """Keeps bytes under keys, and lets others send and fetch them by addresses that are signed and expire.

    A key is 1 to 200 characters of `a-z`, `0-9`, `-`, `.` and `/`. Where the storage does not answer, what its adapter raises passes
    through everything here: that is an outage, and no refusal of the diary's.
    """

    def upload_address(self, key: str, announced: Announcement, *, expires_at: datetime) -> UploadAddress:
        """Where exactly the announced bytes can be sent to, and nothing else."""
        ...

    def download_address(self, key: str, *, expires_at: datetime) -> str:
        """Where an object can be fetched from."""
        ...

    async def read(self, key: str, *, at_most: int) -> bytes | None:
        """An object; None if there is none. One that is larger than `at_most` is cut off one byte after it."""
        ...

    async def write(self, key: str, content: bytes, kind: PhotoFormat) -> None:
        """Keep an object, in place of one that is there."""
        ...

    async def remove(self, key: str) -> None:
        """Forget an object, if there is one."""
        ...

    async def tidy(self, *, older_than: timedelta) -> None:
        """Remove what was begun to be sent and not finished, if it is older by the storage's own clock."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A picture as bytes; width and height in pixels."""

    content: bytes = field(repr=False)
    format: PhotoFormat
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Development:
    """What a photo shows, and what else was in it. `original` carries nothing but the picture, and so do the thumbnails."""

    original: Rendering
    thumbnails: Sequence[Rendering]
    taken_at: str | None
    coordinates: Coordinates | None


class ImageProcessor(Protocol):
    """Looks into pictures, beside everything else that is going on."""

    async def checksum(self, content: bytes) -> str:
        """SHA-256 of bytes, 64 hex digits."""
        ...

    async def develop(self, content: bytes, kind: PhotoFormat) -> Development:
        """Free a picture of everything else, and make thumbnails. Raises PhotoRejected."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...


class IdentifierSource(Protocol):
    """Makes identifiers that nothing has yet."""

    def next(self) -> UUID:
        """A UUIDv7, higher than all that this source made before."""
        ...
