"""The connections of one server: how many there may be, how long it waits for them, and which it closes first.

A client that sends half a request, or never reads its answer, costs a file descriptor for as long as the server waits. A process has a
few hundred of those, and needs some for its database and its files. So there are limits of time for what a connection is waited for,
and limits of number: when they are reached, connections that nothing is done for are closed first, the oldest of them.
"""

from __future__ import annotations

import asyncio
import logging
import math
import resource
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv6Address, ip_address
from itertools import islice
from typing import Final, Protocol

_log = logging.getLogger("switchover.serve")

UNLIMITED_FILES: Final = 65_536
"""Descriptors that are reckoned with where the system sets no limit."""

SMALLEST_RESERVE: Final = 64
"""Descriptors, at least, that are left for databases, files and calls of the process's own."""

LARGEST_BACKLOG: Final = 2048
"""Connections that the system may hold before they are accepted; uvicorn's own number."""

SWEEP_SECONDS: Final = 0.5
"""How often connections are looked at."""

_REPORT_SECONDS: Final = 10.0
_MOST_SCANNED: Final = 64


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How long a server waits for its clients, and how many connections it holds.

    Attributes:
        head_seconds: from the first byte of a request to the end of its head; also for a new connection that sends nothing.
        body_idle_seconds: without a byte of a body that is waited for. A slow body that moves takes as long as it needs.
        answer_idle_seconds: without the client taking anything of its answer.
        connections: how many may be open; None for three quarters of the files that the process may open (RLIMIT_NOFILE).
        connections_per_address: how many of them one client address may have, by the peer of the connection: an IPv4 address, or the
            /64 of an IPv6 address. None for half of `connections`; 0 for no limit, as behind a proxy. Unix sockets have no address.
    """

    head_seconds: float = 10.0
    body_idle_seconds: float = 30.0
    answer_idle_seconds: float = 30.0
    connections: int | None = None
    connections_per_address: int | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a limit that is not possible."""
        for name in ("head_seconds", "body_idle_seconds", "answer_idle_seconds"):
            value = getattr(self, name)
            if not 0 < value < math.inf:
                raise ValueError(f"{name} must be a positive number of seconds, got {value}")
        if self.connections is not None and self.connections < 1:
            raise ValueError(f"connections must be at least 1, got {self.connections}")
        if self.connections_per_address is not None and self.connections_per_address < 0:
            raise ValueError(
                f"connections_per_address must be 0 (no limit) or more, got {self.connections_per_address}"
            )


class Phase(Enum):
    """What a connection is doing."""

    IDLE = "idle"
    REST = "rest"
    """The answer is given, and the rest of the body is thrown away."""

    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"


_DISPLACED: Final = (Phase.IDLE, Phase.REST, Phase.HEAD)
"""What nothing is done for, in the order in which it makes room."""


class Admission(Enum):
    """Whether a new connection may stay."""

    FULL = "full"
    """Like any other."""

    BRIEF = "brief"
    """For one request without a body, such as a health check: nothing can be held open with it."""

    REFUSED = "refused"
    """For an answer that says so."""

    CLOSED = "closed"
    """Not at all: there is no room left to say so."""


class Connection(Protocol):
    """One connection, as its limits see it.

    Attributes:
        phase: what it is doing.
    """

    phase: Phase

    @property
    def peer(self) -> str | None:
        """The address at the other end; None where there is none."""
        ...

    def check(self, now: float) -> None:
        """End it if it has been waited for too long."""
        ...

    def make_room(self) -> None:
        """End it, because others need the room."""
        ...


