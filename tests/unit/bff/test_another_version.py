"""Rows and kept answers that another version wrote: what this one shows, and what it leaves as it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

import livetrip_contract as contract
from livetrip_adapters import live_trip_port
from livetrip_bff import LiveTripBackend
from livetrip_bff.database import open_units_of_work, parse
from livetrip_bff.database.engine import open_engine
from livetrip_bff.idempotency import fingerprint
from livetrip_bff.incoming import draft_arguments
from livetrip_bff.photos import Darkroom
from livetrip_contract import EntryChange, LiveTrip
from livetrip_core.fakes import FakeClock, InMemoryObjectStorage, SequentialIdentifiers, TextImageProcessor
from switchover import AsgiTransport, Rollout, Share, calling
from unit.bff.samples import AIKO, entry_draft, trip_draft
from unit.bff.test_photos import announced, send

KEY = "0198c0de-0000-7000-8000-00000000beef"


@pytest.fixture
async def backend(
    database_url: str, clock: FakeClock, storage: InMemoryObjectStorage
) -> AsyncIterator[LiveTripBackend]:
    """A backend over each database."""
    darkroom = Darkroom(storage, TextImageProcessor())
    async with open_units_of_work(database_url) as store:
        yield LiveTripBackend(store, clock, SequentialIdentifiers(), darkroom, version="1.0.0")


@pytest.fixture(params=["direct", "http", "half"])
async def diary(request: pytest.FixtureRequest, backend: LiveTripBackend) -> AsyncIterator[LiveTrip]:
    """The backend in this process, over HTTP, and half of each."""
    port = live_trip_port()
    direct = port.direct(backend)
    async with AsgiTransport(port.serve(backend, trust="open")) as transport:
        http = port.http(transport=transport, trust="open", answers="strict")
        half = port.route(direct=direct, http=http, rollout=Rollout.fixed(Share(5_000)))
        yield {"direct": direct, "http": http, "half": half}[request.param]


async def execute(database_url: str, statement: str, **values: Any) -> list[Any]:
    """Do to the database what another version would."""
    async with open_engine(parse(database_url)) as engine, engine.begin() as connection:
        found = await connection.execute(text(statement), values)
        return list(found) if found.returns_rows else []


async def moods(database_url: str) -> list[str | None]:
    return [row.mood for row in await execute(database_url, "SELECT mood FROM entries ORDER BY created_at, id")]


# -- rows --------------------------------------------------------------------------------------------------------------


async def test_a_mood_of_a_newer_version_is_shown_as_none_in_every_list(diary: LiveTrip, database_url: str) -> None:
    trip = await diary.create_trip(AIKO, trip_draft())
    first = await diary.add_entry(AIKO, trip.id, entry_draft())
    await execute(database_url, "UPDATE entries SET mood = 'sleepy'")
    await diary.add_entry(AIKO, trip.id, entry_draft(text="Rain"))

    expected = [None, contract.Mood.great]
    assert [entry.mood for entry in (await diary.list_entries(AIKO, trip.id)).items] == expected
    assert [entry.mood for entry in (await diary.get_trip(AIKO, trip.id)).entries] == expected
    assert (await diary.get_entry(AIKO, trip.id, first.id)).text == "Moss"


@pytest.mark.parametrize(
    ("change", "kept"),
    [({"text": "Rain"}, "sleepy"), ({"text": "Rain", "mood": None}, "sleepy"), ({"mood": contract.Mood.low}, "low")],
)
async def test_a_mood_of_a_newer_version_is_kept_until_another_one_is_chosen(
    diary: LiveTrip, database_url: str, change: dict[str, Any], kept: str
) -> None:
    trip = await diary.create_trip(AIKO, trip_draft())
    entry = await diary.add_entry(AIKO, trip.id, entry_draft())
    await execute(database_url, "UPDATE entries SET mood = 'sleepy'")

    changed = await diary.update_entry(AIKO, trip.id, entry.id, EntryChange(version=1, **change))

    assert changed.version == 2
    assert changed.mood == (None if kept == "sleepy" else contract.Mood.low)
    assert await moods(database_url) == [kept]


async def test_a_picture_of_a_format_that_a_newer_version_stores_is_shown_as_any_bytes(
    diary: LiveTrip, database_url: str, storage: InMemoryObjectStorage
) -> None:
    trip = await diary.create_trip(AIKO, trip_draft())
    ids = []
    for _ in range(2):
        upload = await diary.request_photo_upload(AIKO, trip.id, announced())
        send(storage, upload)
        ids.append((await diary.complete_photo_upload(AIKO, trip.id, upload.photo_id)).id)
    newer = await execute(database_url, "SELECT pictures FROM photos WHERE id = :id", id=_stored(database_url, ids[0]))
    pictures = newer[0].pictures if isinstance(newer[0].pictures, str) else json.dumps(newer[0].pictures)
    await execute(
        database_url,
        "UPDATE photos SET format = 'image/avif', pictures = :pictures WHERE id = :id",
        pictures=pictures.replace("image/jpeg", "image/avif").replace("image/webp", "image/avif"),
        id=_stored(database_url, ids[0]),
    )

    shown = {photo.id: photo for photo in (await diary.list_photos(AIKO, trip.id)).items}

    assert set(shown) == set(ids)
    assert shown[ids[0]].original.content_type.value == "application/octet-stream"
    assert shown[ids[1]].original.content_type.value == "image/jpeg"
    assert storage.fetch(shown[ids[0]].original.address) == b"jpeg 640x480"
    await diary.delete_trip(AIKO, trip.id)


async def test_an_upload_that_a_newer_version_announced_is_refused_and_can_still_be_completed_there(
    diary: LiveTrip, database_url: str, storage: InMemoryObjectStorage
) -> None:
    trip = await diary.create_trip(AIKO, trip_draft())
    upload = await diary.request_photo_upload(AIKO, trip.id, announced())
    send(storage, upload)
    await execute(database_url, "UPDATE photos SET format = 'image/avif'")

    with calling(idempotency_key=KEY), pytest.raises(contract.PhotoRejected) as rejected:
        await diary.complete_photo_upload(AIKO, trip.id, upload.photo_id)
    assert rejected.value.reason == "type_differs"

    await execute(database_url, "UPDATE photos SET format = 'image/jpeg'")  # as the version that knows it
    with calling(idempotency_key=KEY):
        assert (await diary.complete_photo_upload(AIKO, trip.id, upload.photo_id)).id == upload.photo_id


def _stored(database_url: str, identifier: UUID) -> object:
    """An id as a statement without types has to give it."""
    return identifier if database_url.startswith("postgresql") else identifier.hex


# -- kept answers ------------------------------------------------------------------------------------------------------


async def kept_answer(database_url: str) -> dict[str, Any]:
    (row,) = await execute(database_url, "SELECT result FROM idempotency_keys WHERE key = :key", key=KEY)
    found: dict[str, Any] = json.loads(row.result)
    return found


async def keep(database_url: str, answer: str) -> None:
    await execute(database_url, "UPDATE idempotency_keys SET result = :answer WHERE key = :key", answer=answer, key=KEY)


async def written(diary: LiveTrip, trip: contract.Trip) -> contract.Entry:
    with calling(idempotency_key=KEY):
        return await diary.add_entry(AIKO, trip.id, entry_draft())


async def test_an_answer_that_a_newer_version_kept_is_replayed_as_far_as_it_is_known(
    diary: LiveTrip, database_url: str
) -> None:
    trip = await diary.create_trip(AIKO, trip_draft())
    first = await written(diary, trip)
    newer = await kept_answer(database_url)
    newer |= {"weather": "rain", "mood": "sleepy", "place": {**newer["place"], "country": "JP"}}
    await keep(database_url, json.dumps(newer))

    again = await written(diary, trip)

    assert again == first.model_copy(update={"mood": None})
    assert len((await diary.list_entries(AIKO, trip.id)).items) == 1


@pytest.mark.parametrize("answer", ["", "{", "null", "[]", '{"id": 7}', '"of another format"', '{"mood": "sleepy"}'])
async def test_an_answer_that_cannot_be_read_is_a_documented_failure_and_nothing_is_done_twice(
    diary: LiveTrip, database_url: str, answer: str
) -> None:
    trip = await diary.create_trip(AIKO, trip_draft())
    first = await written(diary, trip)
    await keep(database_url, answer)

    for _ in range(2):
        with pytest.raises(contract.AnsweredByAnotherVersion, match="do not send it again") as caught:
            await written(diary, trip)
        assert caught.value.status == 409
    assert (await diary.list_entries(AIKO, trip.id)).items == [first]


async def test_a_member_that_an_older_version_did_not_keep_is_such_a_failure_too(
    diary: LiveTrip, database_url: str
) -> None:
    trip = await diary.create_trip(AIKO, trip_draft())
    await written(diary, trip)
    older = await kept_answer(database_url)
    del older["outsideTrip"]
    await keep(database_url, json.dumps(older))

    with pytest.raises(contract.AnsweredByAnotherVersion):
        await written(diary, trip)


async def test_a_key_that_an_earlier_release_kept_still_names_the_same_request(
    diary: LiveTrip, database_url: str
) -> None:
    trip = await diary.create_trip(AIKO, trip_draft())
    plain = contract.EntryDraft(text="Moss", happened_at=entry_draft().happened_at)
    with calling(idempotency_key=KEY):
        first = await diary.add_entry(AIKO, trip.id, plain)
    former = fingerprint("add_entry", {"trip_id": str(trip.id), "entry_draft": plain.model_dump(mode="json")})
    (row,) = await execute(database_url, "SELECT fingerprint FROM idempotency_keys WHERE key = :key", key=KEY)
    assert row.fingerprint != former
    await execute(
        database_url, "UPDATE idempotency_keys SET fingerprint = :former WHERE key = :key", former=former, key=KEY
    )

    with calling(idempotency_key=KEY):
        assert await diary.add_entry(AIKO, trip.id, plain) == first
        with pytest.raises(contract.IdempotencyKeyReused):
            await diary.add_entry(AIKO, trip.id, entry_draft(text="Rain"))


async def test_a_fingerprint_does_not_depend_on_members_that_say_their_default() -> None:
    class NewerDraft(contract.EntryDraft):
        weather: str | None = None

    values = {"text": "Moss", "happened_at": entry_draft().happened_at}
    assert draft_arguments(NewerDraft(**values)) == draft_arguments(contract.EntryDraft(**values))
