"""LiveTrip over HTTP: everything a process needs that has no backend of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from livetrip_adapters.settings import Settings
from livetrip_adapters.trust import Kind
from livetrip_contract import LiveTrip
from switchover import HttpxTransport, Port, Timeouts

TIMEOUTS_OF: Final = {"completePhotoUpload": Timeouts(read=60, total=60)}
"""A large photo is decoded and encoded before it is answered, with the least priority, on whatever machine there is."""


@asynccontextmanager
async def open_http(port: Port[LiveTrip], settings: Settings) -> AsyncIterator[LiveTrip]:
    """The service, as LiveTrip; connections are closed at the end."""
    base_url = settings.service_url or "http://livetrip"
    socket = str(settings.service_socket) if settings.service_socket is not None else None
    answers = settings.answer_reading
    async with HttpxTransport(base_url, uds=socket) as transport:
        if settings.trust is Kind.OPEN:
            yield port.http(transport=transport, trust="open", timeouts_of=TIMEOUTS_OF, answers=answers)
        else:
            credentials = settings.credential_source()
            yield port.http(transport=transport, credentials=credentials, timeouts_of=TIMEOUTS_OF, answers=answers)
