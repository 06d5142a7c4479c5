"""What only a database does about keys: forget them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from livetrip_bff.database import open_units_of_work, parse
from livetrip_bff.database.engine import open_engine
from livetrip_bff.database.requests import FORGETS_ONE_IN, MOST_FORGOTTEN
from livetrip_bff.database.tables import idempotency_keys
from unit.bff.samples import NOW, request

DAY = timedelta(hours=24)


async def kept(database_url: str) -> int:
    async with open_engine(parse(database_url)) as engine, engine.connect() as connection:
        found = await connection.execute(select(func.count()).select_from(idempotency_keys))
        return found.scalar_one()


async def test_expired_keys_are_forgotten_a_bounded_number_at_a_time(database_url: str) -> None:
    async with open_units_of_work(database_url) as store:
        async with store.writing() as work:
            for number in range(MOST_FORGOTTEN + 20):
                await work.requests.claim(request(f"old {number}"), now=NOW)
            for number in range(3):
                await work.requests.claim(request(f"young {number}"), now=NOW + timedelta(hours=1))
        assert await kept(database_url) == MOST_FORGOTTEN + 23

        async with store.writing() as work:
            await work.requests.claim(request("first"), now=NOW + DAY)
        assert await kept(database_url) == 20 + 3 + 1

        async with store.writing() as work:
            await work.requests.claim(request("second"), now=NOW + DAY)
        assert await kept(database_url) == 3 + 2


async def test_most_requests_do_not_stop_to_clean_up(database_url: str) -> None:
    async with open_units_of_work(database_url) as store, store.writing() as work:
        await work.requests.claim(request("old"), now=NOW)
        await work.requests.claim(request("new"), now=NOW + DAY + timedelta(microseconds=FORGETS_ONE_IN - 1))

    assert await kept(database_url) == 2


async def test_a_request_that_is_undone_forgets_nothing(database_url: str) -> None:
    async with open_units_of_work(database_url) as store:
        async with store.writing() as work:
            await work.requests.claim(request("old"), now=NOW)

        async def claim_and_fail() -> None:
            async with store.writing() as work:
                await work.requests.claim(request("new"), now=NOW + DAY)
                raise ZeroDivisionError

        try:
            await claim_and_fail()
        except ZeroDivisionError:
            assert await kept(database_url) == 1
