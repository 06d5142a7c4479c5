"""A process of LiveTrip whose SQLite says what it is asked: `python -m support.traced FILE MODULE ARGUMENTS`.

Statements are appended to the file as SQLite's own trace tells them, which is what a log of a database server would hold.
"""

from __future__ import annotations

import runpy
import sqlite3
import sys
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.pool import Pool


def trace_statements(path: Path) -> None:
    """Have every connection of this process write down its statements."""

    def traced(connection: Any, _record: object) -> None:
        driven = connection.driver_connection
        if isinstance(driven, aiosqlite.Connection):
            driven = driven._conn
        if isinstance(driven, sqlite3.Connection):
            driven.set_trace_callback(write)

    def write(statement: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{' '.join(statement.split())}\n")

    event.listen(Pool, "connect", traced)


if __name__ == "__main__":
    path, module, *arguments = sys.argv[1:]
    trace_statements(Path(path))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__")
