"""The register in PostgreSQL, for pages on several machines (`livetrip-web[postgresql]`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg

from livetrip_web.registers.database import SCHEMA, Connection
from switchover.rollout.stores.postgresql_connection import Address, BoundedConnection

PATIENCE_SECONDS: Final = 2.0

_IS_THERE: Final = "SELECT to_regclass('livetrip_web_sessions') IS NOT NULL"
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('livetrip_web_sessions'))"


class PostgresqlDatabase:
    """A database, by its address as libpq takes it.

    Raises:
        ValueError: it is no address; nothing of it is repeated.
    """

    errors: tuple[type[Exception], ...] = (psycopg.Error,)
    now = "CAST(floor(extract(epoch FROM clock_timestamp())) AS bigint)"

    def __init__(self, dsn: str) -> None:
        self._address = Address(dsn, PATIENCE_SECONDS)

    def connect(self) -> Connection:
        """See `Database`. A role that may not make tables can use one that is there."""
        connection = self._address.connect()
        try:
            if connection.execute(_IS_THERE).fetchone() != (True,):
                _install(connection)
        except BaseException:
            connection.close()
            raise
        return _Placed(connection)

    def told(self, error: Exception) -> str:
        """See `Database`."""
        return str(self._address.unavailable(error))


def _install(connection: BoundedConnection) -> None:
    with connection.transaction():
        connection.execute(_LOCK)
        for statement in SCHEMA:
            connection.execute(statement.encode())


class _Placed:
    """Takes `?` for a value, where psycopg has `%s`."""

    def __init__(self, connection: BoundedConnection) -> None:
        self._connection = connection
        self.close = connection.close

    def execute(self, statement: str, values: Sequence[object] = (), /) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._connection.execute(statement.replace("?", "%s").encode(), values)
