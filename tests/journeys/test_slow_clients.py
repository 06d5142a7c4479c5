"""Clients that hold connections open shut nobody out: real processes that may open 256 files, and real sockets to them."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from journeys.test_photos import HEADERS, MOSS
from support.pages import Browser
from support.processes import KEY, Running, clean_environment, running
from support.waiting import eventually

FILES = 256
IDLE = 238
COMMANDS = {"api": "livetrip_api", "web": "livetrip_web"}
HEALTH = "/api/health"
ELSEWHERE = "127.0.0.2"


@contextmanager
def few_files(name: str, folder: Path, **settings: str) -> Iterator[Running]:
    """A process of LiveTrip that may open 256 files."""
    limited = ["/bin/sh", "-c", f'ulimit -n {FILES} && exec "$@"', "sh"]
    command = [*limited, sys.executable, "-m", COMMANDS[name], "--port", "0"]
    environment = clean_environment(
        LIVETRIP_DATABASE_URL=f"sqlite:///{folder / 'diary.sqlite3'}",
        LIVETRIP_SERVICE_KEY=KEY,
        LIVETRIP_WEB_DEV_SIGN_IN="1",
        **settings,
    )
    with running(command, folder, environment) as process:
        yield process


def connect(address: str, sent: bytes, source: str = "127.0.0.1") -> socket.socket:
    """A connection on which these bytes are sent; nothing is read from it."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    connection = socket.create_connection((host, int(port)), 20, source_address=(source, 0))
    connection.sendall(sent)
    return connection


PROOF = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
HALF_A_BODY = (
    f"POST /api/trips HTTP/1.1\r\nhost: x\r\n{PROOF}idempotency-key: k\r\n"
    "content-type: application/json\r\ncontent-length: 90\r\n\r\n{"
).encode()

HELD = {
    "silent": b"",
    "kept": b"GET /api/health HTTP/1.1\r\nhost: x\r\n\r\n",
    "half a head": b"GET /api/health HTTP/1.1\r\nhost: x\r\nx-slow: ",
    "half a body": HALF_A_BODY,
}


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("name", COMMANDS)
def test_connections_that_are_held_open_shut_nobody_out(name: str, held: str, tmp_path: Path) -> None:
    with few_files(name, tmp_path) as process, ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(connect(process.address, HELD[held], ELSEWHERE))
        for _ in range(5):
            asked = httpx.get(f"{process.address}{HEALTH if name == 'api' else '/sign-in'}", timeout=10)
            assert asked.status_code < 500, asked.text
        if name == "api":
            written = httpx.post(
                f"{process.address}/api/trips",
                json={"title": "Kyoto"},
                headers={**HEADERS, "idempotency-key": "k1"},
                timeout=10,
            )
            assert written.status_code < 500, written.text
        assert process.stop() == 0
    said = process.log.read_text("utf-8")
    assert "Traceback" not in said
    assert "Too many open files" not in said


def test_all_of_one_address_do_not_shut_out_a_health_check(tmp_path: Path) -> None:
    with (
        few_files("api", tmp_path, LIVETRIP_API_CONNECTIONS_PER_ADDRESS="0") as service,
        ExitStack() as stack,
    ):
        for _ in range(IDLE):
            stack.enter_context(connect(service.address, HALF_A_BODY))
        eventually(lambda: httpx.get(f"{service.address}{HEALTH}", timeout=10).status_code == 200, what="an answer")
        assert httpx.get(f"{service.address}{HEALTH}", timeout=10).status_code == 200


def test_the_port_of_the_metrics_is_not_shut_either(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with few_files("api", tmp_path, LIVETRIP_METRICS_PORT=str(port)) as service, ExitStack() as stack:
        metrics = f"http://127.0.0.1:{port}"
        for held in HELD.values():
            for _ in range(40):
                stack.enter_context(connect(metrics, held))
        assert httpx.get(f"{metrics}/metrics", timeout=10).status_code == 200
        assert httpx.get(f"{service.address}{HEALTH}", timeout=10).status_code == 200


def answer_to(connection: socket.socket) -> tuple[bytes, float]:
    """What is answered until the connection is closed, and after how many seconds."""
    started = time.monotonic()
    connection.settimeout(30)
    with connection, connection.makefile("rb") as reading:
        return reading.read(), time.monotonic() - started


@pytest.mark.parametrize("held", ["half a head", "half a body"])
def test_half_a_request_is_answered_408(held: str, tmp_path: Path) -> None:
    with few_files("api", tmp_path, LIVETRIP_API_HEAD_SECONDS="1", LIVETRIP_API_BODY_IDLE_SECONDS="1") as service:
        said, seconds = answer_to(connect(service.address, HELD[held]))
    assert seconds < 15
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in said


async def test_a_photo_that_moves_slowly_is_taken_and_one_that_stops_is_not(tmp_path: Path) -> None:
    with few_files("web", tmp_path, LIVETRIP_WEB_BODY_IDLE_SECONDS="1") as pages:
        browser = Browser(None, origin=pages.address)
        async with browser.client:
            await browser.sign_in()
            trip = await browser.plan()
            form = (await browser.open(f"{trip}/photos")).form("/photos/new")
            content = httpx.Request(
                "POST", "http://x", data=form.fields, files={"photo": ("moss.jpg", MOSS, "image/jpeg")}
            )
            body = content.read()
            told = {"origin": pages.address, "content-type": content.headers["content-type"]}

            async def slowly() -> AsyncIterator[bytes]:
                for number in range(8):
                    await asyncio.sleep(0.5)
                    yield body[len(body) * number // 8 : len(body) * (number + 1) // 8]

            moved = await browser.client.post(form.action, content=slowly(), headers=told)
            assert moved.status_code == 303, moved.text
            host = pages.address.removeprefix("http://")
            told["cookie"] = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.client.cookies.jar)
            lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
            head = f"POST {form.action} HTTP/1.1\r\nhost: {host}\r\n{lines}content-length: {len(body)}\r\n\r\n"
            stopped, _ = await asyncio.to_thread(
                answer_to, connect(pages.address, head.encode() + body[: len(body) // 2])
            )
            assert stopped.startswith(b"HTTP/1.1 408 ")
