"""Idempotency keys and uploads grow old by the clock of the database, which a test cannot move: the rows are made older instead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import Column, Table, select, update

from livetrip_bff.database import parse
from livetrip_bff.database.engine import open_engine
from livetrip_bff.database.tables import discarded_objects, idempotency_keys, photos

Age = Callable[[timedelta], Awaitable[None]]


async def age_keys_of(url: str, by: timedelta) -> None:
    """Make all idempotency keys of a database older."""
    await _age(url, by, idempotency_keys.c.created_at)


async def age_photos_of(url: str, by: timedelta) -> None:
    """Make all photos of a database older, and objects that are to be removed due sooner."""
    await _age(url, by, photos.c.created_at)
    await _age(url, by, photos.c.arrived_at)
    await _age(url, by, discarded_objects.c.due)


async def _age(url: str, by: timedelta, column: Column[datetime]) -> None:
    table: Table = column.table
    keys = list(table.primary_key)
    async with open_engine(parse(url)) as engine, engine.begin() as connection:
        for *key, time in (await connection.execute(select(*keys, column).where(column.is_not(None)))).all():
            is_it = [part == value for part, value in zip(keys, key, strict=True)]
            await connection.execute(update(table).where(*is_it).values({column: time - by}))
