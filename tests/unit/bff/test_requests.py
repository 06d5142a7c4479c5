"""What only a database does about keys: forget them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from sqlalchemy import func, select

from livetrip_bff.database import open_units_of_work, parse
from livetrip_bff.database.engine import open_engine
from livetrip_bff.database.requests import FORGETS_ONE_IN, MOST_FORGOTTEN, cleans_up
from livetrip_bff.database.tables import idempotency_keys
from livetrip_core.idempotency import KEPT_FOR
from unit.bff.ageing import age_keys_of
from unit.bff.samples import request


def keys(number: int, *, that_clean_up: bool) -> list[str]:
    """Keys of requests that clean up, or of requests that do not."""
    found = (f"key {n}" for n in count() if cleans_up(request(f"key {n}")) is that_clean_up)
    return [next(found) for _ in range(number)]


async def kept(database_url: str) -> int:
    async with open_engine(parse(database_url)) as engine, engine.connect() as connection:
        found = await connection.execute(select(func.count()).select_from(idempotency_keys))
        return found.scalar_one()


async def test_expired_keys_are_forgotten_a_bounded_number_at_a_time(database_url: str) -> None:
    lazy, (first, second) = keys(MOST_FORGOTTEN + 23, that_clean_up=False), keys(2, that_clean_up=True)
    async with open_units_of_work(database_url) as store:
        async with store.writing() as work:
            for key in lazy[3:]:
                await work.requests.claim(request(key))
        await age_keys_of(database_url, timedelta(hours=1))
        async with store.writing() as work:
            for key in lazy[:3]:
                await work.requests.claim(request(key))
        assert await kept(database_url) == MOST_FORGOTTEN + 23
        await age_keys_of(database_url, KEPT_FOR - timedelta(minutes=30))

        async with store.writing() as work:
            await work.requests.claim(request(first))
        assert await kept(database_url) == 20 + 3 + 1

        async with store.writing() as work:
            await work.requests.claim(request(second))
        assert await kept(database_url) == 3 + 2


async def test_most_requests_do_not_stop_to_clean_up(database_url: str) -> None:
    old, new = keys(2, that_clean_up=False)
    async with open_units_of_work(database_url) as store:
        async with store.writing() as work:
            await work.requests.claim(request(old))
        await age_keys_of(database_url, KEPT_FOR)
        async with store.writing() as work:
            await work.requests.claim(request(new))

    assert await kept(database_url) == 2


def test_one_in_so_many_keys_cleans_up_and_no_kind_of_key_never_does() -> None:
    for kind in ("{:032x}", "order-{}", "{}", "a trip to Kyoto {}"):
        share = sum(cleans_up(request(kind.format(n))) for n in range(16_000)) / 16_000
        assert 0.5 / FORGETS_ONE_IN < share < 2 / FORGETS_ONE_IN


async def test_a_request_that_is_undone_forgets_nothing(database_url: str) -> None:
    [old], [new] = keys(1, that_clean_up=False), keys(1, that_clean_up=True)
    async with open_units_of_work(database_url) as store:
        async with store.writing() as work:
            await work.requests.claim(request(old))
        await age_keys_of(database_url, KEPT_FOR)

        async def claim_and_fail() -> None:
            async with store.writing() as work:
                await work.requests.claim(request(new))
                raise ZeroDivisionError

        try:
            await claim_and_fail()
        except ZeroDivisionError:
            assert await kept(database_url) == 1
