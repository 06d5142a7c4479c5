"""The body of a request, as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, Final

from livetrip_web.forms.form import UnreadableForm

STALLED_SECONDS: Final = 30.0
"""How long the next bytes may take."""


async def chunks(receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> AsyncIterator[bytes]:
    """All of it, in chunks of any size. What is left when nobody wants more is thrown away by the server.

    Raises:
        UnreadableForm: it stopped before its end.
        TimeoutError: nothing came for too long.
    """
    is_over = False
    while not is_over:
        async with asyncio.timeout(STALLED_SECONDS):
            message = await receive()
        if message["type"] != "http.request":
            raise UnreadableForm
        is_over = not message.get("more_body", False)
        yield message.get("body", b"")
