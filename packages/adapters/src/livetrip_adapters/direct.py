"""LiveTrip in this process. The only module that knows the backend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import livetrip_bff
from livetrip_adapters.settings import DEFAULT_DATABASE_URL, Settings, SettingsError
from livetrip_bff import SqlComments
from livetrip_contract import LiveTrip
from switchover import Fidelity, Inspector, Port

__all__ = ["SqlComments", "migrate", "open_backend", "open_direct", "pending"]


@asynccontextmanager
async def open_backend(
    port: Port[LiveTrip], database_url: str, *, sql_comments: SqlComments = SqlComments.SAMPLED
) -> AsyncIterator[LiveTrip]:
    """The backend itself, with nothing around it: what a service hosts.

    Arguments:
        port: of the contract.
        database_url: see `livetrip_bff.open_backend`.
        sql_comments: which statements tell their trace to the database.

    Raises:
        SettingsError: the database cannot be used, or has to be migrated first.
        ServiceUnavailable: the database does not answer.
    """
    version = str(port.document.root.value["info"]["version"])
    with _settled(database_url):
        async with livetrip_bff.open_backend(database_url, version=version, sql_comments=sql_comments) as backend:
            yield backend


@asynccontextmanager
async def open_direct(port: Port[LiveTrip], settings: Settings) -> AsyncIterator[LiveTrip]:
    """The backend in this process, as LiveTrip, held to what HTTP would do as far as the settings want it."""
    inspector = Inspector(settings.fidelity_share) if settings.fidelity is Fidelity.SAMPLE else None
    try:
        comments = SqlComments(settings.telemetry.sql_comments)
        url = settings.database_url.get_secret_value()
        async with open_backend(port, url, sql_comments=comments) as backend:
            yield port.direct(backend, fidelity=inspector or settings.fidelity)
    finally:
        if inspector is not None:
            inspector.close()


def pending(settings: Settings) -> list[str]:
    """The migrations that the database still needs, in order.

    Raises:
        SettingsError: the database cannot be used.
        ServiceUnavailable: the database does not answer.
    """
    url = settings.database_url.get_secret_value()
    with _settled(url):
        return list(asyncio.run(livetrip_bff.pending(url)))


def migrate(settings: Settings) -> None:
    """Bring the database to the shape that this version needs.

    Raises:
        SettingsError: the database cannot be used.
        ServiceUnavailable: the database does not answer.
    """
    url = settings.database_url.get_secret_value()
    with _settled(url):
        asyncio.run(livetrip_bff.migrate(url))


@contextmanager
def _settled(database_url: str) -> Iterator[None]:
    """Nobody who has configured nothing should have to make a folder; what was configured has to be right."""
    if database_url == DEFAULT_DATABASE_URL:
        Path(DEFAULT_DATABASE_URL.partition(":///")[2]).parent.mkdir(exist_ok=True)
    try:
        yield
    except livetrip_bff.BackendError as error:
        raise SettingsError(f"LIVETRIP_DATABASE_URL: {error}") from error
