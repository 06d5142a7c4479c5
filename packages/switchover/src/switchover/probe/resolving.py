"""The addresses of a name, from the system's resolver."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from switchover.errors import ServiceUnreachable


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of a host, as the socket module takes it."""

    family: int
    sockaddr: Any

    def __str__(self) -> str:
        return str(self.sockaddr[0])


Resolve = Callable[[str, int, int], Awaitable[list[Endpoint]]]
"""The endpoints of host and port, in a family (`AF_UNSPEC`: any); raises ServiceUnreachable where there are none."""

Lookup = Callable[..., Any]


def resolver(lookup: Lookup = socket.getaddrinfo) -> Resolve:
    """A resolver that asks `lookup` on a thread of its own each time.

    A lookup that hangs cannot be ended. The event loop would wait for it in its executor before a process may end; a daemon thread keeps nobody.
    """

    async def resolve(host: str, port: int, family: int) -> list[Endpoint]:
        arguments = (host, port, family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if _is_address(host):
                entries = socket.getaddrinfo(*arguments, socket.AI_NUMERICHOST)  # asks nobody
            else:
                entries = await asyncio.wrap_future(_looked_up(lookup, arguments))
        except (OSError, UnicodeError) as error:
            raise ServiceUnreachable(f"The name cannot be resolved: {_reason(error)}.") from error
        return list(dict.fromkeys(Endpoint(entry[0], entry[4]) for entry in entries))

    return resolve


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _looked_up(lookup: Lookup, arguments: tuple[Any, ...]) -> Future[Any]:
    found: Future[Any] = Future()
    found.set_running_or_notify_cancel()
    thread = threading.Thread(target=_look_up, args=(lookup, arguments, found), daemon=True)
    thread.name = "switchover-probe-dns"
    thread.start()
    return found


def _look_up(lookup: Lookup, arguments: tuple[Any, ...], found: Future[Any]) -> None:
    try:
        found.set_result(lookup(*arguments))
    except (OSError, UnicodeError) as error:
        found.set_exception(error)


def _reason(error: Exception) -> str:
    """What the resolver said; a `gaierror` has numbers of its own (`getaddrinfo(3)`)."""
    if isinstance(error, socket.gaierror):
        return str(error.strerror)
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "it is no name"
