"""PostgreSQL as a store: what becomes of it when the server does not do its part."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from support.commit_proxy import CommitProxy, commit_proxy
from support.postgresql import RunningPostgresql, postgresql_server
from support.rollouts import FixedPlan, beat, change
from support.waiting import eventually
from switchover.errors import ChangeUnknown, StoreUnavailable
from switchover.rollout import RolloutState, Share
from switchover.rollout.fleet import Fleet
from switchover.rollout.orders import Operator
from switchover.rollout.plan import RolloutPlan
from switchover.rollout.record import Change, Edit, verify
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore
from switchover.rollout.stores.postgresql_connection import BoundedConnection
from switchover.rollout.stores.postgresql_line import Line
from switchover.rollout.stores.postgresql_schema import VERSION


@pytest.fixture
def store(server: RunningPostgresql) -> Iterator[PostgresqlRolloutStore]:
    made = PostgresqlRolloutStore(server.dsn, rollout=uuid.uuid4().hex, patience_seconds=2)
    yield made
    made.close()


def cut_all(server: RunningPostgresql) -> None:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("""
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
        """)


def test_tables_are_installed_again_and_again(store: PostgresqlRolloutStore) -> None:
    store.change(change(getTrip=1), expected=0)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.install(), range(4)))
    assert store.load().version == 1


def test_rollouts_in_one_database_know_nothing_of_each_other(server: RunningPostgresql) -> None:
    one, other = (PostgresqlRolloutStore(server.dsn, rollout=uuid.uuid4().hex) for _ in range(2))
    one.change(change(getTrip=1), expected=0)
    one.heartbeat(beat())
    assert (other.load().version, list(other.history()), list(other.workers())) == (0, [], [])
    one.close()
    other.close()


def test_without_tables_it_says_what_is_missing(tmp_path: Path, server: RunningPostgresql) -> None:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
    store = PostgresqlRolloutStore(server.dsn.replace("/postgres?", "/empty?"))
    with pytest.raises(
        StoreUnavailable,
        match=r"/empty: relation \"switchover_rollout\" does not exist; PostgresqlRolloutStore.*install",
    ):
        store.load()
    store.close()


def test_a_connection_that_was_cut_is_not_noticed(store: PostgresqlRolloutStore, server: RunningPostgresql) -> None:
    store.change(change(getTrip=1), expected=0)
    cut_all(server)
    assert store.change(change(getTrip=2), expected=1).version == 2
    assert store.load().version == 2
    assert verify(store.history(), state=store.load()) == ()


def test_a_wait_whose_connection_is_cut_says_so_and_the_next_one_works(
    store: PostgresqlRolloutStore, server: RunningPostgresql
) -> None:
    store.wait(0, 0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.wait, 0, 30)
        while not waiting.done():
            cut_all(server)
        with pytest.raises(StoreUnavailable, match="PostgreSQL at"):
            waiting.result()
    assert store.wait(0, 0) is False


def test_a_notification_ends_a_wait_long_before_its_time(store: PostgresqlRolloutStore) -> None:
    store.wait(0, 0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.wait, 0, 60)
        store.change(change(getTrip=1), expected=0)
        assert waiting.result(30) is True


def test_a_notification_that_comes_with_the_answer_to_a_statement_is_no_less_one(
    store: PostgresqlRolloutStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version is asked for just before a change; what tells of the change is read while the connection is not waited at."""
    asked = BoundedConnection.execute
    others: list[int] = []

    def overtaken(self: BoundedConnection, query: Any, *values: Any, **more: Any) -> Any:
        answer = asked(self, query, *values, **more)
        if query == VERSION and not others:
            others.append(1)
            store.change(change(getTrip=1), expected=0)
            asked(self, "SELECT 1")
        return answer

    monkeypatch.setattr(BoundedConnection, "execute", overtaken)
    started = time.monotonic()
    assert store.wait(0, 60) is True
    assert time.monotonic() - started < 30


def test_a_change_whose_notification_was_lost_is_seen_when_the_wait_ends(
    store: PostgresqlRolloutStore, server: RunningPostgresql
) -> None:
    store.change(change(getTrip=1), expected=0)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(server.dsn, autocommit=True) as silent:
        waiting = pool.submit(store.wait, 1, 1.5)
        silent.execute("UPDATE switchover_rollout SET version = 2 WHERE rollout = %s", (store._rollout,))
        assert waiting.result(30) is True