class Connections:
    """All connections of one server.

    Attributes:
        limits: what they are held to.
        most: how many may be open.
        backlog: how many the system may hold until they are accepted: all of them may be accepted at once.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        reserve = _reserve(open_files())
        self.most = limits.connections if limits.connections is not None else max(1, open_files() - reserve)
        per_address = limits.connections_per_address
        self._most_per_address = per_address if per_address is not None else max(1, self.most // 2)
        self._most_extra = max(1, reserve // 8)
        self.backlog = max(1, min(LARGEST_BACKLOG, reserve // 2))
        self._open: dict[Connection, None] = {}
        self._full: set[Connection] = set()
        self._extra: set[Connection] = set()
        self._waiting: dict[Phase, dict[Connection, None]] = {phase: {} for phase in _DISPLACED}
        self._peers: dict[str, dict[Connection, None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._refused = self._displaced = 0
        self._reported = -math.inf

    def admit(self, connection: Connection, loop: asyncio.AbstractEventLoop) -> Admission:
        """Take a new connection in, if need be by closing one that nothing is done for."""
        self._watch(loop)
        self._open[connection] = None
        admission = self._admission(connection)
        if admission is Admission.FULL:
            self._full.add(connection)
            self._waiting[Phase.IDLE][connection] = None
            if connection.peer is not None:
                self._peers.setdefault(connection.peer, {})[connection] = None
        elif admission is not Admission.CLOSED:
            self._extra.add(connection)
        self._refused += admission in (Admission.REFUSED, Admission.CLOSED)
        return admission

    def _admission(self, connection: Connection) -> Admission:
        extra = Admission.CLOSED if len(self._extra) >= self._most_extra else None
        if self._is_crowded(connection.peer) and not self._displace_one_of(connection.peer):
            return extra or Admission.REFUSED
        if len(self._full) >= self.most and not self._displace_any():
            return extra or Admission.BRIEF
        return Admission.FULL

    def leave(self, connection: Connection) -> None:
        """Forget a connection that is gone."""
        self._open.pop(connection, None)
        self._extra.discard(connection)
        self._uncount(connection)

    def moved(self, connection: Connection, phase: Phase) -> None:
        """Note that a connection has begun something else."""
        if connection in self._full:
            for waiting in self._waiting.values():
                waiting.pop(connection, None)
            if phase in self._waiting:
                self._waiting[phase][connection] = None

    def _uncount(self, connection: Connection) -> None:
        self._full.discard(connection)
        for waiting in self._waiting.values():
            waiting.pop(connection, None)
        peers = self._peers.get(connection.peer or "", {})
        peers.pop(connection, None)
        if not peers:
            self._peers.pop(connection.peer or "", None)

    def _is_crowded(self, peer: str | None) -> bool:
        return self._most_per_address > 0 and len(self._peers.get(peer or "", ())) >= self._most_per_address

    def _displace_one_of(self, peer: str | None) -> bool:
        oldest = list(islice(self._peers.get(peer or "", ()), _MOST_SCANNED))
        for phase in self._waiting:
            for connection in oldest:
                if connection.phase is phase:
                    return self._displace(connection)
        return False

    def _displace_any(self) -> bool:
        for waiting in self._waiting.values():
            if waiting:
                return self._displace(next(iter(waiting)))
        return False

    def _displace(self, connection: Connection) -> bool:
        self._uncount(connection)
        self._displaced += 1
        connection.make_room()
        return True

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(SWEEP_SECONDS, self._sweep, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """End what has been waited for too long; go on for as long as there is anything to look at."""
        now = loop.time()
        for connection in list(self._open):
            connection.check(now)
        self._report(now)
        if self._open:
            loop.call_later(SWEEP_SECONDS, self._sweep, loop)
        else:
            self._loop = None

    def _report(self, now: float) -> None:
        if (self._refused or self._displaced) and now - self._reported >= _REPORT_SECONDS:
            what = (
                "connections were refused: %d; closed to make room: %d; at most %d may be open, and %d of one address"
            )
            _log.warning(what, self._refused, self._displaced, self.most, self._most_per_address or self.most)
            self._refused = self._displaced = 0
            self._reported = now


def open_files() -> int:
    """How many files the process may open (RLIMIT_NOFILE, the soft limit)."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED_FILES if soft == resource.RLIM_INFINITY else min(soft, 2**31)


def _reserve(files: int) -> int:
    """How many of them connections leave alone: a quarter, but at least 64, and at most half."""
    return min(max(SMALLEST_RESERVE, files // 4), files // 2)


def peer_of(host: str) -> str:
    """A client's address as it is counted: whoever has an IPv6 address usually has the 2**64 around it."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return address.packed[:8].hex()
    return host
