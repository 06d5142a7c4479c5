"""Objects in a bucket that speaks S3."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

import httpx

from livetrip_bff.storage.keys import require_key
from livetrip_bff.storage.sigv4 import S3Signer
from livetrip_core import Announcement, Clock, PhotoFormat, UploadAddress
from switchover.errors import ServiceUnavailable

TIMEOUT: Final = httpx.Timeout(30.0, connect=3.0, pool=10.0)


class S3ObjectStorage:
    """An `ObjectStorage` in a bucket; its addresses go straight to the bucket.

    It is to be used as an async context manager: connections are closed at its end.

    Arguments:
        endpoint: `https://host[:port]`; the bucket is the first part of the path.
        bucket: its name.
        signer: signs the addresses.
        clock: tells how long an address that expires then is good.
        transport: of httpx, the network if none is given.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        signer: S3Signer,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._bucket = f"{endpoint}/{bucket}"
        self._signer = signer
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=TIMEOUT, transport=transport, trust_env=False)

    def upload_address(self, key: str, announced: Announcement, *, expires_at: datetime) -> UploadAddress:
        """Where exactly the announced bytes can be sent to: type, length and checksum are signed.

        The length is no header to be sent by hand: whoever sends bytes sends it, and browsers let nobody set it.
        """
        checksum = b64encode(bytes.fromhex(announced.checksum)).decode()
        headers = [("content-type", announced.format.value), ("x-amz-checksum-sha256", checksum)]
        signed = dict(headers) | {"content-length": str(announced.byte_size)}
        seconds = (expires_at - self._clock.now()).total_seconds()
        address = self._signer.address("PUT", self._url(key), seconds=seconds, headers=signed)
        return UploadAddress(method="PUT", address=address, headers=headers)

    def download_address(self, key: str, *, expires_at: datetime) -> str:
        """Where an object can be fetched from."""
        seconds = (expires_at - self._clock.now()).total_seconds()
        return self._signer.address("GET", self._url(key), seconds=seconds)

    async def read(self, key: str, *, at_most: int) -> bytes | None:
        """An object, cut off one byte after `at_most`; None if there is none."""
        url = self._url(key)
        with _answering():
            async with self._client.stream("GET", url, headers=self._signer.headers("GET", url)) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    return None
                _require_success(answer)
                content = bytearray()
                async for chunk in answer.aiter_raw():
                    content += chunk
                    if len(content) > at_most:
                        break
        return bytes(content[: at_most + 1])

    async def write(self, key: str, content: bytes, kind: PhotoFormat) -> None:
        """Keep an object."""
        url = self._url(key)
        headers = self._signer.headers("PUT", url, {"content-type": kind.value})
        with _answering():
            _require_success(await self._client.put(url, content=content, headers=headers))

    async def remove(self, key: str) -> None:
        """Forget an object."""
        url = self._url(key)
        with _answering():
            answer = await self._client.delete(url, headers=self._signer.headers("DELETE", url))
            if answer.status_code != httpx.codes.NOT_FOUND:
                _require_success(answer)

    async def tidy(self, *, older_than: timedelta) -> None:
        """Nothing is left behind: the storage takes an object as a whole or not at all."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    def _url(self, key: str) -> str:
        return f"{self._bucket}/{require_key(key)}"


def _require_success(answer: httpx.Response) -> None:
    """A storage that refuses what this process may do is as good as none: nobody who calls can mend it."""
    if not answer.is_success:
        raise ServiceUnavailable(f"The photo storage answers with status {answer.status_code}.", retry_after=1)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise ServiceUnavailable("The photo storage does not answer.", retry_after=1) from error
