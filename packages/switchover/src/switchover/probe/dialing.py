"""A connection to whichever address takes one first (RFC 8305, "Happy Eyeballs"), as browsers make it."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Final

from switchover.errors import ServiceUnreachable
from switchover.probe.resolving import Endpoint

STAGGER_SECONDS: Final = 0.25
"""How long one address may keep the next waiting (RFC 8305, section 5)."""

Attempt = asyncio.Task[socket.socket]


async def dial(endpoints: Sequence[Endpoint], stagger: float = STAGGER_SECONDS) -> tuple[socket.socket, Endpoint]:
    """A connected socket, not blocking, and what it is connected to.

    Raises:
        ServiceUnreachable: no address takes a connection; each is named with the reason.
    """
    waiting = interleaved(endpoints)
    attempts: dict[Attempt, Endpoint] = {}
    running: set[Attempt] = set()
    chosen: Attempt | None = None
    try:
        while waiting or running:
            if waiting:
                attempt = asyncio.create_task(_connected(waiting[0]))
                attempts[attempt] = waiting.pop(0)
                running.add(attempt)
            wait = stagger if waiting else None
            ended, running = await asyncio.wait(running, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            chosen = next((attempt for attempt in ended if attempt.exception() is None), None)
            if chosen is not None:
                return chosen.result(), attempts[chosen]
        raise _refused(attempts)
    finally:
        for attempt in attempts:
            if attempt is not chosen:
                attempt.cancel()
                attempt.add_done_callback(_discard)


def interleaved(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """The endpoints with the families taking turns, each in the resolver's order (RFC 8305, section 4)."""
    first = [endpoint for endpoint in endpoints if endpoint.family == endpoints[0].family]
    others = [endpoint for endpoint in endpoints if endpoint.family != endpoints[0].family]
    return [endpoint for endpoint in chain.from_iterable(zip_longest(first, others)) if endpoint is not None]


async def _connected(endpoint: Endpoint) -> socket.socket:
    connection = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, endpoint.sockaddr)
    except BaseException:
        connection.close()
        raise
    return connection


def _discard(attempt: Attempt) -> None:
    """A connection that nobody needs any more."""
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()


def _refused(attempts: dict[Attempt, Endpoint]) -> ServiceUnreachable:
    reasons = [f"{endpoint}: {_reason(attempt.exception())}" for attempt, endpoint in attempts.items()]
    return ServiceUnreachable(f"No connection: {'; '.join(reasons)}.")


def _reason(error: BaseException | None) -> str:
    """The system's own words: asyncio's repeat the address."""
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number else "no such kind of address"
