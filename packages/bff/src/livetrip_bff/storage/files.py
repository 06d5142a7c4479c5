"""The small route behind the addresses of `LocalObjectStorage`: sends and takes files to whoever has an address that allows it."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from pydantic_core import to_json

from livetrip_bff.storage.keys import is_key
from livetrip_bff.storage.local import LocalObjectStorage
from livetrip_bff.storage.signature import AddressSigner, Grant

CHUNK: Final = 256 * 1024
BATCH: Final = 1024 * 1024
"""How much is hashed and written at once: each time costs the event loop a visit to a thread, and not the work itself."""
BROWSERS_KEEP_SECONDS: Final = 600

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_RANGE: Final = re.compile(rb"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
_MAGIC: Final = (
    (re.compile(rb"\xff\xd8\xff"), b"image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), b"image/png"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), b"image/webp"),
)

Header = tuple[bytes, bytes]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str, detail: str, *headers: Header) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers


class ObjectFiles:
    """An ASGI application.

    Arguments:
        storage: whose files these are.
        signer: judges addresses; the storage's own.
        origins: of pages (`https://diary.example`) that may send and fetch from elsewhere.
    """

    def __init__(
        self, storage: LocalObjectStorage, signer: AddressSigner, origins: frozenset[str] = frozenset()
    ) -> None:
        self._storage = storage
        self._signer = signer
        self._origins = {origin.encode() for origin in origins}

    def reached_at(self, base_url: str) -> None:
        """Make addresses below another base URL from now on."""
        self._storage.base_url = base_url

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        shared = self._shared(headers.get(b"origin"))
        try:
            await self._answer(scope, headers, receive, send, shared)
        except _Refused as refused:
            body = to_json(
                {"type": "about:blank", "status": refused.status, "code": refused.code, "detail": refused.detail}
            )
            told = [(b"content-type", b"application/problem+json"), *refused.headers, *shared]
            await _reply(send, refused.status, told, b"" if scope["method"] == "HEAD" else body)

    async def _answer(
        self,
        scope: MutableMapping[str, Any],
        headers: dict[bytes, bytes],
        receive: Receive,
        send: Send,
        shared: list[Header],
    ) -> None:
        method: str = scope["method"]
        if method == "OPTIONS":
            allowed = [
                (b"access-control-allow-methods", b"GET, PUT"),
                (b"access-control-allow-headers", b"content-type"),
            ]
            kept = (b"access-control-max-age", b"%d" % BROWSERS_KEEP_SECONDS)
            await _reply(
                send, 204, [(b"allow", b"GET, HEAD, OPTIONS, PUT"), *(shared and [*shared, *allowed, kept])], b""
            )
        elif method in ("GET", "HEAD"):
            grant = self._granted("GET", scope)
            await self._fetch(grant, headers, send, shared, is_head=method == "HEAD")
        elif method == "PUT":
            grant = self._granted("PUT", scope)
            await self._store(grant, headers, receive)
            await _reply(send, 204, shared, b"")
        else:
            raise _Refused(
                405, "method_not_allowed", "Files are fetched and sent.", (b"allow", b"GET, HEAD, OPTIONS, PUT")
            )

    def _granted(self, method: str, scope: MutableMapping[str, Any]) -> Grant:
        key = scope["path"].removeprefix(scope.get("root_path") or "").removeprefix("/")
        query = scope["query_string"].decode("latin-1")
        grant = (
            self._signer.grant(method, key, query) if is_key(key) and quote(query, safe="%&=-_.~+") == query else None
        )
        if grant is None:
            raise _Refused(403, "forbidden", "This address was not made here, was changed, or has expired.")
        return grant

    async def _store(self, grant: Grant, headers: dict[bytes, bytes], receive: Receive) -> None:
        length = headers.get(b"content-length")
        if length is None:
            raise _Refused(411, "length_required", "The size of what is sent has to be said.")
        if length != str(grant.size).encode():
            raise _Refused(403, "forbidden", "This address is for something of another size.")
        if headers.get(b"content-type", b"").decode("latin-1") != grant.type:
            raise _Refused(403, "forbidden", "This address is for something of another type.")
        with _stored(), _in_time():
            async with asyncio.timeout(self._signer.seconds_left(grant)), self._storage.incoming(grant.key) as file:
                checksum = await _receive_into(file, receive, grant.size or 0)
                if checksum != grant.checksum:
                    raise _Refused(403, "forbidden", "This address is for other bytes.")

    async def _fetch(
        self, grant: Grant, headers: dict[bytes, bytes], send: Send, shared: list[Header], *, is_head: bool
    ) -> None:
        with _stored():
            file, size, start = await asyncio.to_thread(_opened, self._storage.path(grant.key))
        async with _closing(file):
            tag = b'"%s"' % hashlib.sha256(f"{grant.key}\n{size}".encode()).hexdigest()[:32].encode()
            told = [*shared, *_of_file(start, tag)]
            if headers.get(b"if-none-match") == tag:
                await _reply(send, 304, told, b"")
                return
            span = _span(headers, size, tag)
            first, last = span or (0, size - 1)
            if span is not None:
                told.append((b"content-range", b"bytes %d-%d/%d" % (first, last, size)))
            told.append((b"content-length", b"%d" % (last - first + 1)))
            await send({"type": "http.response.start", "status": 206 if span else 200, "headers": told})
            await _send_from(file, first, 0 if is_head else last - first + 1, send)

    def _shared(self, origin: bytes | None) -> list[Header]:
        """What lets pages of another origin use the answer (Fetch standard, CORS protocol)."""
        if not self._origins:
            return []
        if origin not in self._origins:
            return [(b"vary", b"Origin")]
        return [(b"vary", b"Origin"), (b"access-control-allow-origin", origin)]


async def _receive_into(file: BinaryIO, receive: Receive, size: int) -> str:
    """Write a body into a file; its SHA-256."""
    digest, count, is_more = hashlib.sha256(), 0, True
    pending: list[bytes] = []
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refused(400, "malformed_request", "The body ended early.")
        chunk: bytes = message.get("body", b"")
        count += len(chunk)
        if count > size:
            raise _Refused(403, "forbidden", "This address is for something smaller.")
        pending.append(chunk)
        is_more = message.get("more_body", False)
        if not is_more or sum(map(len, pending)) >= BATCH:
            await asyncio.to_thread(_keep, file, digest, pending)
            pending = []
    return digest.hexdigest()


def _keep(file: BinaryIO, digest: hashlib._Hash, pending: list[bytes]) -> None:
    for chunk in pending:
        digest.update(chunk)
        file.write(chunk)


async def _send_from(file: BinaryIO, first: int, count: int, send: Send) -> None:
    while count > 0:
        try:
            chunk = await asyncio.to_thread(_read, file, first, min(CHUNK, count))
        except OSError as error:  # too late for another answer: the connection ends early instead
            raise RuntimeError("a file could not be read to its end") from error
        if not chunk:
            raise RuntimeError("a file has become shorter while it was sent")
        first, count = first + len(chunk), count - len(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _of_file(start: bytes, tag: bytes) -> list[Header]:
    """What is said of a file that starts like this, so that no browser takes it for anything but a picture."""
    kind = next((kind for magic, kind in _MAGIC if magic.match(start)), b"application/octet-stream")
    return [
        (b"content-type", kind),
        (b"etag", tag),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", b"private, max-age=%d, immutable" % BROWSERS_KEEP_SECONDS),
        (b"x-content-type-options", b"nosniff"),
        # Styles: a browser that is shown a picture by itself centres it with some of its own, and complains where it may not.
        (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        (b"referrer-policy", b"no-referrer"),
    ]


def _span(headers: dict[bytes, bytes], size: int, tag: bytes) -> tuple[int, int] | None:
    """First and last byte of the one range that is asked for; None for the whole (RFC 9110, section 14.2)."""
    match = _RANGE.fullmatch(headers.get(b"range", b""))
    if match is None or headers.get(b"if-range", tag) != tag or match.groups() == (b"", b""):
        return None
    if match[1] == b"":
        count = min(int(match[2]), size)
        first, last = size - count, size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or size), size - 1)
        if match[2] and int(match[2]) < first:
            return None
    if first > last:
        raise _Refused(416, "range_not_satisfiable", "The file is shorter.", (b"content-range", b"bytes */%d" % size))
    return first, last


def _opened(path: Path) -> tuple[BinaryIO, int, bytes]:
    """A file, its size, and its first bytes."""
    try:
        file = path.open("rb")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise _Refused(404, "not_found", "There is no such file.") from None
    return file, os.fstat(file.fileno()).st_size, file.read(16)


def _read(file: BinaryIO, first: int, count: int) -> bytes:
    file.seek(first)
    return file.read(count)


@asynccontextmanager
async def _closing(file: BinaryIO) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await asyncio.to_thread(file.close)


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise _Refused(403, "forbidden", "This address has expired while something was sent to it.") from None


@contextmanager
def _stored() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _Refused(507, "insufficient_storage", "There is no room for this file.") from error
        raise _Refused(503, "service_unavailable", "The files cannot be reached.", (b"retry-after", b"1")) from error


async def _reply(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    length = [] if status in (204, 304) else [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": body})
