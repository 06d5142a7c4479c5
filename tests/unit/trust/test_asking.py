"""A small request to an issuer: what it asks, and that nothing an issuer does keeps it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from support.loopback import Told, loopback
from switchover.errors import CredentialUnavailable
from switchover.trust import exchanging
from switchover.trust.asker import asker
from switchover.trust.asking import Answer, Question
from unit.port.peers import RawServer, Talk, answer, raw_server


def question(url: str, body: bytes | None = None) -> Question:
    return Question("the issuer", "GET" if body is None else "POST", url, (("x-one", "1"),), body)


async def test_it_asks_and_is_answered() -> None:
    with loopback(lambda _: Told(201, b"{}", {"X-Two": "2"})) as server:
        found = await asker(5)(question(f"{server.url}/a?b=c", b"secret"))
    [asked] = server.asked
    assert (asked.method, asked.target, asked.headers["x-one"], asked.body) == ("POST", "/a?b=c", "1", b"secret")
    assert (found.status, found.headers["x-two"], found.body) == (201, "2", b"{}")


async def test_a_redirect_is_not_followed() -> None:
    with loopback(lambda _: Told(307, b"", {"location": "/elsewhere"})) as server:
        assert (await asker(5)(question(server.url, b"secret"))).status == 307
    assert len(server.asked) == 1


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with loopback(lambda _: Told()) as server:
        assert (await asker(5)(question(server.url))).status == 200


def _dripping(server: RawServer) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    return talk


def _saying(*parts: bytes) -> Callable[[RawServer], Talk]:
    def of(server: RawServer) -> Talk:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
            await server.request(reader)
            for part in parts:
                writer.write(part)

        return talk

    return of


def _silent(server: RawServer) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        await server.request(reader)
        await asyncio.Event().wait()

    return talk


@pytest.mark.parametrize("talk", [_dripping, _silent])
async def test_an_issuer_that_is_slow_is_left_in_time(talk: Callable[[RawServer], Talk]) -> None:
    with raw_server(talk) as (url, _):
        started = time.monotonic()
        with pytest.raises(CredentialUnavailable, match=r"the issuer does not answer within 0\.3 s"):
            await asker(0.3)(question(url))
        assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x16\x03\x01",
        b"HTTP/1.1 99999 What\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_what_is_no_answer_is_told(said: bytes) -> None:
    with (
        raw_server(_saying(said)) as (url, _),
        pytest.raises(CredentialUnavailable, match="gives no answer that can be read"),
    ):
        await asker(5)(question(url))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://127.0.0.1:9"])
async def test_an_issuer_that_is_not_there_is_told(url: str) -> None:
    with pytest.raises(CredentialUnavailable, match="the issuer cannot be reached"):
        await asker(5)(question(url))


async def test_tls_is_verified() -> None:
    with loopback(lambda _: Told()) as server, pytest.raises(CredentialUnavailable, match="cannot be reached"):
        await asker(5)(question(server.url.replace("http:", "https:")))
    assert server.asked == []


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_an_answer_that_is_too_large_is_not_read(is_chunked: bool) -> None:
    size = exchanging.MAX_ANSWER_BYTES
    for length, is_read in ((size, True), (size + 1, False)):
        body = b"x" * length
        chunk = f"{length:x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        said = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunk if is_chunked else answer(body)
        with raw_server(_saying(said)) as (url, _):
            if is_read:
                assert (await asker(5)(question(url))).body == body
            else:
                with pytest.raises(CredentialUnavailable, match=f"more than {size} bytes"):
                    await asker(5)(question(url))


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_a_time_has_an_end(seconds: float) -> None:
    with pytest.raises(ValueError, match="more than 0 seconds"):
        asker(seconds)


def test_what_is_sent_and_answered_is_in_no_representation() -> None:
    asked = Question("the issuer", "POST", "https://x/?secret", (("authorization", "secret"),), b"secret")
    assert "secret" not in repr(asked) + repr(Answer("the issuer", 200, {}, b"secret"))
