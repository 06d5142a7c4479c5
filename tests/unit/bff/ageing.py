"""Idempotency keys grow old by the clock of the place that keeps them, which a test cannot move: the keys are made older instead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import select, update

from livetrip_bff.database import parse
from livetrip_bff.database.engine import open_engine
from livetrip_bff.database.tables import idempotency_keys as keys

AgeKeys = Callable[[timedelta], Awaitable[None]]


async def age_keys_of(url: str, by: timedelta) -> None:
    """Make all idempotency keys of a database older."""
    async with open_engine(parse(url)) as engine, engine.begin() as connection:
        for row in (await connection.execute(select(keys))).all():
            is_it = (keys.c.owner == row.owner, keys.c.key == row.key)
            await connection.execute(update(keys).where(*is_it).values(created_at=row.created_at - by))
