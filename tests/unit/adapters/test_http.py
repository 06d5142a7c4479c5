"""How long LiveTrip's calls may take over HTTP."""

from __future__ import annotations

from livetrip_adapters import live_trip_port
from livetrip_adapters.http import open_http
from livetrip_adapters.settings import BackendMode, Settings
from livetrip_adapters.trust import Kind
from switchover import Timeouts
from switchover.port.http import OverHttp
from switchover.port.shims import parts_of


async def test_the_one_that_looks_into_photos_has_a_minute_and_all_others_what_is_usual() -> None:
    settings = Settings(backend_mode=BackendMode.SERVICE, service_url="http://127.0.0.1:1", trust=Kind.OPEN)
    async with open_http(live_trip_port(), settings) as live_trip:
        made = parts_of(live_trip)
    assert isinstance(made, OverHttp)
    timeouts = dict(made.remote.timeouts)
    assert timeouts.pop("complete_photo_upload") == Timeouts(read=60, total=60)
    assert set(timeouts.values()) == {Timeouts()}
