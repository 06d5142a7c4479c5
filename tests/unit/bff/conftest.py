"""Places to keep a diary: in memory, in a SQLite file, and in PostgreSQL: a server of the tests' own, or the one that
LIVETRIP_TEST_POSTGRES names.

Every test has a database of its own, copied from one that was migrated once.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from livetrip_bff import LiveTripBackend, migrate
from livetrip_bff.database import open_units_of_work
from livetrip_bff.photos import Darkroom
from livetrip_core import UnitOfWorkFactory
from livetrip_core.fakes import (
    FakeClock,
    InMemoryObjectStorage,
    InMemoryUnitOfWorkFactory,
    SequentialIdentifiers,
    TextImageProcessor,
)
from support.postgresql import postgresql
from support.rclone import Bucket, rclone
from unit.bff.ageing import Age, age_keys_of, age_photos_of

SERVER = "LIVETRIP_TEST_POSTGRES"
DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that is up to date."""
    path = tmp_path_factory.mktemp("migrated") / "diary.sqlite3"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A SQLite file that is up to date and empty."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path)}"


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server on which databases can be created."""
    if url := os.environ.get(SERVER):
        yield url
        return
    with postgresql(tmp_path_factory.mktemp("pg")) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_database(postgresql_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database that is up to date."""
    name = f"diary_{uuid4().hex}"
    asyncio.run(tell(postgresql_server, f"CREATE DATABASE {name}"))
    asyncio.run(migrate(database_of(postgresql_server, name)))
    yield name
    asyncio.run(tell(postgresql_server, f"DROP DATABASE {name}"))


@pytest.fixture
def postgresql_url(postgresql_server: str, migrated_database: str) -> Iterator[str]:
    """A PostgreSQL database that is up to date and empty."""
    name = f"diary_{uuid4().hex}"
    asyncio.run(tell(postgresql_server, f"CREATE DATABASE {name} TEMPLATE {migrated_database}"))
    yield database_of(postgresql_server, name)
    asyncio.run(tell(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def fresh_postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A PostgreSQL database that was never migrated."""
    name = f"diary_{uuid4().hex}"
    asyncio.run(tell(postgresql_server, f"CREATE DATABASE {name}"))
    yield database_of(postgresql_server, name)
    asyncio.run(tell(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Any database that is up to date and empty."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=DATABASES)
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Any database that was never migrated."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
    url: str = request.getfixturevalue("fresh_postgresql_url")
    return url


@pytest.fixture(params=["memory", *DATABASES])
def home(request: pytest.FixtureRequest) -> str:
    """Any place to keep a diary: `memory`, or the URL of a database."""
    if request.param == "memory":
        return "memory"
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def memory_clock() -> FakeClock:
    """The clock of a diary in memory, as that of a database is not the service's."""
    return FakeClock()


@pytest.fixture
async def store(home: str, memory_clock: FakeClock) -> AsyncIterator[UnitOfWorkFactory]:
    """A diary in any place."""
    if home == "memory":
        yield InMemoryUnitOfWorkFactory(memory_clock)
        return
    async with open_units_of_work(home) as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    """A clock that the test moves."""
    return FakeClock()


@pytest.fixture
def age_keys(home: str, memory_clock: FakeClock) -> Age:
    """Let time pass for idempotency keys, by the clock of the place where they are kept."""
    return _ageing(home, memory_clock, age_keys_of)


@pytest.fixture
def age_photos(home: str, memory_clock: FakeClock) -> Age:
    """Let time pass for photos, by the clock of the place where what is known about them is kept."""
    return _ageing(home, memory_clock, age_photos_of)


def _ageing(home: str, memory_clock: FakeClock, age_rows_of: Callable[[str, timedelta], Awaitable[None]]) -> Age:
    async def age(by: timedelta) -> None:
        if home == "memory":
            memory_clock.advance(by)
        else:
            await age_rows_of(home, by)

    return age


@pytest.fixture
def storage(clock: FakeClock) -> InMemoryObjectStorage:
    """Where the bytes of photos lie."""
    return InMemoryObjectStorage(clock)


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A storage that speaks S3 and checks signatures."""
    with rclone(tmp_path_factory.mktemp("rclone")) as running:
        yield running


@pytest.fixture
def backend(store: UnitOfWorkFactory, clock: FakeClock, storage: InMemoryObjectStorage) -> LiveTripBackend:
    """A backend over any place."""
    return LiveTripBackend(
        store, clock, SequentialIdentifiers(), Darkroom(storage, TextImageProcessor()), version="1.0.0"
    )


def database_of(server: str, name: str) -> str:
    """The URL of a database of a server."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def tell(url: str, statement: str) -> None:
    """Have a server do something outside of transactions."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()
