"""A store that was never used is told from one that was: a mistyped address changes nothing, and creates nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from support.operating import Project, project
from support.postgresql import RunningPostgresql
from support.rollouts import beat, change
from switchover.errors import StoreUnavailable
from switchover.rollout.stores import FakeRolloutStore, FileRolloutStore, RolloutStore
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore
from unit.rollout.stores.conftest import Maker

TABLES = ("switchover_rollout", "switchover_rollout_history", "switchover_rollout_workers")


def test_a_fresh_store_is_unknown_and_asking_does_not_change_that(store: RolloutStore) -> None:
    assert not store.is_known()
    store.load()
    store.workers()
    store.history()
    store.record()
    store.wait(0, 0)
    assert not store.is_known()


def test_a_store_is_known_once_a_worker_follows_it(fresh: Maker) -> None:
    store, other = fresh(), fresh()
    store.heartbeat(beat())
    assert store.is_known()
    assert not other.is_known()


def test_a_store_is_known_once_a_command_changed_it(store: RolloutStore) -> None:
    store.change(change(getTrip=100), expected=0)
    assert store.is_known()


def test_a_store_in_memory_and_one_in_a_file_are_known_after_the_last_worker_left(tmp_path: Path) -> None:
    for store in (FakeRolloutStore(), FileRolloutStore(tmp_path / "rollout")):
        store.heartbeat(beat("web-1"))
        store.leave("web-1")
        assert store.is_known()


@pytest.mark.parametrize("left", ["state.json", "history.jsonl"])
def test_a_file_store_of_which_one_file_is_left_is_known(tmp_path: Path, left: str) -> None:
    store = FileRolloutStore(tmp_path / "rollout")
    store.change(change(getTrip=100), expected=0)
    for path in (tmp_path / "rollout").iterdir():
        if path.name != left:
            path.unlink()
    assert store.is_known()


def test_a_folder_of_something_else_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "file").touch()
    assert not FileRolloutStore(tmp_path).is_known()
    assert not FileRolloutStore(tmp_path / "file").is_known()


def test_a_file_store_that_cannot_be_looked_at_is_not_called_unknown(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(StoreUnavailable):
        FileRolloutStore(loop / "rollout").is_known()


# -- PostgreSQL


@pytest.fixture
def bare(server: RunningPostgresql) -> Iterator[str]:
    """A database without tables."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bare")
        yield psycopg.conninfo.make_conninfo(server.dsn, dbname="bare")
        connection.execute("DROP DATABASE bare WITH (FORCE)")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return project(tmp_path, monkeypatch, capsys)


def address(dsn: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    query = "&".join(f"{name}={parts[name]}" for name in parts if name != "dbname")
    return f"postgresql:///{parts['dbname']}?{query}"


def test_a_database_without_tables_is_unknown_and_stays_as_it_is(
    bare: str, here: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PostgresqlRolloutStore(bare)
    assert not store.is_known()
    monkeypatch.setenv("SWITCHOVER_ROLLOUT_STORE", address(bare))
    for arguments in (["status"], ["history"], ["rollback"], ["hold"]):
        code, out, err = here.run(*arguments)
        assert (code, out) == (2, "")
        assert "the store in PostgreSQL (from SWITCHOVER_ROLLOUT_STORE) was never used" in err
    code, out, err = here.run("rollback", "--create")
    assert (code, out, "PostgresqlRolloutStore(…).install()" in err) == (1, "", True)
    store.install()
    code, out, _ = here.run("rollback", "--create", "--wait", "0")
    assert (code, out.splitlines()[0]) == (0, "carried out: version 1 is in force")
    assert here.run("rollback", "--wait", "0")[0] == 0
    store.close()


@pytest.mark.parametrize("missing", TABLES[1:])
def test_a_state_is_enough_to_know_a_database_that_was_migrated_in_part(bare: str, missing: str) -> None:
    store = PostgresqlRolloutStore(bare)
    store.install()
    store.change(change(getTrip=100), expected=0)
    with psycopg.connect(bare, autocommit=True) as connection:
        connection.execute(f"DROP TABLE {missing}")
    assert store.is_known()
    store.close()


@pytest.mark.parametrize("kept", TABLES[1:])
def test_an_audit_log_or_a_worker_alone_is_enough_to_know_a_database(bare: str, kept: str) -> None:
    store = PostgresqlRolloutStore(bare)
    store.install()
    store.change(change(getTrip=100), expected=0)
    store.heartbeat(beat())
    with psycopg.connect(bare, autocommit=True) as connection:
        for table in TABLES:
            if table != kept:
                connection.execute(f"DROP TABLE {table}")
    assert store.is_known()
    store.close()