def test_a_server_that_was_restarted_is_found_again(tmp_path: Path) -> None:
    with postgresql_server(tmp_path / "pg") as own:
        store = PostgresqlRolloutStore(own.dsn, patience_seconds=2)
        store.install()
        before = store.change(change(getTrip=1), expected=0)
        own.stop()
        for ask in (store.load, lambda: store.wait(1, 1), lambda: store.heartbeat(beat())):
            with pytest.raises(StoreUnavailable, match="PostgreSQL at"):
                ask()
        own.start()
        assert store.load() == before
        assert store.change(change(getTrip=2), expected=1).version == 2
        store.close()


def test_a_server_that_is_frozen_is_given_up_in_time(store: PostgresqlRolloutStore, server: RunningPostgresql) -> None:
    store.load()
    pid = store._rows("SELECT pg_backend_pid()")[0][0]
    os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(StoreUnavailable, match="no answer within 2 s"):
            store.load()
        assert time.monotonic() - started < 15
    finally:
        os.kill(pid, signal.SIGCONT)
    assert store.load().version == 0


def test_a_port_that_accepts_and_is_silent_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        store = PostgresqlRolloutStore(f"postgresql://u:hunter2secret@127.0.0.1:{port}/d", patience_seconds=2)
        started = time.monotonic()
        with pytest.raises(StoreUnavailable) as caught:
            store.load()
        assert time.monotonic() - started < 15
        assert "hunter2secret" not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://u:hunter2secret@127.0.0.1:1/d",
        "host=127.0.0.1 port=1 password=hunter2secret dbname=d",
        "postgresql://u@127.0.0.1:1/d?password=hunter2secret&application_name=monolith",
    ],
)
def test_a_password_is_never_told(dsn: str) -> None:
    store = PostgresqlRolloutStore(dsn)
    with pytest.raises(StoreUnavailable) as caught:
        store.load()
    shown = (
        f"{store!r} {store._address!r} {caught.value!r} {caught.value} {store._address.unavailable(ValueError(dsn))}"
    )
    assert "hunter2secret" not in shown
    assert "127.0.0.1/d" in shown


@pytest.mark.parametrize("dsn", ["hunter2secret", "postgresql://u:hunter2secret@[::1/d", "postgresql+asyncpg://u@h/d"])
def test_what_is_no_address_is_refused_without_repeating_it(dsn: str) -> None:
    with pytest.raises(ValueError, match="postgresql://user@host/database") as caught:
        PostgresqlRolloutStore(dsn)
    assert "hunter2secret" not in str(caught.value)


@pytest.mark.parametrize("how", ["UPDATE switchover_rollout SET state = '{}'", "DELETE FROM switchover_rollout"])
@pytest.mark.parametrize("is_read_first", [True, False])
def test_a_state_that_is_garbage_or_gone_is_written_anew_from_the_record(
    store: PostgresqlRolloutStore, server: RunningPostgresql, how: str, is_read_first: bool
) -> None:
    store.change(change(getTrip=1), expected=0)
    before = store.change(change(getTrip=2), expected=1)
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"{how} WHERE rollout = %s", (store._rollout,))
    if is_read_first:
        assert store.load() == before
        assert not store.wait(2, 0)
    assert store.change(change("rollback", pin_all=True), expected=2).version == 3
    assert store.load().is_pinned
    assert verify(store.record(), state=store.load()) == ()


def test_a_state_that_is_garbage_is_no_beginning(store: PostgresqlRolloutStore, server: RunningPostgresql) -> None:
    store.change(change(getTrip=1), expected=0)
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("UPDATE switchover_rollout SET state = '{}' WHERE rollout = %s", (store._rollout,))
        connection.execute("DELETE FROM switchover_rollout_history WHERE rollout = %s", (store._rollout,))
    for asked in (store.load, lambda: store.change(change(getTrip=2), expected=0)):
        with pytest.raises(StoreUnavailable, match="cannot be written anew from the record: it is empty"):
            asked()


