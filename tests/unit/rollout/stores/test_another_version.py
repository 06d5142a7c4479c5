"""What a newer version of the kit writes into a store, read and followed by this one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from support.postgresql import RunningPostgresql
from support.rollouts import change
from support.waiting import eventually
from switchover.rollout import RolloutState
from switchover.rollout.follower import Follower
from switchover.rollout.following import Rhythm
from switchover.rollout.record import Change, Edit, canonical, digest, event_data, made, state_data, verify
from switchover.rollout.reporting import OperationReport, reports_of
from switchover.rollout.stores import FileRolloutStore, RolloutStore
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore
from switchover.rollout.windows import WindowSnapshot

FAST = Rhythm(beat_seconds=0.05, back_off_seconds=0.01, longest_back_off_seconds=0.02)
NOW = 1_800_000_000.0
ROLLBACK = Change(edit=Edit(is_pinned=True), action="rollback", who="ben", why="wrong answers")

Write = Callable[[dict[str, Any], dict[str, Any]], None]
"""Writes an event and the state that it led to, as plain data."""


@pytest.fixture(params=["file", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[RolloutStore, Write]]:
    """A store of this version, and a way past it."""
    if request.param == "file":
        yield FileRolloutStore(tmp_path, look_seconds=0.01), lambda event, state: _to_files(tmp_path, event, state)
        return
    server: RunningPostgresql = request.getfixturevalue("server")
    name = uuid4().hex
    store = PostgresqlRolloutStore(server.dsn, rollout=name)
    yield store, lambda event, state: _to_tables(server.dsn, name, event, state)
    store.close()


def _to_files(folder: Path, event: dict[str, Any], state: dict[str, Any]) -> None:
    with (folder / "history.jsonl").open("ab") as history:
        history.write(canonical(event).encode() + b"\n")
    written = canonical(state)
    content = f'{{"digest":"{hashlib.sha256(written.encode()).hexdigest()}","state":{written}}}\n'
    (folder / "state.json").write_text(content)


def _to_tables(dsn: str, name: str, event: dict[str, Any], state: dict[str, Any]) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO switchover_rollout_history (rollout, version, event) VALUES (%s, %s, %s)",
            (name, event["version"], canonical(event)),
        )
        connection.execute(
            "UPDATE switchover_rollout SET version = %s, state = %s WHERE rollout = %s",
            (state["version"], canonical(state), name),
        )


def newer(ordered: Change, state: RolloutState) -> tuple[dict[str, Any], dict[str, Any]]:
    """An event and its state as a newer version writes them: with members that this one does not know."""
    event = event_data(made(ordered, state, NOW))
    event |= {"ticket": "OPS-7", "after": {**event["after"], "lease_seconds": 30}}
    event["before"] = {**event["before"], "lease_seconds": None}
    event["digest"] = digest({name: value for name, value in event.items() if name != "digest"})
    after = state_data(ordered.edit.applied(state, head=event["digest"], at=int(NOW)))
    return event, {**after, "lease_seconds": 30}


def test_a_rollback_by_a_newer_version_is_followed_and_holds_in_the_record(kept: tuple[RolloutStore, Write]) -> None:
    store, write = kept
    before = store.change(change(getTrip=10_000), expected=0)
    applied: list[RolloutState] = []
    follower = Follower(store, applied.append, rhythm=FAST)
    follower.start()
    try:
        eventually(lambda: bool(applied) and applied[-1].version == 1)
        write(*newer(ROLLBACK, before))
        eventually(lambda: applied[-1].is_pinned)
    finally:
        follower.stop()

    assert applied[-1].version == 2
    assert verify(store.record(), state=store.load()) == ()


def test_a_change_by_this_version_keeps_what_the_newer_one_wrote(kept: tuple[RolloutStore, Write]) -> None:
    store, write = kept
    write(*newer(ROLLBACK, store.change(change(getTrip=10_000), expected=0)))

    after = store.change(Change(edit=Edit(is_pinned=False), action="release", who="ann"), expected=2)

    assert (after.version, after.is_pinned) == (3, False)
    assert state_data(store.load())["lease_seconds"] == 30
    assert event_data(store.history(1, 1)[0])["ticket"] == "OPS-7"
    assert verify(store.record(), state=store.load()) == ()


def test_what_a_newer_version_wrote_cannot_be_edited_unseen(kept: tuple[RolloutStore, Write]) -> None:
    store, write = kept
    event, state = newer(ROLLBACK, store.change(change(getTrip=10_000), expected=0))
    write({**event, "ticket": "OPS-8"}, state)

    assert [str(link) for link in verify(store.record(), state=store.load())][:1] == [
        "event 2: version 2 was edited: its digest does not fit"
    ]


def test_a_newer_version_that_ended_before_its_state_was_written_is_caught_up_with(tmp_path: Path) -> None:
    store = FileRolloutStore(tmp_path)
    before = store.change(change(getTrip=10_000), expected=0)
    event, _ = newer(ROLLBACK, before)
    with (tmp_path / "history.jsonl").open("ab") as history:
        history.write(canonical(event).encode() + b"\n")
    (tmp_path / "state.json").unlink()

    assert store.load().is_pinned


def test_signs_of_life_and_reports_of_a_newer_version_count(tmp_path: Path) -> None:
    clock = [50.0]
    store = FileRolloutStore(tmp_path, monotonic=lambda: clock[0])
    window = WindowSnapshot(seconds=60.0, ok=3)
    report = OperationReport(direct=window, http=window).to_json()
    report |= {"shadow": None, "http": {**report["http"], "unread": 2}}
    beat = {"id": "web-1", "host": "h", "pid": 7, "version": 2, "problem": "", "contract": "sha256:…", "lease": 3}
    (tmp_path / "workers").mkdir()
    lines = [{"beat": beat, "at": 49.0, "boot": "x"}, {"format": 1, "operations": {"getTrip": report}, "more": []}]
    (tmp_path / "workers" / "web-1.json").write_text("".join(json.dumps(line) + "\n" for line in lines))

    (seen,) = store.workers()

    assert (seen.beat.id, seen.beat.version, seen.age_seconds) == ("web-1", 2, 1.0)
    assert reports_of(seen.beat.report)["getTrip"].http.ok == 3
