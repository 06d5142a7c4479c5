"""LiveTrip in this process. The only module that knows the backend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import livetrip_bff
from livetrip_adapters.photos import PhotoSettings
from livetrip_adapters.settings import DEFAULT_DATABASE_URL, Settings, SettingsError
from livetrip_contract import LiveTrip
from switchover import Fidelity, Inspector, Port


@asynccontextmanager
async def open_backend(
    port: Port[LiveTrip], database_url: str, photos: PhotoSettings | None = None
) -> AsyncIterator[livetrip_bff.LiveTripBackend]:
    """The backend itself, with nothing around it: what a service hosts.

    Raises:
        SettingsError: the database cannot be used, or has to be migrated first.
        ServiceUnavailable: the database does not answer.
    """
    version = str(port.document.root.value["info"]["version"])
    with _settled(database_url):
        kept = _photos(photos or PhotoSettings())
        async with livetrip_bff.open_backend(database_url, version=version, photos=kept) as backend:
            yield backend


@asynccontextmanager
async def open_direct(port: Port[LiveTrip], settings: Settings) -> AsyncIterator[LiveTrip]:
    """The backend in this process, as LiveTrip, held to what HTTP would do as far as the settings want it."""
    inspector = Inspector(settings.fidelity_share) if settings.fidelity is Fidelity.SAMPLE else None
    try:
        async with open_backend(port, settings.database_url.get_secret_value()) as backend:
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


def _photos(settings: PhotoSettings) -> livetrip_bff.LocalPhotos:
    return livetrip_bff.LocalPhotos(settings.folder, settings.url, frozenset(settings.origins))


@contextmanager
def _settled(database_url: str) -> Iterator[None]:
    """Nobody who has configured nothing should have to make a folder; what was configured has to be right."""
    if database_url == DEFAULT_DATABASE_URL:
        Path(DEFAULT_DATABASE_URL.partition(":///")[2]).parent.mkdir(exist_ok=True)
    try:
        yield
    except livetrip_bff.BackendError as error:
        raise SettingsError(f"LIVETRIP_DATABASE_URL: {error}") from error
