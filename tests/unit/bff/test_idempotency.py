"""Writes that may be repeated and happen once, wherever the diary is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, timedelta
from time import monotonic
from uuid import uuid4

import pytest

import livetrip_contract as contract
from livetrip_bff import Duplicates, LiveTripBackend
from livetrip_bff.database import open_units_of_work
from livetrip_contract import EntryChange, TripChange
from livetrip_core import UnitOfWork, UnitOfWorkFactory
from livetrip_core.fakes import FakeClock, SequentialIdentifiers
from support.photos import darkroom
from switchover import calling
from unit.bff.ageing import Age
from unit.bff.samples import AIKO, BEN, NOW, entry_draft, trip_draft


async def prepared(backend: LiveTripBackend) -> tuple[contract.Trip, contract.Entry]:
    trip = await backend.create_trip(AIKO, trip_draft())
    return trip, await backend.add_entry(AIKO, trip.id, entry_draft())


Write = Callable[[LiveTripBackend, contract.Trip, contract.Entry], Awaitable[object]]
WRITES: dict[str, Write] = {
    "create_trip": lambda backend, trip, entry: backend.create_trip(AIKO, trip_draft(title="Nara")),
    "update_trip": lambda backend, trip, entry: backend.update_trip(AIKO, trip.id, TripChange(version=1, title="Nara")),
    "delete_trip": lambda backend, trip, entry: backend.delete_trip(AIKO, trip.id),
    "add_entry": lambda backend, trip, entry: backend.add_entry(AIKO, trip.id, entry_draft(text="Rain")),
    "update_entry": lambda backend, trip, entry: backend.update_entry(
        AIKO, trip.id, entry.id, EntryChange(version=1, mood=None)
    ),
    "delete_entry": lambda backend, trip, entry: backend.delete_entry(AIKO, trip.id, entry.id),
}
every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


async def everything(backend: LiveTripBackend) -> object:
    trips = (await backend.list_trips(AIKO)).items
    return [await backend.get_trip(AIKO, trip.id) for trip in trips]


@every_write
async def test_a_repeated_write_happens_once_and_is_answered_as_it_was_the_first_time(
    backend: LiveTripBackend, write: Write, clock: FakeClock
) -> None:
    trip, entry = await prepared(backend)
    with calling(idempotency_key="k"):
        first = await write(backend, trip, entry)
        after_the_first = await everything(backend)
        clock.advance(timedelta(hours=23))
        second = await write(backend, trip, entry)

    assert second == first
    assert type(second) is type(first)
    assert first is None or second is not first
    assert await everything(backend) == after_the_first


@every_write
async def test_concurrent_duplicates_that_wait_end_as_one_write(
    store: UnitOfWorkFactory, clock: FakeClock, write: Write
) -> None:
    backend = backend_over(store, clock, Duplicates.WAIT)
    trip, entry = await prepared(backend)

    with calling(idempotency_key="k"):
        answers = await asyncio.gather(*(write(backend, trip, entry) for _ in range(8)))

    assert all(answer == answers[0] for answer in answers)
    await one_was_written(backend, trip, write)


@every_write
async def test_concurrent_duplicates_are_refused_until_the_first_is_answered(
    store: UnitOfWorkFactory, clock: FakeClock, write: Write
) -> None:
    held = Held(store)
    backend = backend_over(held, clock)
    held.let.set()
    trip, entry = await prepared(backend)
    held.hold()

    with calling(idempotency_key="k"):
        first = asyncio.ensure_future(write(backend, trip, entry))
        await held.begun.wait()
        for _ in range(3):
            with pytest.raises(contract.IdempotencyKeyInUse) as caught:
                await write(backend, trip, entry)
            assert caught.value.retry_after == 1
        held.let.set()
        answer = await first
        assert await write(backend, trip, entry) == answer

    await one_was_written(backend, trip, write)


class Held:
    """Units of work that begin when they are let."""

    def __init__(self, store: UnitOfWorkFactory) -> None:
        self._store = store
        self.hold()

    def hold(self) -> None:
        self.begun, self.let = asyncio.Event(), asyncio.Event()

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._store.reading()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[UnitOfWork]:
        self.begun.set()
        await self.let.wait()
        async with self._store.writing() as work:
            yield work


async def test_a_duplicate_waits_no_longer_than_its_deadline(store: UnitOfWorkFactory, clock: FakeClock) -> None:
    held = Held(store)
    backend = backend_over(held, clock, Duplicates.WAIT)
    with calling(idempotency_key="k"):
        first = asyncio.create_task(backend.create_trip(AIKO, trip_draft()))
        await held.begun.wait()
        began = monotonic()
        with calling(budget=0.3), pytest.raises(contract.IdempotencyKeyInUse):
            await backend.create_trip(AIKO, trip_draft())
        assert monotonic() - began < 0.3
        held.let.set()
        assert await backend.create_trip(AIKO, trip_draft()) == await first


async def test_a_request_that_fails_or_is_given_up_leaves_its_key_free(
    store: UnitOfWorkFactory, clock: FakeClock
) -> None:
    held = Held(store)
    backend = backend_over(held, clock)
    with calling(idempotency_key="k"):
        given_up = asyncio.create_task(backend.create_trip(AIKO, trip_draft()))
        await held.begun.wait()
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        held.let.set()
        assert (await backend.create_trip(AIKO, trip_draft())).version == 1


async def test_another_request_under_a_key_that_is_in_use_is_refused_as_well(
    store: UnitOfWorkFactory, clock: FakeClock
) -> None:
    held = Held(store)
    backend = backend_over(held, clock)
    with calling(idempotency_key="k"):
        first = asyncio.create_task(backend.create_trip(AIKO, trip_draft()))
        await held.begun.wait()
        with pytest.raises(contract.IdempotencyKeyInUse):
            await backend.create_trip(AIKO, trip_draft(title="Osaka"))
        held.let.set()
        await first
        with pytest.raises(contract.IdempotencyKeyReused):
            await backend.create_trip(AIKO, trip_draft(title="Osaka"))


async def test_two_users_use_the_same_key_at_once(store: UnitOfWorkFactory, clock: FakeClock) -> None:
    held = Held(store)
    backend = backend_over(held, clock)
    with calling(idempotency_key="k"):
        both = [asyncio.create_task(backend.create_trip(who, trip_draft())) for who in (AIKO, BEN)]
        await held.begun.wait()
        held.let.set()
        hers, his = await asyncio.gather(*both)
    assert hers.id != his.id


async def one_was_written(backend: LiveTripBackend, trip: contract.Trip, write: Write) -> None:
    found = await backend.list_trips(AIKO)
    assert len(found.items) == {"create_trip": 2, "delete_trip": 0}.get(named(write), 1)
    if found.items:
        entries = await backend.list_entries(AIKO, trip.id)
        assert len(entries.items) == {"add_entry": 2, "delete_entry": 0}.get(named(write), 1)


def named(write: Write) -> str:
    return next(name for name, known in WRITES.items() if known is write)


@every_write
async def test_without_a_key_every_write_is_its_own(backend: LiveTripBackend, write: Write) -> None:
    trip, entry = await prepared(backend)

    first = await write(backend, trip, entry)

    if named(write) in {"create_trip", "add_entry"}:
        assert await write(backend, trip, entry) != first
    else:
        with pytest.raises((contract.VersionConflict, contract.TripNotFound, contract.EntryNotFound)):
            await write(backend, trip, entry)


async def test_the_answer_is_the_first_one_even_if_things_have_moved_on(backend: LiveTripBackend) -> None:
    trip, entry = await prepared(backend)
    with calling(idempotency_key="k"):
        first = await backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=1, text="Rain"))
    await backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=2, text="Snow"))
    await backend.delete_trip(AIKO, trip.id)

    with calling(idempotency_key="k"):
        assert await backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=1, text="Rain")) == first


@every_write
async def test_a_key_on_another_request_is_refused_and_nothing_happens(backend: LiveTripBackend, write: Write) -> None:
    trip, entry = await prepared(backend)
    with calling(idempotency_key="k"):
        await backend.create_trip(AIKO, trip_draft(title="Osaka"))
        before = await everything(backend)

        with pytest.raises(contract.IdempotencyKeyReused):
            await write(backend, trip, entry)

    assert await everything(backend) == before


@pytest.mark.parametrize(
    "other",
    [
        lambda backend, trip, entry: backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=1)),
        lambda backend, trip, entry: backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=2, mood=None)),
        lambda backend, trip, entry: backend.update_entry(AIKO, uuid4(), entry.id, EntryChange(version=1, mood=None)),
        lambda backend, trip, entry: backend.update_entry(AIKO, trip.id, uuid4(), EntryChange(version=1, mood=None)),
        lambda backend, trip, entry: backend.update_entry(
            AIKO, trip.id, entry.id, EntryChange(version=1, mood=None, place=None)
        ),
    ],
    ids=["nothing cleared", "version", "trip", "entry", "more cleared"],
)
async def test_a_request_is_another_one_if_any_argument_differs(backend: LiveTripBackend, other: Write) -> None:
    trip, entry = await prepared(backend)
    with calling(idempotency_key="k"):
        await backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=1, mood=None))

        with pytest.raises(contract.IdempotencyKeyReused):
            await other(backend, trip, entry)


async def test_a_request_is_the_same_if_it_only_spells_out_what_is_meant_anyway(backend: LiveTripBackend) -> None:
    trip, entry = await prepared(backend)
    with calling(idempotency_key="a"):
        short = await backend.update_trip(AIKO, trip.id, TripChange(version=1, title="Nara"))
        assert await backend.update_trip(AIKO, trip.id, TripChange(version=1, title="Nara", end_date=None)) == short
    with calling(idempotency_key="b"):
        made = await backend.create_trip(AIKO, trip_draft())
        assert await backend.create_trip(AIKO, trip_draft(description="")) == made
    with calling(idempotency_key="c"):
        change = EntryChange(version=1, place=contract.Place(name="x"))
        placed = await backend.update_entry(AIKO, trip.id, entry.id, change)
        spelt_out = EntryChange(version=1, place=contract.Place(name="x", coordinates=None))
        assert await backend.update_entry(AIKO, trip.id, entry.id, spelt_out) == placed


async def test_a_request_that_came_as_json_is_the_same_as_the_one_that_did_not(backend: LiveTripBackend) -> None:
    trip, _ = await prepared(backend)
    draft = entry_draft()
    with calling(idempotency_key="k"):
        first = await backend.add_entry(AIKO, trip.id, draft)

        over_the_wire = contract.EntryDraft.model_validate_json(
            draft.model_dump_json(by_alias=True, exclude_unset=True)
        )
        assert await backend.add_entry(AIKO, trip.id, over_the_wire) == first


async def test_two_users_may_choose_the_same_key(backend: LiveTripBackend) -> None:
    with calling(idempotency_key="k"):
        hers = await backend.create_trip(AIKO, trip_draft())
        his = await backend.create_trip(BEN, trip_draft())

    assert hers.id != his.id
    assert (await backend.list_trips(BEN)).items == [his]


async def test_a_failure_is_not_remembered(backend: LiveTripBackend) -> None:
    trip, entry = await prepared(backend)
    change = EntryChange(version=2, text="Rain")
    with calling(idempotency_key="k"):
        with pytest.raises(contract.VersionConflict):
            await backend.update_entry(AIKO, trip.id, entry.id, change)
        with calling(idempotency_key="other"):
            await backend.update_entry(AIKO, trip.id, entry.id, EntryChange(version=1))

        assert (await backend.update_entry(AIKO, trip.id, entry.id, change)).version == 3


async def test_a_refused_request_leaves_its_key_to_another(backend: LiveTripBackend) -> None:
    with calling(idempotency_key="k"):
        with pytest.raises(contract.TripDatesReversed):
            await backend.create_trip(AIKO, trip_draft(end_date=date(2026, 11, 19)))

        assert (await backend.create_trip(AIKO, trip_draft())).version == 1


@pytest.mark.parametrize("jump", [timedelta(hours=25), timedelta(hours=-25), timedelta(days=400)], ids=str)
async def test_a_jump_of_the_service_s_clock_between_two_attempts_makes_no_second_row(
    backend: LiveTripBackend, clock: FakeClock, jump: timedelta
) -> None:
    with calling(idempotency_key="k"):
        first = await backend.create_trip(AIKO, trip_draft())
        clock.advance(jump)
        assert await backend.create_trip(AIKO, trip_draft()) == first
        clock.advance(-jump)
        assert await backend.create_trip(AIKO, trip_draft()) == first

    assert (await backend.list_trips(AIKO)).items == [first]


async def test_two_services_whose_clocks_are_days_apart_carry_a_request_out_once(database_url: str) -> None:
    async with open_units_of_work(database_url) as store:
        clocks = [FakeClock(NOW + timedelta(days=days)) for days in (-4, 0, 4)]
        services = [backend_over(store, clock) for clock in clocks]
        with calling(idempotency_key="k"):
            first = await services[0].create_trip(AIKO, trip_draft())
            for service in (*services, *reversed(services)):
                assert await service.create_trip(AIKO, trip_draft()) == first

        assert (await services[0].list_trips(AIKO)).items == [first]


async def test_a_key_counts_for_72_hours_by_the_clock_of_the_database(backend: LiveTripBackend, age_keys: Age) -> None:
    with calling(idempotency_key="k"):
        first = await backend.create_trip(AIKO, trip_draft())
        await age_keys(timedelta(hours=71, minutes=59))
        repeated = await backend.create_trip(AIKO, trip_draft())
        await age_keys(timedelta(minutes=1))
        another = await backend.create_trip(AIKO, trip_draft())

    assert repeated == first
    assert another.id != first.id


async def test_any_visible_characters_are_a_key(backend: LiveTripBackend) -> None:
    key = "".join(chr(code) for code in range(0x21, 0x7F))
    with calling(idempotency_key=key):
        first = await backend.create_trip(AIKO, trip_draft())
        assert await backend.create_trip(AIKO, trip_draft()) == first
    with calling(idempotency_key=key.swapcase()):
        assert await backend.create_trip(AIKO, trip_draft()) != first


async def test_two_processes_on_one_database_carry_a_request_out_once(database_url: str, clock: FakeClock) -> None:
    async with open_units_of_work(database_url) as one, open_units_of_work(database_url) as other:
        backends = [backend_over(store, clock, Duplicates.WAIT) for store in (one, other)]
        with calling(idempotency_key="k"):
            answers = await asyncio.gather(*(backends[n % 2].create_trip(AIKO, trip_draft()) for n in range(12)))

        assert all(answer == answers[0] for answer in answers)
        assert (await backends[0].list_trips(AIKO)).items == [answers[0]]


def backend_over(
    store: UnitOfWorkFactory, clock: FakeClock, duplicates: Duplicates = Duplicates.REFUSE
) -> LiveTripBackend:
    return LiveTripBackend(
        store, clock, SequentialIdentifiers(), darkroom(clock), version="1.0.0", duplicates=duplicates
    )
