"""The backend behind the contract's interface, whatever it is called through."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

import livetrip_contract as contract
from livetrip_bff import incoming, outgoing
from livetrip_bff.photos import Darkroom, Photos
from livetrip_bff.reading import Reader
from livetrip_bff.storage.files import ObjectFiles
from livetrip_bff.writing import Call, Duplicates, Writer
from livetrip_contract import Caller, Entry, EntryChange, EntryDraft, Trip, TripChange, TripDraft
from livetrip_core import Clock, EntryId, IdentifierSource, TripId, UnitOfWork, UnitOfWorkFactory, UserId, use_cases

_TRIP: Final = TypeAdapter(Trip)
_ENTRY: Final = TypeAdapter(Entry)
_NOTHING: Final[TypeAdapter[None]] = TypeAdapter(None)


class LiveTripBackend:
    """The contract's `LiveTrip`, over the diary's use cases: each call is one transaction.

    Besides the failures that `LiveTrip` documents, every operation raises `switchover.errors.ServiceUnavailable` where
    the database does not answer. Writes read the idempotency key from `switchover.context`.

    Arguments:
        units_of_work: where the diary is kept.
        clock: tells when something was written.
        identifiers: names new trips and entries.
        darkroom: where the bytes of photos are kept, and what looks into them.
        version: of the contract that is served, for `get_health`.
        files: see below.
        duplicates: what becomes of a write while the first one with its idempotency key is being carried out.

    Attributes:
        files: the application behind the addresses of photos; None where the storage answers them itself.
        photos: what collects photos that nobody needs, which is to be asked for now and then.
    """

    def __init__(
        self,
        units_of_work: UnitOfWorkFactory,
        clock: Clock,
        identifiers: IdentifierSource,
        darkroom: Darkroom,
        *,
        version: str,
        files: ObjectFiles | None = None,
        duplicates: Duplicates = Duplicates.REFUSE,
    ) -> None:
        self._clock = clock
        self._identifiers = identifiers
        self._version = version
        self.files = files
        self._reader = Reader(units_of_work)
        self._writer = Writer(units_of_work, duplicates)
        self.photos = Photos(units_of_work, clock, identifiers, darkroom, self._writer)

    async def get_health(self) -> contract.Health:
        """Tell whether the database answers."""
        await self._reader.look(lambda work: work.ping())
        return contract.Health(status="ok", version=self._version)

    async def get_session(self, caller: Caller) -> contract.Session:
        """Tell who is calling."""
        return outgoing.session(caller)

    async def list_trips(self, caller: Caller, *, cursor: str | None = None, limit: int = 20) -> contract.TripPage:
        """List the caller's trips, latest start first."""

        async def read(work: UnitOfWork, user: UserId) -> contract.TripPage:
            page = await use_cases.list_trips(work, user, after=incoming.position(cursor), limit=limit)
            return outgoing.trip_page(page)

        return await self._reader.carry_out(caller, read)

    async def create_trip(self, caller: Caller, trip_draft: TripDraft) -> Trip:
        """Plan a trip."""

        async def write(work: UnitOfWork, user: UserId) -> Trip:
            draft = incoming.trip_draft(trip_draft)
            trip = await use_cases.plan_trip(work, user, draft, clock=self._clock, identifiers=self._identifiers)
            return outgoing.trip(trip)

        former = {"trip_draft": incoming.former_arguments(trip_draft)}
        call = Call(caller, "create_trip", {"trip_draft": incoming.draft_arguments(trip_draft)}, former)
        return await self._writer.carry_out(call, write, _TRIP)

    async def get_trip(self, caller: Caller, trip_id: UUID) -> contract.TripDetail:
        """Open a trip at its first entries."""

        async def read(work: UnitOfWork, user: UserId) -> contract.TripDetail:
            return outgoing.trip_detail(await use_cases.open_trip(work, user, TripId(trip_id)))

        return await self._reader.carry_out(caller, read)

    async def delete_trip(self, caller: Caller, trip_id: UUID) -> None:
        """Delete a trip, its entries and its photos."""

        async def write(work: UnitOfWork, user: UserId) -> None:
            await use_cases.delete_trip(work, user, TripId(trip_id))

        await self._writer.carry_out(Call(caller, "delete_trip", {"trip_id": str(trip_id)}), write, _NOTHING)

    async def update_trip(self, caller: Caller, trip_id: UUID, trip_change: TripChange) -> Trip:
        """Change a trip."""

        async def write(work: UnitOfWork, user: UserId) -> Trip:
            change = incoming.trip_change(trip_change)
            return outgoing.trip(await use_cases.change_trip(work, user, TripId(trip_id), change, clock=self._clock))

        arguments = {"trip_id": str(trip_id), "trip_change": incoming.change_arguments(trip_change)}
        return await self._writer.carry_out(Call(caller, "update_trip", arguments), write, _TRIP)

    async def get_trip_summary(self, caller: Caller, trip_id: UUID) -> contract.TripSummary:
        """Sum a trip up."""

        async def read(work: UnitOfWork, user: UserId) -> contract.TripSummary:
            return outgoing.trip_summary(await use_cases.summarise_trip(work, user, TripId(trip_id)))

        return await self._reader.carry_out(caller, read)

    async def list_entries(
        self, caller: Caller, trip_id: UUID, *, cursor: str | None = None, limit: int = 20
    ) -> contract.EntryPage:
        """List a trip's entries in the order they happened."""

        async def read(work: UnitOfWork, user: UserId) -> contract.EntryPage:
            after = incoming.position(cursor)
            page = await use_cases.list_entries(work, user, TripId(trip_id), after=after, limit=limit)
            return outgoing.entry_page(page)

        return await self._reader.carry_out(caller, read)

    async def add_entry(self, caller: Caller, trip_id: UUID, entry_draft: EntryDraft) -> Entry:
        """Write an entry."""

        async def write(work: UnitOfWork, user: UserId) -> Entry:
            draft = incoming.entry_draft(entry_draft)
            view = await use_cases.write_entry(
                work, user, TripId(trip_id), draft, clock=self._clock, identifiers=self._identifiers
            )
            return outgoing.entry(view)

        arguments = {"trip_id": str(trip_id), "entry_draft": incoming.draft_arguments(entry_draft)}
        former = {"entry_draft": incoming.former_arguments(entry_draft)}
        return await self._writer.carry_out(Call(caller, "add_entry", arguments, former), write, _ENTRY)

    async def get_entry(self, caller: Caller, trip_id: UUID, entry_id: UUID) -> Entry:
        """Read one entry."""

        async def read(work: UnitOfWork, user: UserId) -> Entry:
            return outgoing.entry(await use_cases.read_entry(work, user, TripId(trip_id), EntryId(entry_id)))

        return await self._reader.carry_out(caller, read)

    async def delete_entry(self, caller: Caller, trip_id: UUID, entry_id: UUID) -> None:
        """Delete an entry."""

        async def write(work: UnitOfWork, user: UserId) -> None:
            await use_cases.delete_entry(work, user, TripId(trip_id), EntryId(entry_id))

        arguments = {"trip_id": str(trip_id), "entry_id": str(entry_id)}
        await self._writer.carry_out(Call(caller, "delete_entry", arguments), write, _NOTHING)

    async def update_entry(self, caller: Caller, trip_id: UUID, entry_id: UUID, entry_change: EntryChange) -> Entry:
        """Change an entry."""

        async def write(work: UnitOfWork, user: UserId) -> Entry:
            change = incoming.entry_change(entry_change)
            view = await use_cases.change_entry(
                work, user, TripId(trip_id), EntryId(entry_id), change, clock=self._clock
            )
            return outgoing.entry(view)

        changed = incoming.change_arguments(entry_change)
        arguments = {"trip_id": str(trip_id), "entry_id": str(entry_id), "entry_change": changed}
        former = {"entry_change": incoming.former_arguments(entry_change)}
        return await self._writer.carry_out(Call(caller, "update_entry", arguments, former), write, _ENTRY)

    async def list_photos(
        self,
        caller: Caller,
        trip_id: UUID,
        *,
        entry_id: UUID | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> contract.PhotoPage:
        """List a trip's photos in the order they were taken."""
        return await self.photos.listed(caller, trip_id, entry_id, cursor, limit)

    async def request_photo_upload(
        self, caller: Caller, trip_id: UUID, photo_upload_request: contract.PhotoUploadRequest
    ) -> contract.PhotoUpload:
        """Ask where a photo can be uploaded to."""
        return await self.photos.announced(caller, trip_id, photo_upload_request)

    async def get_photo(self, caller: Caller, trip_id: UUID, photo_id: UUID) -> contract.Photo:
        """Look at one photo."""
        return await self.photos.looked_at(caller, trip_id, photo_id)

    async def delete_photo(self, caller: Caller, trip_id: UUID, photo_id: UUID) -> None:
        """Delete a photo."""
        await self.photos.deleted(caller, trip_id, photo_id)

    async def complete_photo_upload(self, caller: Caller, trip_id: UUID, photo_id: UUID) -> contract.Photo:
        """Say that a photo has been uploaded."""
        return await self.photos.completed(caller, trip_id, photo_id)
