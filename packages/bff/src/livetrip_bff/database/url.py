"""Database URLs, as people and platforms write them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from livetrip_bff.errors import UnusableDatabaseUrl

_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def parse(database_url: str) -> URL:
    """The URL with the driver that is used: `sqlite:///file` or `postgresql://user:password@host/name`.

    Raises:
        UnusableDatabaseUrl: it cannot be read, is of another database, or of one that lives in memory.
    """
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        # Not `from error`: what cannot be parsed is quoted there, and may be a password.
        raise UnusableDatabaseUrl("the database URL cannot be read") from None
    if url.drivername not in _DRIVERS:
        raise UnusableDatabaseUrl("the database URL has to start with sqlite:// or postgresql://")
    url = url.set(drivername=_DRIVERS[url.drivername])
    return _file(url) if is_sqlite(url) else _with_asyncpg_names(url)


def is_sqlite(url: URL) -> bool:
    """Is it a file?"""
    return url.get_backend_name() == "sqlite"


def sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite database; None for one on a server.

    Raises:
        UnusableDatabaseUrl: the URL names no database that can be used.
    """
    url = parse(database_url)
    return Path((url.database or "").removeprefix("file:")) if is_sqlite(url) else None


def _file(url: URL) -> URL:
    # Every connection to a database in memory has its own, so nothing that was written would be found again.
    if not url.database or ":memory:" in url.database or "mode" in url.query:
        raise UnusableDatabaseUrl("a SQLite database has to be a file: sqlite:///path/to/file")
    return url


def _with_asyncpg_names(url: URL) -> URL:
    """What libpq calls `sslmode`, asyncpg calls `ssl`; the values are the same."""
    if "sslmode" not in url.query:
        return url
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
