"""What a traveller can do with the photos of a trip.

The bytes of a photo are sent to the storage and read from there between units of work, never within one: a transaction that
waited for them would keep every other writer waiting.

How old an upload is, and when an object is due to be removed, goes by `UnitOfWork.now`: the service
that announces or stores a photo need not be the one that collects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from livetrip_core.cursor import Cursor
from livetrip_core.errors import PhotoNotFound, PhotoNotUploaded, PhotoRejected, TripNotFound
from livetrip_core.identifiers import EntryId, PhotoId, TripId, UserId
from livetrip_core.page import Page, page_of, page_size
from livetrip_core.photo import (
    ABANDONED_AFTER,
    STORE_WITHIN,
    Announcement,
    Arrival,
    Photo,
    Picture,
    UnknownFormat,
    upload_key,
)
from livetrip_core.ports import (
    Development,
    IdentifierSource,
    ImageProcessor,
    ObjectStorage,
    Rendering,
    UnitOfWork,
    UnitOfWorkFactory,
)

COLLECTED_AT_ONCE: Final = 100


async def announce_photo(
    work: UnitOfWork,
    user: UserId,
    trip_id: TripId,
    announced: Announcement,
    *,
    entry_id: EntryId | None,
    identifiers: IdentifierSource,
) -> Photo:
    """Make room for a photo that is going to be uploaded.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        EntryNotFound: the trip has no such entry.
        PhotoLimitReached: there is no room for it.
    """
    trip = (await work.trips.get(trip_id)).visible_to(user)
    if entry_id is not None:
        await work.entries.get(trip_id, entry_id)
    (await work.photos.tally(user, trip_id)).admit(announced)
    photo_id = PhotoId(identifiers.next())
    photo = Photo(
        id=photo_id,
        trip_id=trip.id,
        entry_id=entry_id,
        announced=announced,
        upload_key=upload_key(photo_id),
        created_at=await work.now(),
    )
    await work.photos.add(photo)
    return photo


async def find_photo(work: UnitOfWork, user: UserId, trip_id: TripId, photo_id: PhotoId) -> Photo:
    """One photo, whether or not it has arrived.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        PhotoNotFound: the trip has no such photo.
    """
    (await work.trips.get(trip_id)).visible_to(user)
    return await work.photos.get(trip_id, photo_id)


async def can_renew_upload(work: UnitOfWork, user: UserId, trip_id: TripId, photo_id: PhotoId) -> bool:
    """Return whether an upload that was announced can get another address."""
    try:
        photo = await find_photo(work, user, trip_id, photo_id)
    except (TripNotFound, PhotoNotFound):
        return False
    return photo.is_renewable(await work.now())


async def look_at_photo(work: UnitOfWork, user: UserId, trip_id: TripId, photo_id: PhotoId) -> Photo:
    """One photo that has arrived.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        PhotoNotFound: the trip has no such photo, or it has not arrived.
    """
    photo = await find_photo(work, user, trip_id, photo_id)
    if photo.arrival is None:
        raise PhotoNotFound
    return photo


async def list_photos(
    work: UnitOfWork,
    user: UserId,
    trip_id: TripId,
    *,
    entry_id: EntryId | None = None,
    after: Cursor | None,
    limit: int,
) -> Page[Photo]:
    """One page of a trip's photos that have arrived, in the order they were taken; of one entry, if one is named.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        InvalidValue: the limit is not 1 to 100.
    """
    size = page_size(limit)
    (await work.trips.get(trip_id)).visible_to(user)
    return page_of(await work.photos.page(trip_id, entry_id=entry_id, after=after, limit=size + 1), size)


async def develop_photo(photo: Photo, storage: ObjectStorage, images: ImageProcessor) -> Development:
    """Hold an upload against its announcement, and make of it what can be kept. Nothing is changed.

    Raises:
        PhotoNotUploaded: nothing has arrived.
        PhotoRejected: it is not what was announced, or a newer version announced a format that this one cannot read.
    """
    announced = photo.announced
    if isinstance(announced.format, UnknownFormat):
        raise PhotoRejected("type_differs")
    content = await storage.read(photo.upload_key, at_most=announced.byte_size)
    if content is None:
        raise PhotoNotUploaded
    if len(content) != announced.byte_size:
        raise PhotoRejected("size_differs")
    announced.verify(byte_size=len(content), checksum=await images.checksum(content))
    return await images.develop(content, announced.format)


async def store_photo(
    units_of_work: UnitOfWorkFactory,
    photo: Photo,
    developed: Development,
    storage: ObjectStorage,
    *,
    attempt: str,
) -> Arrival:
    """Store what was made of an upload, under keys of this attempt alone; `keep_photo` makes it the photo's.

    The pictures lie where nobody was ever allowed to send anything to, so what is sent to the upload's address after it was looked at
    changes nothing. Until they are kept they count as discarded, so that an attempt which ends here leaves nothing behind for good.
    """
    folder = f"photos/{photo.id.hex}/{attempt}"
    named = {f"{folder}/original": developed.original}
    named |= {f"{folder}/{smaller.width}": smaller for smaller in developed.thumbnails}
    async with units_of_work.writing() as work:
        now = await work.now()
        await work.photos.discard(list(named), due=now + STORE_WITHIN)
    for key, rendering in named.items():
        await storage.write(key, rendering.content, rendering.format)
    original, *thumbnails = (_picture(key, rendering) for key, rendering in named.items())
    return Arrival(
        taken_at=developed.taken_at,
        coordinates=developed.coordinates,
        original=original,
        thumbnails=tuple(thumbnails),
        at=now,
    )


async def keep_photo(work: UnitOfWork, user: UserId, trip_id: TripId, photo_id: PhotoId, arrival: Arrival) -> Photo:
    """Complete a photo with what was stored of its upload; one that is complete already stays as it is.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        PhotoNotFound: the trip has no such photo.
    """
    photo = await find_photo(work, user, trip_id, photo_id)
    if photo.arrival is not None:
        return photo
    arrived = photo.arrive(arrival)
    kept = await work.photos.save(arrived)
    if kept == arrived:
        await work.photos.clear(arrival.keys)
        await work.photos.discard([photo.upload_key], due=arrived.settled_by(arrival.at))
    return kept


async def delete_photo(work: UnitOfWork, user: UserId, trip_id: TripId, photo_id: PhotoId) -> None:
    """Delete a photo.

    Raises:
        TripNotFound: there is no such trip, or it is another user's.
        PhotoNotFound: the trip has no such photo.
    """
    await find_photo(work, user, trip_id, photo_id)
    await discard_photos(work, [await work.photos.remove(trip_id, photo_id)])


async def discard_photos(work: UnitOfWork, photos: Sequence[Photo]) -> None:
    """Have everything of deleted photos removed from the storage, as soon as nothing more can arrive."""
    if not photos:
        return
    now = await work.now()
    for photo in photos:
        await work.photos.discard(photo.keys, due=max(now, photo.settled_by(now)))


async def collect_photos(units_of_work: UnitOfWorkFactory, storage: ObjectStorage) -> int:
    """Delete uploads that were not completed, and remove unused objects. Returns how many objects were removed.

    It can be done at any time and any number of times, also by several processes at once. At most `COLLECTED_AT_ONCE` objects are
    removed: repeat it until it returns 0 to remove all of them.
    """
    await storage.tidy(older_than=ABANDONED_AFTER)
    async with units_of_work.writing() as work:
        now = await work.now()
        abandoned = await work.photos.remove_abandoned(before=now - ABANDONED_AFTER, limit=COLLECTED_AT_ONCE)
        await discard_photos(work, abandoned)
        keys = await work.photos.discarded(now=now, limit=COLLECTED_AT_ONCE)
    for key in keys:
        await storage.remove(key)
    if keys:
        async with units_of_work.writing() as work:
            await work.photos.clear(keys)
    return len(keys)


def _picture(key: str, rendering: Rendering) -> Picture:
    return Picture(
        key=key,
        format=rendering.format,
        byte_size=len(rendering.content),
        width=rendering.width,
        height=rendering.height,
    )
