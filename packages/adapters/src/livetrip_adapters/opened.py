"""What a process has once LiveTrip is opened: the interface, and what it may have to serve beside its own pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from livetrip_adapters.photos import FILES_PATH, PhotoSettings
from livetrip_contract import LiveTrip

ASGIApp = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]
]


class Files(Protocol):
    """An application that answers addresses below a base URL."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """See ASGI."""
        ...

    def reached_at(self, base_url: str) -> None:
        """Make addresses below another base URL from now on."""
        ...


class PhotoFiles:
    """The files of photos, if this process has to serve them.

    Arguments:
        files: answers their addresses; None where a storage of its own does, or the service.
        settings: say where browsers reach them, unless that is left to the process.

    Attributes:
        mounts: what is to be served at which path, beside everything else and with nobody in front: addresses are signed.
    """

    def __init__(self, files: Files | None = None, settings: PhotoSettings | None = None) -> None:
        self._files, self._settings = files, settings or PhotoSettings()
        path = urlsplit(self._settings.base_url).path
        self.mounts: Mapping[str, ASGIApp] = {} if files is None else {path: files}

    def listens_at(self, origin: str) -> None:
        """Tell where this process listens (`http://127.0.0.1:8000`); it counts unless the settings know better."""
        if self._files is not None and self._settings.url is None:
            self._files.reached_at(origin + FILES_PATH)


@dataclass(frozen=True, slots=True)
class Opened:
    """LiveTrip, and the files of its photos."""

    live_trip: LiveTrip
    files: PhotoFiles
