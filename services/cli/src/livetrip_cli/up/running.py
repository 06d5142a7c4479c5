"""Pages in this process, and what they need beside it, opened in order and closed in reverse."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack

from livetrip_adapters import BackendMode, Settings, Telemetry, open_all, open_telemetry
from livetrip_cli.up.environment import (
    kept_sessions,
    pages_settings,
    photo_origins,
    service_environment,
    settings_of_up,
    taken_port,
)
from livetrip_cli.up.rollout import next_steps
from livetrip_cli.up.sample import AIKO, write_sample
from livetrip_cli.up.service import Started, started_service
from livetrip_web.run import SERVICE, run_in_loop, show
from switchover.port.listening import Address
from switchover.telemetry.background import say


def up(*, port: int | None, has_sample: bool) -> None:
    """Show the diary until a signal ends it.

    Args:
        port: of the pages; None leaves it to the environment, 0 takes a free one.
        has_sample: write the sample data first.

    Raises:
        SettingsError: environment, port, database or rollout cannot be used.
        ServiceDidNotStart, ServiceEnded: see there.
        CallError: the database does not answer, or the sample data cannot be written.
    """
    run_in_loop(_up(port, has_sample=has_sample))


async def _up(port: int | None, *, has_sample: bool) -> None:
    async with AsyncExitStack() as stack:
        listener, web = stack.enter_context(taken_port(pages_settings(port)))
        settings = settings_of_up()
        telemetry = stack.enter_context(open_telemetry(settings.telemetry, service=SERVICE, log_format=None))
        service: Started | None = None
        if settings.backend_mode is BackendMode.SERVICE:
            service = await stack.enter_async_context(started_service(service_environment(settings, web)))
            settings = settings.model_copy(update={"service_url": service.url})
        opened = await stack.enter_async_context(open_all(settings, telemetry.recorder))
        if has_sample:
            await write_sample(opened.live_trip)
        told = await asyncio.to_thread(list, _told(settings, telemetry))
        hint = f"; sign in as {AIKO.user_id}" if has_sample else ""

        def ready(address: Address) -> None:
            say("\n".join((*told, f"the diary is at {address.url}{hint}")), sys.stdout)

        kept, origins = kept_sessions(web, settings), photo_origins(web, settings)
        web = web.model_copy(update={"storage_origins": origins, "sessions": kept})
        share = settings.telemetry.trace_share
        showing = show(opened, web, ready, trace_share=share, listener=listener)
        await (showing if service is None else service.beside(showing))


def _told(settings: Settings, telemetry: Telemetry) -> Iterator[str]:
    """What else there is."""
    if telemetry.metrics_address is not None:
        yield f"metrics are at {telemetry.metrics_address.url}/metrics"
    if settings.backend_mode is BackendMode.SERVICE:
        yield f"the service is at {settings.service_url}"
        yield from next_steps(settings)
