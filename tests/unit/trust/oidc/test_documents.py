"""Documents of an issuer: fetched within bounds, from addresses that keys may be had from."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from functools import partial
from pathlib import Path

import pytest

from support.certificates import self_signed
from switchover.trust.oidc.documents import MAX_DOCUMENT_BYTES, DocumentUnavailable, HttpDocuments, is_safe_address
from unit.port.peers import RawServer, Talk, answer, raw_server


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example",
        "https://issuer.example:8443/tenant?a=b",
        "http://127.0.0.1:1234/jwks",
        "http://[::1]/jwks",
        "http://localhost/jwks",
    ],
)
def test_keys_may_be_had_over_tls_or_from_this_machine(url: str) -> None:
    assert is_safe_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example/jwks",
        "http://127.0.0.1.example/jwks",
        "http://10.0.0.1/jwks",
        "http://localhost.example/",
        "https:///jwks",
        "https://user:secret@issuer.example",
        "https://user@issuer.example",
        "https://issuer.example/#a",
        "https://issuer.example:0",
        "https://issuer.example:99999",
        "https://[issuer.example",
        "https://issuer.example/a b",
        "https://issuer.example/\n",
        "https://íssuer.example",
        "ftp://issuer.example",
        "file:///etc/passwd",
        "issuer.example",
        "",
        None,
        7,
        ["https://issuer.example"],
    ],
)
def test_nothing_is_fetched_from_elsewhere(url: object) -> None:
    assert not is_safe_address(url)


def answering(data: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)

    return talk


JSON = "content-type: application/json"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (answer(b"[]"), "answers no JSON object"),
        (answer(b'{"a":1,"a":2}'), "answers no JSON object"),
        (answer(b"{}", "404 Not Found"), "answers 404"),
        (answer(b"{}", "201 Created"), "answers 201"),
        (answer(b"{}", "302 Found", "location: /elsewhere"), "answers 302"),
        (answer(gzip.compress(b"{}"), "200 OK", JSON, "content-encoding: gzip"), "answers 200"),
        (answer(b"{" + b" " * MAX_DOCUMENT_BYTES + b"}"), f"answers more than {MAX_DOCUMENT_BYTES} bytes"),
        (answer(b"{}")[:-1], "does not answer: RemoteProtocolError"),
        (b"nonsense\r\n\r\n", "does not answer: RemoteProtocolError"),
        (b"", "does not answer: RemoteProtocolError"),
    ],
)
async def test_an_answer_that_is_none_is_refused(data: bytes, message: str) -> None:
    with raw_server(lambda _: answering(data)) as (url, _), pytest.raises(DocumentUnavailable, match=message):
        await HttpDocuments(5)(url)


async def test_an_object_is_had_without_compression() -> None:
    def talk(server: RawServer) -> Talk:
        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
            await server.request(reader)
            writer.write(answer(b'{"keys":[]}'))

        return one

    with raw_server(talk) as (url, server):
        assert await HttpDocuments()(f"{url}/jwks") == {"keys": []}
    head = server.requests[0].lower()
    assert head.startswith(b"get /jwks http/1.1\r\n")
    assert b"accept-encoding: identity" in head


async def test_it_takes_a_bounded_time() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        await reader.read()

    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    talks: tuple[Talk, ...] = (silent, dripping)
    for one in talks:
        with raw_server(partial(_told, one)) as (url, _), pytest.raises(DocumentUnavailable, match="does not answer"):
            await HttpDocuments(0.2)(url)


def _told(talk: Talk, _: RawServer) -> Talk:
    return talk


async def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(DocumentUnavailable, match="ConnectError"):
        await HttpDocuments()(f"http://127.0.0.1:{port}/")


async def test_tls_is_verified(tmp_path: Path) -> None:
    certificate, private = self_signed(tmp_path)
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(certificate, private)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b'{"keys":[]}'))
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0, ssl=ours) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
        stranger = HttpDocuments()
        for _ in range(2):
            with pytest.raises(DocumentUnavailable, match="ConnectError"):
                await stranger(url)
        trusting = HttpDocuments(tls=ssl.create_default_context(cafile=certificate))
        assert await trusting(url) == {"keys": []}
