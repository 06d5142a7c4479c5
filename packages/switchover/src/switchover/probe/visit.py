"""One request over a connection of its own: name, connection, TLS, first byte and the rest, each timed by itself."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from switchover.errors import ConnectionLost, ServiceUnreachable
from switchover.port.wire import WireResponse
from switchover.probe.address import Address
from switchover.probe.dialing import dial
from switchover.probe.reading import AnswerReader
from switchover.probe.resolving import Resolve
from switchover.probe.stopwatch import Stopwatch

_CHUNK: Final = 64 * 1024
_NEVER: Final = 100_000.0
"""Seconds. The deadline of the probe ends what asyncio would end after a time of its own, which would hide the phase."""

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Approach:
    """How to get there: a resolver, the address family (`AF_UNSPEC`: any), and whom to trust."""

    resolve: Resolve
    family: int
    trust: ssl.SSLContext


async def visit(
    approach: Approach, address: Address, method: str, headers: Headers, watch: Stopwatch
) -> tuple[WireResponse, str]:
    """The answer, and the IP address that it came from. Redirects are answers like others. Time is for the caller to bound.

    Raises:
        ServiceUnreachable: the name, the connection or the certificate is not as it should be.
        ConnectionLost, UnexpectedAnswer: see `AnswerReader.take`.
    """
    with watch.timing("dns"):
        endpoints = await approach.resolve(address.host, address.port, approach.family)
    with watch.timing("connect"):
        connection, endpoint = await dial(endpoints)
    reader, writer = await _opened(connection, address, approach.trust, watch)
    try:
        return await _conversed(reader, writer, AnswerReader(method, address.target, headers), watch), str(endpoint)
    except OSError as error:  # ssl.SSLError is one
        raise ConnectionLost("The connection broke before the answer was complete.") from error
    finally:
        writer.transport.abort()


async def _opened(
    connection: socket.socket, address: Address, trust: ssl.SSLContext, watch: Stopwatch
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.scheme == "http":
        return await asyncio.open_connection(sock=connection)
    try:
        with watch.timing("tls"):
            return await asyncio.open_connection(
                sock=connection, ssl=trust, server_hostname=address.host, ssl_handshake_timeout=_NEVER
            )
    except ssl.SSLCertVerificationError as error:
        raise ServiceUnreachable(f"The certificate is refused: {error.verify_message.rstrip('.')}.") from error
    except ssl.SSLError as error:
        raise ServiceUnreachable(f"There is no TLS to be had ({error.reason}).") from error
    except OSError as error:
        raise ServiceUnreachable("The connection ended during the TLS handshake.") from error


async def _conversed(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: AnswerReader, watch: Stopwatch
) -> WireResponse:
    with watch.timing("first_byte"):
        writer.write(answer.request)
        data = await reader.read(_CHUNK)
        if not data:
            raise ConnectionLost("The connection ended without an answer.")
    watch.phase = "body"
    while (response := answer.take(data)) is None:
        data = await reader.read(_CHUNK)
    return response
