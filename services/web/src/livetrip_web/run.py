"""From settings to a process that serves: the diary is opened before the first page, and closed after the last."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from litestar.types import ASGIApp

from livetrip_adapters import Settings, open_live_trip
from livetrip_contract import LiveTrip
from livetrip_web.app import make_web
from livetrip_web.settings import WebSettings
from switchover.port.hosting import Address, host, run_in_loop

__all__ = ["run", "run_in_loop", "show"]


def run(settings: Settings, web: WebSettings, on_ready: Callable[[Address], None]) -> None:
    """Serve until a signal ends it.

    Raises:
        SettingsError: the backend cannot be used.
        OSError: the address is taken, or may not be listened at.
    """
    run_in_loop(_run(settings, web, on_ready))


async def _run(settings: Settings, web: WebSettings, on_ready: Callable[[Address], None]) -> None:
    async with open_live_trip(settings) as live_trip:
        await show(live_trip, web, on_ready)


async def show(
    live_trip: LiveTrip,
    web: WebSettings,
    on_ready: Callable[[Address], None],
    *,
    mounts: Mapping[str, ASGIApp] | None = None,
) -> None:
    """Show an open diary until a signal ends it.

    Args:
        live_trip: the diary.
        web: see there.
        on_ready: is told where, once pages are answered.
        mounts: what is served beside the pages, by path: the files of photos, where this process has them.

    Raises:
        OSError: the address is taken, or may not be listened at.
    """
    app = make_web(live_trip, web, mounts=mounts)
    await host(app, Address(web.host, web.port), grace_seconds=web.grace_seconds, on_ready=on_ready)
