"""LiveTrip in memory, and what stands in for it where a service is down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from livetrip_adapters import live_trip_port
from livetrip_bff import LiveTripBackend
from livetrip_bff.clock import SystemClock
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_bff.photos import Darkroom
from livetrip_contract import Caller, LiveTrip, PhotoUpload
from livetrip_core import UploadAddress
from livetrip_core.fakes import InMemoryObjectStorage, InMemoryUnitOfWorkFactory, TextImageProcessor
from livetrip_web.registers.register import SessionRegister

_port = cache(live_trip_port)


class MemoryDiary:
    """A whole diary in memory. `live_trip`: what pages see of it; `storage`: where its photos are."""

    def __init__(self) -> None:
        clock = SystemClock()
        self.storage = InMemoryObjectStorage(clock)
        darkroom = Darkroom(self.storage, TextImageProcessor())
        backend = LiveTripBackend(
            InMemoryUnitOfWorkFactory(), clock, UuidV7Identifiers(clock), darkroom, version="1.0.0"
        )
        self.live_trip: LiveTrip = _port().direct(backend)

    def receive(self, upload: PhotoUpload, content: bytes) -> None:
        """What the storage does with what a browser sends."""
        self.storage.send(UploadAddress(method="PUT", address=upload.address, headers=[]), content)


class MemoryStorage:
    """What a diary in memory keeps photos in, for pages that send them on.

    Attributes:
        failure: what happens instead.
        then: what happens once one has arrived.
    """

    def __init__(self, diary: MemoryDiary) -> None:
        self._diary = diary
        self.failure: Exception | None = None
        self.then: Callable[[], None] = lambda: None

    async def send(self, upload: PhotoUpload, size: int, content: AsyncIterator[bytes]) -> None:
        """See `livetrip_web.storage.Storage`."""
        sent = b"".join([chunk async for chunk in content])
        assert len(sent) == size
        if self.failure is not None:
            raise self.failure
        self._diary.receive(upload, sent)
        self.then()


class ListeningDiary:
    """Keeps who called it."""

    def __init__(self) -> None:
        self.callers: set[Caller] = set()
        self._diary = MemoryDiary().live_trip

    def __getattr__(self, name: str) -> Any:
        def call(caller: Caller, *arguments: Any, **named: Any) -> Any:
            self.callers.add(caller)
            return getattr(self._diary, name)(caller, *arguments, **named)

        return call


class Unreliable:
    """A LiveTrip, or a register of sessions, whose calls raise what a test wants, for as long as it wants it."""

    def __init__(self, obedient: LiveTrip | SessionRegister) -> None:
        self._obedient = obedient
        self.failure: Callable[[], Exception] | None = None
        self.after = False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._obedient, name)

        async def made(*arguments: Any, **named: Any) -> Any:
            if self.failure is None:
                return await call(*arguments, **named)
            if self.after:
                await call(*arguments, **named)
            raise self.failure()

        return made


class Ticking:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.now
