"""The composition root of everything that calls LiveTrip: BACKEND_MODE chooses, nobody else knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from dependency_injector import containers, providers

from livetrip_adapters.opened import Opened
from livetrip_adapters.port import live_trip_port
from livetrip_adapters.routed import open_routed
from livetrip_adapters.settings import Settings, SettingsError
from livetrip_contract import LiveTrip
from switchover import Port, Recorder


def _open_direct(port: Port[LiveTrip], settings: Settings) -> AbstractAsyncContextManager[Opened]:
    try:
        # Imported when chosen: a process in service mode need not have the backend installed.
        from livetrip_adapters.direct import open_direct  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"BACKEND_MODE=monolith runs the backend in this process, and {error.name} is not installed here "
            "(pip install 'livetrip-adapters[direct]')"
        ) from error
    return open_direct(port, settings)


class LiveTripContainer(containers.DeclarativeContainer):
    """LiveTrip, wired by its settings."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    mode = providers.Callable(lambda settings: settings.backend_mode.value, settings)

    recorder = providers.Singleton(Recorder)
    port = providers.Singleton(live_trip_port, recorder)

    live_trip = providers.Selector(
        mode,
        monolith=providers.Callable(_open_direct, port, settings),
        service=providers.Callable(open_routed, port, settings, recorder),
    )


@asynccontextmanager
async def open_live_trip(settings: Settings, recorder: Recorder | None = None) -> AsyncIterator[LiveTrip]:
    """LiveTrip as the settings want it: in this process, over HTTP, or call by call as a rollout says.

    What was opened is closed at the end, also on failure.
    """
    async with open_all(settings, recorder) as opened:
        yield opened.live_trip


@asynccontextmanager
async def open_all(settings: Settings, recorder: Recorder | None = None) -> AsyncIterator[Opened]:
    """LiveTrip as the settings want it, and the files of its photos, which a process that serves pages serves as well.

    With a bucket, and where everything is the service's, there are none to serve, and everything else is the same.
    """
    container = LiveTripContainer(settings=settings)
    if recorder is not None:
        container.recorder.override(recorder)
    async with container.live_trip() as opened:
        yield opened
