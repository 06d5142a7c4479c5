"""What a process has once LiveTrip is opened: the interface, and what it may have to serve beside its own pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from livetrip_adapters.photos import FILES_PATH, PhotoSettings
from livetrip_contract import LiveTrip
from switchover.trust.endpoint import is_loopback

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
        self._base_url = self._settings.base_url
        path = urlsplit(self._base_url).path
        self.mounts: Mapping[str, ASGIApp] = {} if files is None else {path: files}

    def listens_at(self, origin: str) -> None:
        """Tell where this process listens (`http://127.0.0.1:8000`); it counts unless the settings know better."""
        if self._files is not None and self._settings.url is None:
            self._base_url = origin + FILES_PATH
            self._files.reached_at(self._base_url)

    def visible_address(self, address: str) -> str:
        """Return the path of an address that this process answers, and any other address unchanged.

        A browser can reach this process under several origins (`localhost`, a forwarded port): a path works on all of them.
        An address at another host than this machine was configured on purpose and stays as it is.
        """
        if not self.mounts or not address.startswith(f"{self._base_url}/"):
            return address
        is_named = self._settings.url is not None and not is_loopback(urlsplit(self._base_url).hostname or "")
        return address if is_named else address.removeprefix(_origin(self._base_url))


def _origin(url: str) -> str:
    return url.removesuffix(urlsplit(url).path)


@dataclass(frozen=True, slots=True)
class Opened:
    """LiveTrip, and the files of its photos."""

    live_trip: LiveTrip
    files: PhotoFiles
