"""Whoever has the address of a photo, and nothing else: how it sends and fetches under each wiring."""

from __future__ import annotations

from typing import Protocol

import httpx

from livetrip_contract import PhotoUpload
from livetrip_core import UploadAddress
from livetrip_core.fakes import InMemoryObjectStorage


class Browser(Protocol):
    """Sends to addresses and fetches from them."""

    async def send(self, upload: PhotoUpload, content: bytes) -> bool:
        """Is it taken?"""
        ...

    async def fetch(self, address: str) -> bytes | None:
        """What is there; None if nothing is, or the address is no good."""
        ...


class HttpBrowser:
    """Over HTTP: the network, or another way to the same server."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(transport=transport, timeout=30)

    async def send(self, upload: PhotoUpload, content: bytes) -> bool:
        headers = {header.name: header.value for header in upload.headers}
        answer = await self._client.request(upload.method, upload.address, content=content, headers=headers)
        return answer.is_success

    async def fetch(self, address: str) -> bytes | None:
        answer = await self._client.get(address)
        return answer.content if answer.is_success else None

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.aclose()


class MemoryBrowser:
    """At a storage in memory."""

    def __init__(self, storage: InMemoryObjectStorage) -> None:
        self._storage = storage

    async def send(self, upload: PhotoUpload, content: bytes) -> bool:
        headers = [(header.name, header.value) for header in upload.headers]
        try:
            self._storage.send(UploadAddress(method=upload.method, address=upload.address, headers=headers), content)
        except PermissionError:
            return False
        return True

    async def fetch(self, address: str) -> bytes | None:
        try:
            return self._storage.fetch(address)
        except (KeyError, PermissionError):
            return None

    async def aclose(self) -> None:
        """It has no connections."""
