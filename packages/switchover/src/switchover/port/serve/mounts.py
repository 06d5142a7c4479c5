"""Applications of the team's own beside a contract's operations: at paths that nothing else has, and ended with the service."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final

from switchover import context
from switchover.errors import InternalError, ServiceUnavailable
from switchover.errors.outline import failure_of, outline
from switchover.extras import extra
from switchover.port.serve.gate import Gate
from switchover.port.serve.metrics import is_plain
from switchover.port.serve.reply import error_reply
from switchover.port.serve.route import send_reply
from switchover.port.serve.tracing import traced

with extra("serve"):
    from litestar.types import ASGIApp

_log: Final = logging.getLogger("switchover.serve")

Mounted = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]
]
"""An ASGI application, for HTTP alone: a service's lifespan is its own."""


class Mounts:
    """An ASGI application that hands requests below some paths to others, and all the rest on.

    No verifier stands before them: who may do what is their own matter. Once the gate is closed they are asked nothing new. Their answers
    tell their trace like every other, and what they call and log belongs to it.
    """

    def __init__(self, mounts: Mapping[str, Mounted], gate: Gate, rest: Any) -> None:
        self._mounts = tuple((path, traced(_Guarded(path, mounted, gate))) for path, mounted in mounts.items())
        self._rest = rest

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """See ASGI."""
        found = self._find(scope) if scope["type"] == "http" else None
        await (self._rest if found is None else found)(scope, receive, send)

    def _find(self, scope: Any) -> ASGIApp | None:
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        for mount, guarded in self._mounts:
            if path == mount or path.startswith(f"{mount}/"):
                return guarded
        return None


class _Guarded:
    """An application of the team's, until the gate is closed, and with an answer where it fails."""

    def __init__(self, path: str, mounted: Mounted, gate: Gate) -> None:
        self._path, self._mounted, self._gate = path, mounted, gate

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._gate.is_closed:
            await _refuse(ServiceUnavailable("The service is shutting down."), send)
            return
        started = _Started(send)
        try:
            await self._mounted({**scope, "root_path": scope.get("root_path", "") + self._path}, receive, started)
        except Exception as error:  # whatever an application of the team's raises ends here; its text may be personal
            _log.error("what is mounted at %s failed: %s", self._path, outline(error), extra=failure_of(error))
            if started.is_started:
                raise
            await _refuse(InternalError(), send)


class _Started:
    """A send channel that remembers whether an answer has begun."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.is_started = False

    async def __call__(self, message: Any) -> None:
        self.is_started = True
        await self._send(message)


def check_mounts(mounts: Iterable[str], taken: Iterable[str]) -> None:
    """Hold the paths of mounts against everything else that is served, and against each other.

    Raises:
        ValueError: one is no path, or something is there, below it or above it.
    """
    known = list(taken)
    for path in mounts:
        if not is_plain(path):
            raise ValueError(f"mounts are at paths such as /files, not {path!r}")
        met = [other for other in known if _overlap(path, other)]
        if met:
            raise ValueError(f"{path} cannot be mounted, where {' and '.join(met)} is; take another path")
        known.append(path)


def _overlap(path: str, other: str) -> bool:
    """Could one request mean both, or what is below the mount?"""
    return all("{" in theirs or mine == theirs for mine, theirs in zip(path.split("/"), other.split("/"), strict=False))


async def _refuse(error: ServiceUnavailable | InternalError, send: Any) -> None:
    trace = context.current().trace
    assert trace is not None  # what is mounted is traced
    await send_reply(error_reply(error, trace.trace_id), send)
