"""What a database says when it cannot answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from switchover.errors import ServiceUnavailable

# Primary result codes (https://sqlite.org/rescode.html); the extended ones have them in their low byte.
_SQLITE: Final = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)

# Waiting does not help against these: the file may not be opened or written here, or it is none of ours.
_BARRED: Final = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
)

# Classes and codes of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html): connection, timed out
# within a transaction, wrong credentials, no such database, transaction rolled back, out of resources, locked,
# operator intervention (shutdown, crash, starting up, cancelled), system error.
_POSTGRESQL: Final = ("08", "25P03", "25P04", "28", "3D000", "40", "53", "55P03", "57", "58")

_READ_ONLY: Final = "25006"

# After these, another connection may answer at once: this one ended, or what it read was taken from it.
_ANSWERED_ELSEWHERE: Final = ("08", "25P03", "25P04", "40", "57P")

_RETRY_AFTER: Final = 1
_RETRY_AFTER_READ_ONLY: Final = 5


@contextmanager
def unavailable(*, is_reading: bool = False) -> Iterator[None]:
    """Say that the service is unavailable where the database is; any other failure passes as it is.

    Args:
        is_reading: the transaction is one that only reads, and was begun as such. That PostgreSQL refuses to write in
            it is a mistake of ours and no outage.

    Raises:
        ServiceUnavailable: the database is not there, is locked, takes no writes now, or took too long. Nothing was
            written, unless the connection broke while a transaction was being committed: then it is unknown.
    """
    try:
        yield
    except (PoolTimeout, OSError) as error:
        # OSError: asyncpg's for an address where nobody answers, and TimeoutError for who takes too long.
        raise _unavailable() from error
    except DBAPIError as error:
        if is_read_only(error) and not is_reading:
            raise _read_only() from error
        if not _is_down(error):
            raise
        raise _unavailable() from error


def _unavailable() -> ServiceUnavailable:
    return ServiceUnavailable("The database does not answer.", retry_after=_RETRY_AFTER)


def _read_only() -> ServiceUnavailable:
    return ServiceUnavailable("The database takes no writes at the moment.", retry_after=_RETRY_AFTER_READ_ONLY)


def is_read_only(error: DBAPIError) -> bool:
    """Whether PostgreSQL refused to write: it is a standby, or its administrator made it read-only."""
    return _sqlstate(error) == _READ_ONLY


def may_answer_elsewhere(error: ServiceUnavailable) -> bool:
    """Whether the same transaction on another connection may be answered at once, because this one was lost."""
    cause = error.__cause__
    if isinstance(cause, ConnectionResetError | BrokenPipeError):
        return True
    return isinstance(cause, DBAPIError) and (
        cause.connection_invalidated or _sqlstate(cause).startswith(_ANSWERED_ELSEWHERE)
    )


def barred(error: ServiceUnavailable) -> str | None:
    """Why a SQLite file cannot be used at all, in SQLite's words; None where the database may answer yet."""
    cause = error.__cause__
    return str(cause.orig) if isinstance(cause, DBAPIError) and _primary_code(cause) in _BARRED else None


def breaks_foreign_key(error: IntegrityError) -> bool:
    """Does what was written refer to something that is not there?"""
    found: Any = error.orig
    return (
        getattr(found, "sqlite_errorcode", None) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
        or getattr(found, "sqlstate", None) == "23503"
    )


def is_locked(error: DBAPIError) -> bool:
    """Is somebody else writing to the SQLite file?"""
    return _primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _is_down(error: DBAPIError) -> bool:
    return error.connection_invalidated or _primary_code(error) in _SQLITE or _sqlstate(error).startswith(_POSTGRESQL)


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _primary_code(error: DBAPIError) -> int:
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return 0 if code is None else code & 0xFF
