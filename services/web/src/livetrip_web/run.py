"""From settings to a process that serves: the diary is opened before the first page, and closed after the last."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from typing import Any, Final

from livetrip_adapters import Opened, Settings, open_all, open_telemetry
from livetrip_web.app import make_web
from livetrip_web.registers.opening import opened_register
from livetrip_web.settings import WebSettings
from switchover.port.hosting import Address, host, run_in_loop

__all__ = ["run", "run_in_loop", "show"]

SERVICE: Final = "livetrip-web"
"""How logs and spans name this process."""


def run(settings: Settings, web: WebSettings, on_ready: Callable[[Address], None]) -> None:
    """Serve until a signal ends it.

    Raises:
        SettingsError: the backend or the register of sessions cannot be used.
        OSError: the address is taken, or may not be listened at.
        CallError: the database does not answer.
    """
    run_in_loop(_run(settings, web, on_ready))


async def _run(settings: Settings, web: WebSettings, on_ready: Callable[[Address], None]) -> None:
    with open_telemetry(settings.telemetry, service=SERVICE) as telemetry:
        async with open_all(settings, telemetry.recorder) as opened:
            await show(opened, web, on_ready, trace_share=settings.telemetry.trace_share)


async def show(
    opened: Opened,
    web: WebSettings,
    on_ready: Callable[[Address], None],
    *,
    trace_share: float = 0.0,
    listener: socket.socket | None = None,
) -> None:
    """Show an open diary until a signal ends it.

    Args:
        opened: the diary, and the files of its photos, where this process has to serve them.
        web: see there.
        on_ready: is told where, once pages are answered.
        trace_share: of the requests, how many begin a trace that is sampled.
        listener: an open socket where the settings say, instead of a new one.

    Raises:
        SettingsError: the register of sessions cannot be used.
        OSError: the address is taken, or may not be listened at.
    """

    def ready(taken: Address) -> None:
        opened.files.listens_at(taken.url)
        on_ready(taken)

    mounts: Mapping[str, Any] = opened.files.mounts
    async with opened_register(web.sessions.get_secret_value(), web.limits()) as register:
        app = make_web(
            opened.live_trip,
            web,
            mounts=mounts,
            register=register,
            trace_share=trace_share,
            visible_address=opened.files.visible_address,
        )
        where = Address(web.host, web.port)
        limits = web.connection_limits()
        await host(app, where, grace_seconds=web.grace_seconds, on_ready=ready, listener=listener, limits=limits)
