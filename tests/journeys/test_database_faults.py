"""PostgreSQL takes no writes, or ends connections under a statement: people read on, and what they write is kept and happens once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from journeys.conftest import MODES
from livetrip_bff import migrate
from support.pages import Page
from support.postgresql import RunningPostgresql, postgresql_server
from support.processes import KEY, running_api
from support.visitor import Visitor, shown_web
from support.waiting import eventually
from switchover.trust import Identity, encode_identity


class Database:
    """The diary and the register of sessions, in one database that a test disturbs."""

    def __init__(self, server: RunningPostgresql) -> None:
        self._server = server
        self.name = f"diary_{uuid4().hex}"
        self.dsn = server.dsn.replace("/postgres?", f"/{self.name}?")
        self.tell(f"CREATE DATABASE {self.name}")

    def tell(self, statement: str) -> None:
        """As its administrator."""
        with psycopg.connect(self._server.dsn, autocommit=True) as connection:
            connection.execute(statement.encode())

    def count(self, statement: str) -> object:
        """Ask for a number."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            found = connection.execute(statement.encode()).fetchone()
        assert found is not None
        return found[0]

    def end_connections(self, which: str = "TRUE") -> None:
        """As a failover does."""
        theirs = f"FROM pg_stat_activity WHERE datname = '{self.name}' AND {which}"
        self.tell(f"SELECT pg_terminate_backend(pid, 5000) {theirs}")

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Every new connection leads to what takes no writes, as one to a standby does."""
        self.tell(f"ALTER DATABASE {self.name} SET default_transaction_read_only = on")
        self.end_connections()
        yield
        self.tell(f"ALTER DATABASE {self.name} RESET default_transaction_read_only")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing is answered about trips."""
        with psycopg.connect(self.dsn) as connection:
            connection.execute("LOCK TABLE trips IN ACCESS EXCLUSIVE MODE")
            yield

    def age_sessions(self) -> None:
        """A minute and more has passed since anybody was seen."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("UPDATE livetrip_web_sessions SET seen = seen - 100")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgresql]:
    with postgresql_server(tmp_path_factory.mktemp("postgresql")) as running:
        yield running


@pytest.fixture
def database(server: RunningPostgresql) -> Database:
    made = Database(server)
    asyncio.run(migrate(made.dsn))
    return made


@pytest.fixture(params=MODES)
def address(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[tuple[str, str | None]]:
    """Of the pages, and of the service where there is one."""
    settings = {
        "LIVETRIP_WEB_DEV_SIGN_IN": "1",
        "LIVETRIP_WEB_SESSIONS": database.dsn,
        "BACKEND_MODE": request.param,
    }
    with ExitStack() as stack:
        service = None
        if request.param == "service":
            (folder := tmp_path / "api").mkdir()
            api = running_api(folder, "--port", "0", LIVETRIP_SERVICE_KEY=KEY, LIVETRIP_DATABASE_URL=database.dsn)
            service = stack.enter_context(api).address
            settings |= {"LIVETRIP_SERVICE_URL": service, "LIVETRIP_SERVICE_KEY": KEY}
        else:
            settings |= {"LIVETRIP_DATABASE_URL": database.dsn}
        yield stack.enter_context(shown_web(tmp_path / "web", settings)).address, service


@pytest.fixture
def aiko(address: tuple[str, str | None]) -> Iterator[Visitor]:
    with Visitor(address[0]) as visitor:
        visitor.submit(visitor.open("/sign-in"), name="aiko")
        yield visitor


TYPED = {"title": "Kyoto", "description": "Temples,\nand trains.", "start_date": "2026-11-20", "end_date": "2026-11-24"}


def typed_in(page: Page) -> dict[str, str]:
    """What a form holds, with its key."""
    fields = page.form().fields
    return {name: fields[name] for name in (*TYPED, "key")}


def test_a_read_only_database_is_read_and_what_was_typed_waits_for_one_that_is_not(
    aiko: Visitor, database: Database, address: tuple[str, str | None]
) -> None:
    form = aiko.open("/trips/new")
    expected = {**TYPED, "key": form.form().fields["key"]}
    database.age_sessions()
    with database.read_only():
        for _ in range(3):
            assert (aiko.open("/trips").status, aiko.open("/trips").path) == (200, "/trips")
            form = aiko.submit(form, **TYPED)
            assert (form.status, "retry-after" in form.headers) == (503, True)
            assert typed_in(form) == expected
        if address[1] is not None:
            is_a_problem(address[1])

    def is_written() -> bool:
        nonlocal form
        form = aiko.submit(form, **TYPED) if form.status == 503 else form
        return form.status == 200

    eventually(is_written, what="a write after the failover")
    assert "Kyoto" in form.text
    assert database.count("SELECT count(*) FROM trips") == 1


def is_a_problem(service: str) -> None:
    """What the service itself says."""
    draft = {"title": "Nara", "startDate": "2026-11-20", "endDate": "2026-11-24"}
    caller = encode_identity(Identity("aiko"))
    headers = {"authorization": f"Bearer {KEY}", "x-switchover-caller": caller, "idempotency-key": "k"}
    answer = httpx.post(f"{service}/api/trips", json=draft, headers=headers, timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "service_unavailable"
    assert answer.headers["retry-after"] == "5"


def test_a_connection_that_is_ended_under_a_write_costs_nothing_that_was_typed(
    aiko: Visitor, database: Database
) -> None:
    form = aiko.open("/trips/new")
    expected = {**TYPED, "key": form.form().fields["key"]}
    waiting = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database.name}' AND wait_event_type = 'Lock'"
    with database.locked(), ThreadPoolExecutor(1) as thread:
        sent = thread.submit(aiko.submit, form, **TYPED)
        eventually(lambda: database.count(waiting), what="a write that waits")
        database.end_connections("wait_event_type = 'Lock'")
        failed = sent.result(60)
    assert failed.status == 503
    assert typed_in(failed) == expected
    written = aiko.submit(failed)
    assert (written.status, "Kyoto" in written.text) == (200, True)
    assert database.count("SELECT count(*) FROM trips") == 1


def test_connections_that_a_failover_ended_are_noticed_by_nobody_who_reads(aiko: Visitor, database: Database) -> None:
    for _ in range(3):
        aiko.open("/trips")
        database.end_connections()
        page = aiko.open("/trips")
        assert (page.status, page.path) == (200, "/trips")
