"""The register in a file of this machine (https://www.sqlite.org)."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from livetrip_web.registers.database import SCHEMA

BUSY_SECONDS: Final = 2.0
"""How long one process waits for another one that writes."""


class SqliteDatabase:
    """A file, made for its owner alone. Each statement is on the disk before it is answered: what was ended is over after a loss of power as well."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error, OSError)

    def __init__(self, path: Path) -> None:
        self._path = path

    def connect(self) -> sqlite3.Connection:
        """See `Database`."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            for statement in SCHEMA:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection

    def told(self, error: Exception) -> str:
        """See `Database`."""
        return f"{self._path}: {str(error) or type(error).__name__}"
