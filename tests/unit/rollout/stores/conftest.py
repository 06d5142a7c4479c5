"""Every store there is, fresh for each test."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.postgresql import RunningPostgresql, postgresql_server
from switchover.rollout.stores import FakeRolloutStore, FileRolloutStore, RolloutStore
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore

Maker = Callable[[], RolloutStore]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgresql]:
    with postgresql_server(tmp_path_factory.mktemp("pg")) as running:
        store = PostgresqlRolloutStore(running.dsn)
        store.install()
        store.close()
        yield running


@pytest.fixture(params=["fake", "file", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    """Makes empty stores; silent workers are listed for 2 s."""
    opened: list[RolloutStore] = []

    def make() -> RolloutStore:
        if request.param == "fake":
            store: RolloutStore = FakeRolloutStore(expire_seconds=2)
        elif request.param == "file":
            store = FileRolloutStore(tmp_path / uuid.uuid4().hex, expire_seconds=2, look_seconds=0.01)
        else:
            dsn = request.getfixturevalue("server").dsn
            store = PostgresqlRolloutStore(dsn, rollout=uuid.uuid4().hex, expire_seconds=2)
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(fresh: Maker) -> RolloutStore:
    return fresh()
