"""What photos cost everybody else: p50 and p99 of `getTrip` over HTTP while some are looked into, and while 50 MB are sent; interleaved.

Each is also done at another service on the same machine. What that costs is what the machine has no more of; what it costs here beyond that
is what this process's calls wait for.

`python -m benchmarks photos`
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
from PIL import Image

from benchmarks.measure import Row, compare_figures
from switchover.trust import CALLER_HEADER, Identity, encode_identity

CALLS: Final = 300
KEY: Final = "a-key-for-benchmarks-0123456789abcdefgh"
HEADERS: Final = {"authorization": f"Bearer {KEY}", CALLER_HEADER: encode_identity(Identity("aiko"))}
LARGE: Final = os.urandom(50_000_000)
TRIP: Final = {"title": "Kyoto", "startDate": "2026-11-20", "endDate": "2026-11-24"}


async def run(rounds: int) -> list[Row]:
    """Measure a quiet service, one that looks into photos, and one that takes a large one."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        async with (
            _service(Path(one)) as here,
            _service(Path(other)) as there,
            httpx.AsyncClient(headers=HEADERS, timeout=60) as client,
        ):
            trip, elsewhere = await _trip(client, here), await _trip(client, there)
            picture = await asyncio.to_thread(_picture)
            measures: dict[str, Callable[[], Awaitable[tuple[float, float]]]] = {
                "nothing else": lambda: _beside(client, trip, None),
                "12-megapixel photos are completed": lambda: _beside(
                    client, trip, lambda: _photo(client, trip, picture)
                ),
                "… by another service": lambda: _beside(client, trip, lambda: _photo(client, elsewhere, picture)),
                "a 50 MB upload arrives": lambda: _beside(client, trip, lambda: _large(client, trip)),
                "… at another service": lambda: _beside(client, trip, lambda: _large(client, elsewhere)),
            }
            groups = ["p50 of getTrip while", "p99 of getTrip while"]
            return await compare_figures(groups, measures, unit="ms", rounds=rounds)


async def _trip(client: httpx.AsyncClient, address: str) -> str:
    return f"{address}/api/trips/{(await client.post(f'{address}/api/trips', json=TRIP)).json()['id']}"


async def _beside(
    client: httpx.AsyncClient, trip: str, work: Callable[[], Awaitable[Any]] | None
) -> tuple[float, float]:
    """The 50th and 99th percentile of calls one after the other, with work that goes on beside them."""
    ended = asyncio.Event()
    task = asyncio.create_task(_again(work, ended)) if work is not None else None
    took = []
    for _ in range(CALLS):
        started = time.perf_counter()
        (await client.get(trip)).raise_for_status()
        took.append((time.perf_counter() - started) * 1000)
    ended.set()
    if task is not None:
        await task
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


async def _again(work: Callable[[], Awaitable[Any]], ended: asyncio.Event) -> None:
    while not ended.is_set():
        await work()


async def _photo(client: httpx.AsyncClient, trip: str, content: bytes) -> None:
    photo_id = await _sent(client, trip, content)
    (await client.post(f"{trip}/photos/{photo_id}/completion")).raise_for_status()


async def _large(client: httpx.AsyncClient, trip: str) -> None:
    photo_id = await _sent(client, trip, LARGE)
    (await client.delete(f"{trip}/photos/{photo_id}")).raise_for_status()  # so many may wait, and no more


async def _sent(client: httpx.AsyncClient, trip: str, content: bytes) -> str:
    digest = (await asyncio.to_thread(hashlib.sha256, content)).digest()
    wanted = {
        "contentType": "image/jpeg",
        "byteSize": len(content),
        "checksum": base64.b64encode(digest).decode(),
    }
    upload = (await client.post(f"{trip}/photos", json=wanted)).raise_for_status().json()
    sending = await asyncio.create_subprocess_exec(  # a process of its own, as a browser is
        sys.executable,
        "-c",
        "import sys, httpx; httpx.put(sys.argv[1], content=sys.stdin.buffer.read(),"
        "headers={'content-type': 'image/jpeg'}, timeout=60).raise_for_status()",
        upload["address"],
        stdin=asyncio.subprocess.PIPE,
    )
    await sending.communicate(content)
    assert sending.returncode == 0
    return str(upload["photoId"])


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((4000, 3000), 30).convert("RGB").save(buffer, format="JPEG", quality=90)
    return buffer.getvalue()


@asynccontextmanager
async def _service(folder: Path) -> AsyncIterator[str]:
    environment = {
        **os.environ,
        "LIVETRIP_DATABASE_URL": f"sqlite:///{folder}/diary.sqlite3",
        "LIVETRIP_SERVICE_KEY": KEY,
    }
    command = [sys.executable, "-m", "livetrip_api", "--port", "0"]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        yield line.decode().removeprefix("listening on ").strip()
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)
