"""LiveTrip over HTTP: everything a process needs that has no backend of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from livetrip_adapters.settings import Settings
from livetrip_contract import LiveTrip
from switchover import HttpxTransport, Port, SharedKey


@asynccontextmanager
async def open_http(port: Port[LiveTrip], settings: Settings) -> AsyncIterator[LiveTrip]:
    """The service, as LiveTrip; connections are closed at the end."""
    key = settings.service_key
    base_url = settings.service_url or "http://livetrip"
    socket = str(settings.service_socket) if settings.service_socket is not None else None
    async with HttpxTransport(base_url, uds=socket) as transport:
        if key is None:
            yield port.http(transport=transport, trust="open")
        else:
            yield port.http(transport=transport, credentials=SharedKey(key.get_secret_value()))
