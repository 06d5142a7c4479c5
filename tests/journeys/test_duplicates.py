"""A request that is repeated while it is being carried out: two processes of the service on one PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from support.postgresql import RunningPostgresql, postgresql_server
from support.processes import KEY, Running, livetrip, running_api
from support.waiting import eventually
from switchover.trust import CALLER_HEADER, Identity, encode_identity

KYOTO = {"title": "Kyoto", "startDate": "2026-11-20", "endDate": "2026-11-24"}
HEADERS = {
    "authorization": f"Bearer {KEY}",
    CALLER_HEADER: encode_identity(Identity("aiko", frozenset())),
    "idempotency-key": "once",
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgresql]:
    with postgresql_server(tmp_path_factory.mktemp("pg")) as server:
        done = livetrip("migrate", cwd=server.folder, LIVETRIP_DATABASE_URL=server.url)
        assert done.returncode == 0, done.stderr
        yield server


@contextmanager
def services(database: RunningPostgresql, folder: Path, **environment: str) -> Iterator[list[Running]]:
    """Two processes of the service."""
    with ExitStack() as stack:
        found = []
        for name in ("one", "other"):
            (own := folder / name).mkdir()
            settings = {"LIVETRIP_DATABASE_URL": database.url, "LIVETRIP_SERVICE_KEY": KEY, **environment}
            found.append(stack.enter_context(running_api(own, "--port", "0", **settings)))
        yield found


def plan(service: Running, key: str, **changes: Any) -> httpx.Response:
    headers = {**HEADERS, "idempotency-key": key}
    return httpx.post(f"{service.address}/api/trips", json={**KYOTO, **changes}, headers=headers, timeout=30)


@contextmanager
def trips_locked(database: RunningPostgresql) -> Iterator[psycopg.Connection[Any]]:
    """Whoever writes a trip waits, with its key claimed, until the block ends."""
    with psycopg.connect(database.dsn) as connection, connection.transaction():
        connection.execute("LOCK TABLE trips IN SHARE ROW EXCLUSIVE MODE")
        yield connection


def until_somebody_waits(connection: psycopg.Connection[Any]) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'trips'::regclass"

    def is_waiting() -> bool:
        row = connection.execute(waiting).fetchone()
        return row is not None and row[0] > 0

    eventually(is_waiting)


def test_duplicate_is_refused_in_every_process_while_the_first_is_carried_out(
    database: RunningPostgresql, tmp_path: Path
) -> None:
    with services(database, tmp_path) as (one, other), ThreadPoolExecutor(1) as pool:
        with trips_locked(database) as connection:
            first: Future[httpx.Response] = pool.submit(plan, one, "refused")
            until_somebody_waits(connection)
            for service in (one, other):
                refused = plan(service, "refused")
                assert refused.status_code == 409
                assert refused.headers["retry-after"] == "1"
                problem = refused.json()
                assert (problem["code"], problem["retryAfter"]) == ("idempotency_key_in_use", 1)
                assert problem["type"] == "urn:livetrip:problem:idempotency-key-in-use"
            assert not first.done()
        made = first.result(30)
        assert made.status_code == 201
        assert "idempotency-replayed" not in made.headers
        for service in (one, other):
            again = plan(service, "refused")
            assert (again.status_code, again.json()) == (201, made.json())
            assert again.headers["idempotency-replayed"] == "true"
        reused = plan(other, "refused", title="Osaka")
        assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")
        assert reused.json()["type"] == "urn:livetrip:problem:idempotency-key-reused"
        log = tmp_path / "other" / "stderr.log"
        # The log is written in the background.
        eventually(lambda: '"replayed":true' in log.read_text("utf-8"), what="the line of a repetition")
        eventually(lambda: '"failure":"IdempotencyKeyInUse"' in log.read_text("utf-8"), what="the line of a refusal")


def test_duplicate_waits_in_another_process_where_that_is_the_setting(
    database: RunningPostgresql, tmp_path: Path
) -> None:
    waits = {"LIVETRIP_CONCURRENT_DUPLICATES": "wait"}
    with services(database, tmp_path, **waits) as (one, other), ThreadPoolExecutor(2) as pool:
        with trips_locked(database) as connection:
            first = pool.submit(plan, one, "patient")
            until_somebody_waits(connection)
            impatient = httpx.post(
                f"{other.address}/api/trips",
                json=KYOTO,
                headers={**HEADERS, "idempotency-key": "patient", "x-switchover-timeout": "0.5"},
                timeout=30,
            )
            assert (impatient.status_code, impatient.headers["retry-after"]) == (409, "1")
            late = pool.submit(plan, other, "patient")
        assert first.result(30).status_code == 201
        answered = late.result(30)
        assert (answered.status_code, answered.json()) == (201, first.result().json())
        assert answered.headers["idempotency-replayed"] == "true"


def test_unknown_word_for_duplicates_is_refused_at_the_start(tmp_path: Path) -> None:
    done = livetrip(
        "api", "--port", "0", cwd=tmp_path, LIVETRIP_CONCURRENT_DUPLICATES="perhaps", LIVETRIP_SERVICE_KEY=KEY
    )
    assert done.returncode == 2
    assert "LIVETRIP_CONCURRENT_DUPLICATES: Input should be 'refuse' or 'wait'" in done.stderr
