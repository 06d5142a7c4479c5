"""The body of a request, as it comes: with patience that ends, and to its end also when nobody wants it any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, Final

from livetrip_web.forms.form import UnreadableForm

STALLED_SECONDS: Final = 30.0
"""How long the next bytes may take."""

DRAINED_BYTES: Final = 256 * 1024 * 1024
DRAINED_SECONDS: Final = 60.0


class Body:
    """What comes after the headers.

    Browsers show an answer that comes before they have sent everything only if the rest is taken as well: otherwise the connection is
    reset under them. See `drain`.
    """

    def __init__(self, receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> None:
        self._receive = receive
        self._is_over = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of it, in chunks of any size.

        Raises:
            UnreadableForm: it stopped before its end.
            TimeoutError: nothing came for too long.
        """
        while not self._is_over:
            yield await self._next()

    async def drain(self) -> None:
        """Take what is left, within bounds, and throw it away."""
        count = 0
        with suppress(TimeoutError, UnreadableForm):
            async with asyncio.timeout(DRAINED_SECONDS):
                while not self._is_over and count < DRAINED_BYTES:
                    count += len(await self._next())

    async def _next(self) -> bytes:
        async with asyncio.timeout(STALLED_SECONDS):
            message = await self._receive()
        self._is_over = not message.get("more_body", False)
        if message["type"] != "http.request":
            raise UnreadableForm
        body: bytes = message.get("body", b"")
        return body
