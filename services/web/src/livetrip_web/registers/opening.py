"""A register by its address, as settings have it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from livetrip_adapters import SettingsError
from livetrip_web.registers.database import Database
from livetrip_web.registers.register import Limits, SessionRegister
from livetrip_web.registers.sql import SqlSessionRegister

DEFAULT_ADDRESS: Final = "sqlite:///.livetrip/sessions.sqlite3"

_SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = ("postgresql://", "postgres://")


def require_address(address: str) -> str:
    """The address, if it is one.

    Raises:
        ValueError: it is none; the text repeats nothing that may be secret.
    """
    path = address.removeprefix(_SQLITE)
    if address.startswith(_POSTGRESQL) or (path not in (address, "") and "\0" not in path):
        return address
    raise ValueError("has to be sqlite:///FILE, or postgresql://user@host/database")


@asynccontextmanager
async def opened_register(address: str, limits: Limits) -> AsyncIterator[SessionRegister]:
    """The register at an address, asked once whether it answers.

    Raises:
        SettingsError: it does not, or needs a package that is not there.
    """
    database = _database(address)
    try:
        await asyncio.to_thread(_tried, database)
    except database.errors as error:
        raise SettingsError(f"LIVETRIP_WEB_SESSIONS cannot be used: {database.told(error)}") from None
    register = SqlSessionRegister(database, limits)
    try:
        yield register
    finally:
        await register.close()


def _tried(database: Database) -> None:
    database.connect().close()


def _database(address: str) -> Database:
    if address.startswith(_SQLITE):
        from livetrip_web.registers.sqlite import SqliteDatabase  # noqa: PLC0415 - not every Python has it

        return SqliteDatabase(Path(address.removeprefix(_SQLITE)))
    try:
        from livetrip_web.registers.postgresql import PostgresqlDatabase  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SettingsError(f"LIVETRIP_WEB_SESSIONS needs {error.name}, which is not installed here") from error
    try:
        return PostgresqlDatabase(address)
    except ValueError as error:
        raise SettingsError(f"LIVETRIP_WEB_SESSIONS: {error}") from None
