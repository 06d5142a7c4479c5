"""Sending to where photos are kept, on behalf of a browser that cannot do it itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, Protocol

import httpx

from livetrip_contract import PhotoUpload

TIMEOUT: Final = httpx.Timeout(30.0, connect=3.0)
"""Seconds; the first is for each chunk on its way, and for the answer."""


class StorageFailed(Exception):
    """The storage was not reached, or did not take what was sent."""


class Storage(Protocol):
    """Takes what was announced."""

    async def send(self, upload: PhotoUpload, size: int, content: AsyncIterator[bytes]) -> None:
        """Send bytes to the address of an upload. Raises StorageFailed."""
        ...


class HttpStorage:
    """By the method, the address and the headers that the upload names, and nothing else."""

    async def send(self, upload: PhotoUpload, size: int, content: AsyncIterator[bytes]) -> None:
        """Send bytes to the address of an upload."""
        headers = {header.name: header.value for header in upload.headers} | {"content-length": str(size)}
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
                answer = await client.request(upload.method, upload.address, headers=headers, content=content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise StorageFailed(type(error).__name__) from None  # what else it says has the address in it
        if not answer.is_success:
            raise StorageFailed(f"status {answer.status_code}")
