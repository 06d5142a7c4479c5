"""The photos of the contract, over the diary's use cases: bytes are waited for between transactions, never within one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

import livetrip_contract as contract
from livetrip_bff import incoming, outgoing
from livetrip_bff.arriving import Arrivals
from livetrip_bff.failures import as_documented
from livetrip_bff.reading import Reader
from livetrip_bff.writing import Call, Duplicates, Writer
from livetrip_contract import Caller
from livetrip_core import (
    Clock,
    EntryId,
    IdentifierSource,
    ImageProcessor,
    ObjectStorage,
    Page,
    Photo,
    PhotoId,
    TripId,
    UnitOfWork,
    UnitOfWorkFactory,
    UserId,
    use_cases,
)
from livetrip_core.photo import LOOK_FOR, UPLOAD_FOR, upload_key

SHORTEST: Final = timedelta(minutes=1)
"""An address of an upload that is good for less is signed again when its request is repeated."""

_ID: Final = TypeAdapter(UUID)
_ANNOUNCED: Final[TypeAdapter[tuple[UUID, datetime]]] = TypeAdapter(tuple[UUID, datetime])
_NOTHING: Final[TypeAdapter[None]] = TypeAdapter(None)


@dataclass(frozen=True, slots=True)
class Darkroom:
    """What photos need besides the diary itself."""

    storage: ObjectStorage
    images: ImageProcessor


class Photos:
    """The operations of the contract that are about photos.

    An answer to a repeated request tells of the same photo, at fresh addresses: those of the first answer may have expired.
    """

    def __init__(
        self,
        units_of_work: UnitOfWorkFactory,
        clock: Clock,
        identifiers: IdentifierSource,
        darkroom: Darkroom,
        writer: Writer,
    ) -> None:
        self._units_of_work = units_of_work
        self._clock = clock
        self._identifiers = identifiers
        self._storage, self._images = darkroom.storage, darkroom.images
        self._reader = Reader(units_of_work)
        self._writer = writer
        self._arrivals = Arrivals()

    async def listed(
        self, caller: Caller, trip_id: UUID, entry_id: UUID | None, cursor: str | None, limit: int
    ) -> contract.PhotoPage:
        """One page of a trip's photos, or of those of one entry."""
        entry = EntryId(entry_id) if entry_id is not None else None

        async def read(work: UnitOfWork, user: UserId) -> Page[Photo]:
            after = incoming.position(cursor)
            return await use_cases.list_photos(work, user, TripId(trip_id), entry_id=entry, after=after, limit=limit)

        page = await self._reader.carry_out(caller, read)
        return outgoing.photo_page(page.map(self._shown))

    async def announced(
        self, caller: Caller, trip_id: UUID, wanted: contract.PhotoUploadRequest
    ) -> contract.PhotoUpload:
        """Where a photo can be uploaded to."""
        with as_documented():
            announced = incoming.announcement(wanted)

        async def write(work: UnitOfWork, user: UserId) -> tuple[UUID, datetime]:
            photo = await use_cases.announce_photo(
                work,
                user,
                TripId(trip_id),
                announced,
                entry_id=EntryId(wanted.entry_id) if wanted.entry_id is not None else None,
                identifiers=self._identifiers,
            )
            # Addresses are signed and judged by this machine's clock, or by the bucket's, and not by the database's.
            return photo.id, self._clock.now() + UPLOAD_FOR

        arguments = {"trip_id": str(trip_id), "photo_upload_request": incoming.draft_arguments(wanted)}
        former = {"photo_upload_request": incoming.former_arguments(wanted)}
        call = Call(caller, "request_photo_upload", arguments, former)
        photo_id, until = await self._writer.carry_out(call, write, _ANNOUNCED)
        if not self._is_good(until) and await self._can_renew(caller, trip_id, photo_id):
            until = self._clock.now() + UPLOAD_FOR
        address = self._storage.upload_address(upload_key(PhotoId(photo_id)), announced, expires_at=until)
        return outgoing.photo_upload(photo_id, address, until)

    async def looked_at(self, caller: Caller, trip_id: UUID, photo_id: UUID) -> contract.Photo:
        """One photo that has arrived."""

        async def read(work: UnitOfWork, user: UserId) -> Photo:
            return await use_cases.look_at_photo(work, user, TripId(trip_id), PhotoId(photo_id))

        return self._shown(await self._reader.carry_out(caller, read))

    async def completed(self, caller: Caller, trip_id: UUID, photo_id: UUID) -> contract.Photo:
        """A photo whose bytes have arrived."""
        user, waiting = await self._found(caller, trip_id, photo_id)
        if waiting.arrival is None:
            with as_documented():
                await self._arrivals.of(waiting.id, lambda: self._arrive(user, waiting))

        async def write(work: UnitOfWork, user: UserId) -> UUID:
            return (await use_cases.look_at_photo(work, user, TripId(trip_id), PhotoId(photo_id))).id

        arguments = {"trip_id": str(trip_id), "photo_id": str(photo_id)}
        call = Call(caller, "complete_photo_upload", arguments)
        # Those that waited for the same picture come here at the same time, and all get it.
        await self._writer.carry_out(call, write, _ID, duplicates=Duplicates.WAIT)
        return await self.looked_at(caller, trip_id, photo_id)

    async def deleted(self, caller: Caller, trip_id: UUID, photo_id: UUID) -> None:
        """Delete a photo."""

        async def write(work: UnitOfWork, user: UserId) -> None:
            await use_cases.delete_photo(work, user, TripId(trip_id), PhotoId(photo_id))

        arguments = {"trip_id": str(trip_id), "photo_id": str(photo_id)}
        await self._writer.carry_out(Call(caller, "delete_photo", arguments), write, _NOTHING)

    async def collect(self) -> int:
        """Forget uploads that nobody completed, and remove what nobody needs from the storage; how many objects that were.

        At most 100 at once, so that nobody waits for long.

        Raises:
            ServiceUnavailable: the database or the storage does not answer.
        """
        return await use_cases.collect_photos(self._units_of_work, self._storage)

    async def aclose(self) -> None:
        """End what is under way; whoever asked for it can ask again."""
        await self._arrivals.aclose()

    async def _arrive(self, user: UserId, photo: Photo) -> None:
        """All of it in one go: what was made of an upload is kept also if nobody waits for it any more."""
        developed = await use_cases.develop_photo(photo, self._storage, self._images)
        attempt = secrets.token_hex(8)
        arrival = await use_cases.store_photo(self._units_of_work, photo, developed, self._storage, attempt=attempt)
        async with self._units_of_work.writing() as work:
            await use_cases.keep_photo(work, user, photo.trip_id, photo.id, arrival)

    async def _found(self, caller: Caller, trip_id: UUID, photo_id: UUID) -> tuple[UserId, Photo]:
        async def read(work: UnitOfWork, user: UserId) -> tuple[UserId, Photo]:
            return user, await use_cases.find_photo(work, user, TripId(trip_id), PhotoId(photo_id))

        return await self._reader.carry_out(caller, read)

    def _is_good(self, until: datetime) -> bool:
        """Whether an address that expires then is worth repeating, and was signed by a clock like this one."""
        return SHORTEST < until - self._clock.now() <= UPLOAD_FOR

    async def _can_renew(self, caller: Caller, trip_id: UUID, photo_id: UUID) -> bool:
        async def read(work: UnitOfWork, user: UserId) -> bool:
            return await use_cases.can_renew_upload(work, user, TripId(trip_id), PhotoId(photo_id))

        return await self._reader.carry_out(caller, read)

    def _shown(self, photo: Photo) -> contract.Photo:
        expires_at = self._clock.now() + LOOK_FOR
        return outgoing.photo(photo, lambda key: self._storage.download_address(key, expires_at=expires_at), expires_at)
