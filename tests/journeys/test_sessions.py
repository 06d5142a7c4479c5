"""Two processes of pages, and what one of them ends is over in the other, whatever became of the cookie."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from support.postgresql import postgresql_server
from support.processes import KEY
from support.visitor import Visitor, shown_web

SEALED_WITH = "what both processes seal their cookies with"


@contextmanager
def two_of_them(folder: Path, sessions: str) -> Iterator[tuple[Visitor, Visitor]]:
    """Pages without a backend, as with `BACKEND_MODE=service`: what is asked of them here needs none."""
    settings = {
        "BACKEND_MODE": "service",
        "LIVETRIP_SERVICE_URL": "http://127.0.0.1:9",
        "LIVETRIP_SERVICE_KEY": KEY,
        "LIVETRIP_WEB_DEV_SIGN_IN": "1",
        "LIVETRIP_WEB_SESSION_KEY": SEALED_WITH,
        "LIVETRIP_WEB_SESSIONS": sessions,
    }
    with ExitStack() as stack:
        webs = [stack.enter_context(shown_web(folder / name, settings)) for name in ("here", "there")]
        here, there = (stack.enter_context(Visitor(web.address)) for web in webs)
        yield here, there


def is_in(visitor: Visitor) -> bool:
    return visitor.open("/sign-out").path == "/sign-out"


def copied(visitor: Visitor, cookie: str) -> None:
    visitor.client.cookies.clear()
    visitor.client.cookies.set("session", cookie, domain="127.0.0.1")


def signed_in(visitor: Visitor) -> str:
    """By the development sign-in; the cookie."""
    visitor.submit(visitor.open("/sign-in"), name="aiko")
    assert is_in(visitor)
    return visitor.cookie("session")


def tell(here: Visitor, there: Visitor) -> str:
    """The story: out in one process, then out everywhere from the other. The cookie of the session that is still on."""
    cookie = signed_in(here)
    copied(there, cookie)
    assert is_in(there)
    here.submit(here.open("/sign-out"), "/sign-out")
    copied(there, cookie)
    assert not is_in(there)
    first = signed_in(here)
    signed_in(there)
    page = there.open("/sign-out")
    assert "with 2 browsers" in page.text
    there.submit(page, "/sign-out", everywhere="1")
    copied(here, first)
    assert not is_in(here)
    return signed_in(here)


def rows_of(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT mark, person FROM livetrip_web_sessions").fetchall()
    connection.close()
    return found


def test_on_one_machine_they_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    with two_of_them(tmp_path, f"sqlite:///{path}") as (here, there):
        left = tell(here, there)
    rows = rows_of(path)
    assert len(rows) == 1
    assert not {left, "aiko"} & {*rows[0]}
    with two_of_them(tmp_path, f"sqlite:///{path}") as (here, there):
        copied(here, left)
        assert is_in(here)  # a restart signs nobody out
        for _ in range(5):
            there.client.cookies.clear()
            assert there.open("/trips").path == "/sign-in"
    assert rows_of(path) == rows


def test_on_several_machines_they_share_a_database(tmp_path: Path) -> None:
    with postgresql_server(tmp_path / "postgresql") as server, two_of_them(tmp_path, server.dsn) as (here, there):
        tell(here, there)
        with psycopg.connect(server.dsn) as connection:
            rows = connection.execute("SELECT mark, person FROM livetrip_web_sessions").fetchall()
        assert len(rows) == 1
        server.stop()
        page = here.open("/sign-out")
        assert (page.status, "The diary cannot be reached" in page.text) == (503, True)
        server.start()
        assert is_in(here)
