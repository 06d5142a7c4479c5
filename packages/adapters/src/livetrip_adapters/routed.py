"""LiveTrip call by call: in this process or over HTTP, on one database, as a rollout decides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from livetrip_adapters.http import open_http
from livetrip_adapters.opened import Opened, PhotoFiles
from livetrip_adapters.settings import Settings, SettingsError
from livetrip_contract import LiveTrip
from switchover import Port, Recorder


@asynccontextmanager
async def open_routed(port: Port[LiveTrip], settings: Settings, recorder: Recorder) -> AsyncIterator[Opened]:
    """Both sides; without `LIVETRIP_ROLLOUT` the service alone, for which the backend need not be installed.

    The backend here works on the database that the service works on: only then is going back, or answering here instead, the same diary.

    Raises:
        SettingsError: the backend is not installed here, or database, plan or store cannot be used.
    """
    async with open_http(port, settings) as remote:
        if settings.rollout is None:
            yield Opened(remote, PhotoFiles())
            return
        try:
            from livetrip_adapters.direct import open_direct  # noqa: PLC0415 - not needed without a rollout
            from livetrip_adapters.rollout import open_rollout  # noqa: PLC0415 - nor is this
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"LIVETRIP_ROLLOUT answers calls in this process as well, and {error.name} is not installed here "
                "(pip install 'livetrip-adapters[direct]')"
            ) from error
        async with open_direct(port, settings) as local, open_rollout(port, settings, recorder) as rollout:
            yield Opened(port.route(direct=local.live_trip, http=remote, rollout=rollout), local.files)