def test_garbage_in_a_table_is_told_with_its_place(store: PostgresqlRolloutStore, server: RunningPostgresql) -> None:
    store.change(change(getTrip=1), expected=0)
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("UPDATE switchover_rollout SET state = '{}' WHERE rollout = %s", (store._rollout,))
        connection.execute("UPDATE switchover_rollout_history SET event = '[]' WHERE rollout = %s", (store._rollout,))
        connection.execute(
            "INSERT INTO switchover_rollout_workers VALUES (%s, 'x', 'garbage', now())", (store._rollout,)
        )
        store.heartbeat(beat("web-1"))
        connection.execute("UPDATE switchover_rollout_workers SET report = '[' WHERE rollout = %s", (store._rollout,))
    found = store.workers()
    assert found[0].beat == beat("web-1")
    assert [(it.beat.id, it.beat.pid) for it in found] == [("web-1", 1), ("x", 0)]
    assert str(found[1]).startswith("x (heartbeat unreadable: Expecting value")
    assert [worker.beat.id for worker in store.workers(reports=False)] == ["web-1", "x"]
    with pytest.raises(StoreUnavailable, match="the state in PostgreSQL cannot be used: #/version is missing"):
        store.load()
    with pytest.raises(StoreUnavailable, match="version 1 of the record is no event: # is"):
        store.history()
    assert [link.position for link in verify(store.record())] == [1]


def test_a_connection_in_use_by_others_for_too_long_is_told(server: RunningPostgresql) -> None:
    store = PostgresqlRolloutStore(server.dsn, patience_seconds=0.02)
    line = store._lines.setdefault((os.getpid(), "asking"), Line())
    with line.lock, pytest.raises(StoreUnavailable, match="other threads"):
        store.load()


def test_an_interrupted_question_leaves_no_connection_in_the_middle_of_it(store: PostgresqlRolloutStore) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store._asked(interrupted)
    assert store._lines[os.getpid(), "asking"].connection is None
    assert store.load().version == 0


