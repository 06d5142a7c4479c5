"""Transactions that meet each other half-way, which SQLite and memory do not let happen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from livetrip_bff.database import open_units_of_work, parse
from livetrip_bff.database.engine import open_engine
from livetrip_core import AnsweredRequest, IdempotencyKeyInUse, TripNotFound, UnitOfWorkFactory, VersionConflict
from livetrip_core.idempotency import KEPT_FOR
from unit.bff.ageing import age_keys_of
from unit.bff.samples import entry, request, trip

_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
async def store(postgresql_url: str) -> AsyncIterator[UnitOfWorkFactory]:
    async with open_units_of_work(postgresql_url) as opened:
        yield opened


async def until_somebody_waits(postgresql_url: str) -> None:
    async with (
        asyncio.timeout(10),
        open_engine(parse(postgresql_url), isolation_level="AUTOCOMMIT") as engine,
        engine.connect() as connection,
    ):
        while not (await connection.execute(_WAITING)).scalar_one():
            pass


async def test_a_change_that_waits_for_another_is_a_conflict_when_that_one_commits(
    store: UnitOfWorkFactory, postgresql_url: str
) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())

    async def rename() -> None:
        async with store.writing() as work:
            await work.trips.save(replace(trip(), title="Nara", version=2))

    async with store.writing() as work:
        await work.trips.save(replace(trip(), title="Osaka", version=2))
        late = asyncio.create_task(rename())
        await until_somebody_waits(postgresql_url)
    with pytest.raises(VersionConflict) as caught:
        await late
    assert caught.value.current_version == 2


async def test_an_entry_that_waits_for_its_trip_to_be_deleted_finds_no_trip(
    store: UnitOfWorkFactory, postgresql_url: str
) -> None:
    async with store.writing() as work:
        await work.trips.add(trip())

    async def write() -> None:
        async with store.writing() as work:
            await work.trips.get(trip().id)
            await work.entries.add(entry())

    async with store.writing() as work:
        await work.trips.remove(trip().id)
        late = asyncio.create_task(write())
        await until_somebody_waits(postgresql_url)
    with pytest.raises(TripNotFound):
        await late


async def claimed(store: UnitOfWorkFactory) -> AnsweredRequest | None:
    async with store.writing() as work:
        return await work.requests.claim(request())


async def test_a_key_that_is_in_use_is_refused_at_once_and_answered_afterwards(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.requests.claim(request())
        async with asyncio.timeout(5):
            with pytest.raises(IdempotencyKeyInUse) as caught:
                await claimed(store)
        await work.requests.record(request(), "1")

    assert caught.value.retry_after == 1
    answered = await claimed(store)
    assert answered is not None
    assert answered.answer == "1"


async def test_an_answer_is_replayed_while_another_replay_reads_it(store: UnitOfWorkFactory) -> None:
    async with store.writing() as work:
        await work.requests.claim(request())
        await work.requests.record(request(), "1")

    async with store.writing() as work:
        first = await work.requests.claim(request())
        second = await claimed(store)
    assert first is not None
    assert first == second


async def test_an_answer_that_has_expired_is_not_given_while_its_key_is_taken_again(
    store: UnitOfWorkFactory, postgresql_url: str
) -> None:
    async with store.writing() as work:
        await work.requests.claim(request())
        await work.requests.record(request(), "old")
    await age_keys_of(postgresql_url, KEPT_FOR)

    async with store.writing() as work:
        assert await work.requests.claim(request()) is None
        with pytest.raises(IdempotencyKeyInUse):
            await claimed(store)


async def test_a_key_whose_request_fails_is_free(store: UnitOfWorkFactory) -> None:
    async def fail() -> None:
        async with store.writing() as work:
            await work.requests.claim(request())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await claimed(store) is None
