"""From settings to a process that serves: the backend is opened before the first call, and closed after the last."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final

from livetrip_adapters import PhotoFiles
from livetrip_adapters.collecting import collecting
from livetrip_adapters.direct import SqlComments, open_backend
from livetrip_adapters.telemetry import open_telemetry
from livetrip_adapters.telemetry.settings import LogFormat
from livetrip_api.service import make_service
from livetrip_api.settings import ApiSettings
from switchover.port.hosting import Address, host, run_in_loop

SERVICE: Final = "livetrip-api"
"""Its name in logs and spans."""


def run(
    settings: ApiSettings, on_ready: Callable[[Address], None], *, log_format: LogFormat | None = LogFormat.JSON
) -> None:
    """Serve until a signal ends it.

    Args:
        settings: see there.
        on_ready: is told where, once calls are answered.
        log_format: see `open_telemetry`.

    Raises:
        SettingsError: the database cannot be used, or the port or directory of the metrics.
        OSError: the address is taken, or may not be listened at.
        CallError: the database does not answer.
    """
    run_in_loop(_run(settings, on_ready, log_format))


async def _run(settings: ApiSettings, on_ready: Callable[[Address], None], log_format: LogFormat | None) -> None:
    address = Address(settings.host, settings.port, str(settings.socket) if settings.socket is not None else None)
    photos, comments = settings.photos, SqlComments(settings.telemetry.sql_comments)
    async with AsyncExitStack() as stack:
        telemetry = stack.enter_context(open_telemetry(settings.telemetry, service=SERVICE, log_format=log_format))
        port = telemetry.port
        stack.callback(settings.acceptance.close)
        url = settings.database_url.get_secret_value()
        duplicates = settings.concurrent_duplicates
        opening = open_backend(port, url, photos, sql_comments=comments, duplicates=duplicates)
        backend = await stack.enter_async_context(opening)
        await stack.enter_async_context(collecting(backend, photos))
        files = PhotoFiles(backend.files, photos)

        def ready(taken: Address) -> None:
            if taken.uds is None:  # no browser reaches a Unix socket
                files.listens_at(taken.url)
            on_ready(taken)

        service = make_service(port, backend, settings, files, telemetry.metrics)
        limits = settings.connection_limits()
        await host(service, address, grace_seconds=settings.grace_seconds, on_ready=ready, limits=limits)