def test_a_child_has_connections_of_its_own_and_leaves_those_of_its_parent_alone(store: PostgresqlRolloutStore) -> None:
    store.change(change(getTrip=1), expected=0)
    store.wait(0, 0)
    mine = store._rows("SELECT pg_backend_pid()")
    child = os.fork()
    if child == 0:
        is_well = store.load().version == 1 and store._rows("SELECT pg_backend_pid()") != mine
        store.close()
        os._exit(0 if is_well else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store._rows("SELECT pg_backend_pid()") == mine
    parents = store._lines[0, "asking"] = Line()
    parents.connection = store._lines[os.getpid(), "asking"].connection
    store._lines[os.getpid(), "asking"] = Line()
    store.close()
    assert parents.connection is not None
    assert not parents.connection.closed
    parents.connection.close()


@pytest.fixture
def losing(server: RunningPostgresql) -> Iterator[tuple[CommitProxy, PostgresqlRolloutStore]]:
    """A store with version 1, on a way on which commits can get lost."""
    with commit_proxy(server.folder) as proxy:
        made = PostgresqlRolloutStore(proxy.dsn, rollout=uuid.uuid4().hex, patience_seconds=1)
        made.change(change(getTrip=100), expected=0)
        yield proxy, made
        made.close()


ROLLBACK = change("rollback", why="wrong answers", pin_all=True)


def test_a_change_whose_answer_is_lost_is_found_to_be_made(
    losing: tuple[CommitProxy, PostgresqlRolloutStore],
) -> None:
    proxy, store = losing
    proxy.on_commit = lambda forward: forward()
    state = store.change(ROLLBACK, expected=1)
    assert (state.version, state.is_pinned) == (2, True)
    assert store.load() == state
    assert verify(store.record(), state=state) == ()


@pytest.mark.parametrize("is_first", [False, True])
def test_a_change_that_is_still_being_committed_is_waited_for(
    losing: tuple[CommitProxy, PostgresqlRolloutStore], *, is_first: bool
) -> None:
    """Without its lock it would not be found, and would come into force afterwards."""
    proxy, store = losing
    if is_first:
        store = PostgresqlRolloutStore(proxy.dsn, rollout=uuid.uuid4().hex, patience_seconds=1)

    def late(forward: Callable[[], None]) -> None:
        time.sleep(0.4)
        forward()

    proxy.on_commit = late
    before = store.load()
    assert store.change(ROLLBACK, expected=before.version).version == before.version + 1
    assert store.load().is_pinned
    store.close()


def test_a_change_whose_commit_is_lost_is_said_not_to_be_made_and_never_is(
    losing: tuple[CommitProxy, PostgresqlRolloutStore],
) -> None:
    proxy, store = losing
    proxy.on_commit = lambda forward: None
    with pytest.raises(StoreUnavailable, match=r"PostgreSQL at .*; the change was not made") as caught:
        store.change(change(getTrip=10_000), expected=1)
    assert not isinstance(caught.value, ChangeUnknown)
    assert store.load().version == 1
    hold = Change(edit=Edit(held={"getTrip": True}), action="hold", who="aiko")
    assert store.change(hold, expected=1).shares == {"getTrip": Share(100)}
    assert verify(store.record(), state=store.load()) == ()


def test_a_change_that_the_database_says_nothing_of_afterwards_is_unknown(
    losing: tuple[CommitProxy, PostgresqlRolloutStore],
) -> None:
    proxy, store = losing

    def gone(forward: Callable[[], None]) -> None:
        proxy.is_closed = True
        forward()

    proxy.on_commit = gone
    with pytest.raises(ChangeUnknown, match="it is unknown whether version 2 was made"):
        store.change(ROLLBACK, expected=1)
    proxy.is_closed = False
    assert store.load().is_pinned


def test_an_operator_is_told_the_truth_of_a_change_whose_answer_is_lost(
    losing: tuple[CommitProxy, PostgresqlRolloutStore],
) -> None:
    proxy, store = losing
    operator = Operator(store, FixedPlan(()), who="kokoro")
    proxy.on_commit = lambda forward: None
    with pytest.raises(StoreUnavailable, match="the change was not made"):
        operator.rollback()
    assert operator.established is None
    proxy.on_commit = lambda forward: forward()
    assert operator.rollback().is_pinned
    assert operator.undone() is None


@pytest.fixture
def migrating(server: RunningPostgresql) -> Iterator[tuple[PostgresqlRolloutStore, Callable[[str], None]]]:
    """Yield a store in a database of its own, and what changes its schema."""
    name = f"migrating_{uuid.uuid4().hex}"
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    dsn = server.dsn.replace("/postgres?", f"/{name}?")

    def migrate(statement: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(statement.encode())

    made = PostgresqlRolloutStore(dsn, patience_seconds=2)
    made.install()
    made.change(change(getTrip=100), expected=0)
    made.heartbeat(beat("web-1", 1, at=1.5))
    yield made, migrate
    made.close()


SCHEMAS = [
    ("ALTER TABLE switchover_rollout_workers DROP COLUMN report", 'column "report"', True),
    ("ALTER TABLE switchover_rollout_workers RENAME COLUMN report TO figures", 'column "report"', True),
    ("ALTER TABLE switchover_rollout_workers DROP COLUMN beat", 'column "beat"', False),
    ("ALTER TABLE switchover_rollout_workers DROP COLUMN seen", 'column "seen"', False),
    ("DROP TABLE switchover_rollout_workers", 'relation "switchover_rollout_workers"', False),
    ("DROP TABLE switchover_rollout_evidence", 'relation "switchover_rollout_evidence"', True),
    ("ALTER TABLE switchover_rollout_evidence DROP COLUMN evidence", 'column "evidence"', True),
    ("DROP TABLE switchover_rollout_workers, switchover_rollout_evidence", 'relation "switchover_rollout_w', False),
    ("ALTER TABLE switchover_rollout ADD COLUMN newer text", "", True),
    ("ALTER TABLE switchover_rollout_history ADD COLUMN newer int DEFAULT 3", "", True),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "missing", "has_workers"), SCHEMAS)
def test_the_switch_is_thrown_in_a_store_that_is_half_migrated_and_what_is_missing_is_said(
    migrating: tuple[PostgresqlRolloutStore, Callable[[str], None]],
    statement: str,
    missing: str,
    caplog: pytest.LogCaptureFixture,
    *,
    has_workers: bool,
) -> None:
    store, migrate = migrating
    migrate(statement)
    operator = Operator(store, FixedPlan(()), who="kokoro", windows=Fleet(store, RolloutPlan(waves=())).figures)
    state = operator.rollback(why="wrong answers")
    assert (state.is_pinned, store.load()) == (True, state)
    assert [event.action for event in store.history()] == ["set", "rollback"]
    assert verify(store.record(), state=state) == ()
    assert missing in caplog.text
    assert bool(missing) is ("that are missing" in caplog.text)
    if has_workers:
        store.heartbeat(beat("web-1", 2))
        assert [worker.beat for worker in store.workers(reports=False)] == [beat("web-1", 2)]
        assert operator.wait_obeyed(2, 5).is_complete()
        assert [worker.beat.id for worker in store.workers()] == ["web-1"]
    else:
        with pytest.raises(StoreUnavailable, match=missing):
            store.workers(reports=False)


@pytest.mark.parametrize("statement", [statement for statement, _, _ in SCHEMAS])
@pytest.mark.parametrize(
    "order",
    [
        lambda operator: operator.rollback(["getTrip"]),
        lambda operator: operator.hold(["getTrip"]),
        lambda operator: operator.set_share(Share(0), ["getTrip"], why="down"),
    ],
    ids=["rollback", "hold", "set"],
)
def test_every_way_down_works_in_a_store_that_is_half_migrated(
    migrating: tuple[PostgresqlRolloutStore, Callable[[str], None]],
    statement: str,
    order: Callable[[Operator], RolloutState],
) -> None:
    store, migrate = migrating
    migrate(statement)
    fleet = Fleet(store, RolloutPlan(waves=()))
    assert order(Operator(store, FixedPlan(()), who="kokoro", windows=fleet.figures)).version == 2
    assert store.load().version == 2


def test_install_completes_a_store_that_is_half_migrated(
    migrating: tuple[PostgresqlRolloutStore, Callable[[str], None]],
) -> None:
    store, migrate = migrating
    migrate("ALTER TABLE switchover_rollout_workers DROP COLUMN report")
    migrate("DROP TABLE switchover_rollout_evidence")
    store.install()
    store.attach(1, store.load().head, {"getTrip": 7})
    assert store.history()[0].windows == {"getTrip": 7}


def test_a_table_of_workers_that_is_locked_holds_no_rollback_up(
    migrating: tuple[PostgresqlRolloutStore, Callable[[str], None]], caplog: pytest.LogCaptureFixture
) -> None:
    """As during a migration: reading figures waits for it, and the switch does not."""
    store, _ = migrating
    operator = Operator(store, FixedPlan(()), who="kokoro", windows=Fleet(store, RolloutPlan(waves=())).figures)
    with psycopg.connect(store._address._conninfo) as migration:
        migration.execute("LOCK TABLE switchover_rollout_workers IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        assert operator.rollback().is_pinned
        assert store.load().is_pinned
        assert time.monotonic() - started < 30
        assert "version 2 is in force, without figures in the audit log" in caplog.text
    eventually(lambda: "switchover-evidence" not in {it.name for it in threading.enumerate()}, 20)


def test_figures_that_cannot_be_read_leave_the_event(
    store: PostgresqlRolloutStore, server: RunningPostgresql, caplog: pytest.LogCaptureFixture
) -> None:
    state = store.change(change(getTrip=1), expected=0)
    store.attach(1, state.head, {"getTrip": 7})
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(
            "UPDATE switchover_rollout_evidence SET evidence = 'garbage' WHERE rollout = %s", (store._rollout,)
        )
    assert [event.windows for event in store.history()] == [None]
    assert "figures in PostgreSQL cannot be read" in caplog.text


def test_a_store_is_closed_without_waiting_for_figures(
    store: PostgresqlRolloutStore, server: RunningPostgresql
) -> None:
    state = store.change(change(getTrip=1), expected=0)
    with psycopg.connect(server.dsn) as migration, ThreadPoolExecutor(1) as pool:
        migration.execute("LOCK TABLE switchover_rollout_evidence IN ACCESS EXCLUSIVE MODE")
        attaching = pool.submit(store.attach, state.version, state.head, {})
        line = eventually_line(store, "reports")
        store.close()
        assert not attaching.done()
        migration.rollback()
        attaching.exception(20)
    assert line.connection is None


def eventually_line(store: PostgresqlRolloutStore, use: str) -> Line:
    """The connection for a use, once a thread uses it."""
    eventually(lambda: (line := store._lines.get((os.getpid(), use))) and line.lock.locked(), what=use)
    return store._lines[os.getpid(), use]


def test_figures_that_are_long_in_coming_do_not_hold_up_the_list_of_who_has_obeyed(
    store: PostgresqlRolloutStore, server: RunningPostgresql
) -> None:
    state = store.change(change(getTrip=1), expected=0)
    store.heartbeat(beat())
    with psycopg.connect(server.dsn) as migration, ThreadPoolExecutor(1) as pool:
        migration.execute("LOCK TABLE switchover_rollout_evidence IN ACCESS EXCLUSIVE MODE")
        attaching = pool.submit(store.attach, state.version, state.head, {})
        eventually_line(store, "reports")
        assert [seen.beat.id for seen in store.workers(reports=False)] == ["web-1"]
        assert not attaching.done()
        migration.rollback()
        attaching.result()
