"""From settings to a process that serves: the backend is opened before the first call, and closed after the last."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

from livetrip_adapters import PhotoFiles
from livetrip_adapters.collecting import collecting
from livetrip_adapters.direct import open_backend
from livetrip_adapters.port import live_trip_port
from livetrip_api.service import make_service
from livetrip_api.settings import ApiSettings
from switchover.port.hosting import Address, host, run_in_loop


def run(settings: ApiSettings, on_ready: Callable[[Address], None]) -> None:
    """Serve until a signal ends it.

    Raises:
        SettingsError: the database cannot be used.
        OSError: the address is taken, or may not be listened at.
    """
    run_in_loop(_run(settings, on_ready))


async def _run(settings: ApiSettings, on_ready: Callable[[Address], None]) -> None:
    port = live_trip_port()
    address = Address(settings.host, settings.port, str(settings.socket) if settings.socket is not None else None)
    photos = settings.photos
    async with AsyncExitStack() as stack:
        stack.callback(settings.acceptance.close)
        opening = open_backend(port, settings.database_url.get_secret_value(), photos)
        backend = await stack.enter_async_context(opening)
        await stack.enter_async_context(collecting(backend, photos))
        files = PhotoFiles(backend.files, photos)

        def ready(taken: Address) -> None:
            if taken.uds is None:  # no browser reaches a Unix socket
                files.listens_at(taken.url)
            on_ready(taken)

        service = make_service(port, backend, settings, files)
        await host(service, address, grace_seconds=settings.grace_seconds, on_ready=ready)
