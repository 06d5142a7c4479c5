"""Database URLs, as people and platforms write them."""

from __future__ import annotations

import pytest

from livetrip_bff import UnusableDatabaseUrl
from livetrip_bff.database.url import is_sqlite, parse


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("sqlite:///diary.sqlite3", "sqlite+aiosqlite:///diary.sqlite3"),
        ("sqlite:////var/lib/diary.sqlite3", "sqlite+aiosqlite:////var/lib/diary.sqlite3"),
        ("sqlite+aiosqlite:///diary.sqlite3", "sqlite+aiosqlite:///diary.sqlite3"),
        ("postgres://a:b@h/d", "postgresql+asyncpg://a:b@h/d"),
        ("postgresql://a:b@h:5433/d", "postgresql+asyncpg://a:b@h:5433/d"),
        ("postgresql+asyncpg://a@/d?host=/run/pg", "postgresql+asyncpg://a@/d?host=%2Frun%2Fpg"),
        ("postgresql://h/d?sslmode=verify-full", "postgresql+asyncpg://h/d?ssl=verify-full"),
    ],
)
def test_a_url_is_used_with_the_driver_that_is_there(written: str, used: str) -> None:
    url = parse(written)

    assert url.render_as_string(hide_password=False) == used
    assert is_sqlite(url) is used.startswith("sqlite")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "diary.sqlite3",
        "mysql://h/d",
        "postgresql+psycopg://h/d",
        "postgresql://h:port/d",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?cache=shared&uri=true",
        "sqlite:///file:diary?mode=memory&cache=shared&uri=true",
    ],
)
def test_a_url_of_anything_else_is_refused(written: str) -> None:
    with pytest.raises(UnusableDatabaseUrl):
        parse(written)
