"""The register in a file of this machine (https://www.sqlite.org)."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

from livetrip_web.registers.database import SCHEMA

BUSY_SECONDS: Final = 2.0
"""How long one process waits for another one that writes."""

_READ_ONLY: Final = (errno.EROFS, errno.EACCES, errno.EPERM)


class SqliteDatabase:
    """A file, made for its owner alone. Each statement is on the disk before it is answered: what was ended is over after a loss of power as well.

    A file that may only be read is read: who is in stays in, and nobody comes in.
    """

    errors: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
    now = "CAST(strftime('%s', 'now') AS INTEGER)"

    def __init__(self, path: Path) -> None:
        self._path = path

    def connect(self) -> sqlite3.Connection:
        """See `Database`."""
        connection = sqlite3.connect(self._address(), timeout=BUSY_SECONDS, isolation_level=None, uri=True)
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

    def _address(self) -> str:
        """The file as a URI (https://www.sqlite.org/uri.html), made if it is not there."""
        address = f"file:{quote(os.fsencode(self._path))}"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            if error.errno in _READ_ONLY and self._path.exists():
                return f"{address}?mode=ro"
            raise
        return f"{address}?mode=rw"
