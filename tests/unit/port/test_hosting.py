"""A service as a process: how it starts, and an end in which no call is lost. The signals are real, and sent to this process."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from switchover import AiohttpTransport, Recorder
from switchover.errors import ConnectionLost, InternalError, ServiceUnavailable, ServiceUnreachable
from switchover.port.hosting import Address, host, run
from switchover.port.serve import Service
from unit.port.desk import Health, InMemoryDesk, desk_port

FREE = Address(port=0)


class Slow(InMemoryDesk):
    """Holds calls of `echo` until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.finish, self.cut_off = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def echo(self, value: Any) -> Any:
        self.inside.set()
        try:
            await self.finish.wait()
        except asyncio.CancelledError:
            self.cut_off.set()
            raise
        return value


def serving(backend: Any = None, *lifespan: Any) -> Service:
    return desk_port().serve(backend or InMemoryDesk(), trust="open", lifespan=lifespan)


def tell(number: signal.Signals = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


@asynccontextmanager
async def hosted(service: Service, **given: Any) -> AsyncIterator[tuple[asyncio.Task[None], Address]]:
    """A hosted service and where it listens; it has ended when the block is left."""
    ready: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
    hosting = asyncio.ensure_future(host(service, given.pop("address", FREE), on_ready=ready.set_result, **given))
    async with asyncio.timeout(10):
        waiting: set[asyncio.Future[Any]] = {hosting, ready}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert ready.done(), hosting.exception()
        yield hosting, ready.result()
        await hosting


async def gate_closed(service: Service) -> None:
    while not service.gate.is_closed:  # noqa: ASYNC110 - a gate tells nobody
        await asyncio.sleep(0.001)


def noting(steps: list[str]) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Of a service: says when it opens and closes what it needs."""

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        steps.append("opened")
        yield
        steps.append("closed")

    return lifespan


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_as_it_should_and_what_was_opened_is_closed(number: signal.Signals) -> None:
    steps: list[str] = []
    before = signal.getsignal(number)
    async with hosted(serving(None, noting(steps))) as (_, address), AiohttpTransport(address.url) as transport:
        assert await desk_port().http(transport=transport, trust="open").get_health() == Health()
        assert steps == ["opened"]
        tell(number)
    assert steps == ["opened", "closed"]
    assert signal.getsignal(number) in (before, signal.default_int_handler, signal.SIG_DFL)


async def test_cancelling_ends_it_as_a_signal_does(caplog: pytest.LogCaptureFixture) -> None:
    steps: list[str] = []
    backend = Slow()
    service = serving(backend, noting(steps))

    async def cancelled() -> None:
        async with hosted(service) as (hosting, address), AiohttpTransport(address.url) as transport:
            inside = asyncio.ensure_future(desk_port().http(transport=transport, trust="open").echo(1))
            await backend.inside.wait()
            hosting.cancel()
            await gate_closed(service)
            backend.finish.set()
            assert await inside == 1

    with pytest.raises(asyncio.CancelledError):
        await cancelled()
    assert steps == ["opened", "closed"]
    assert "Traceback" not in caplog.text


async def test_calls_that_are_inside_finish_and_new_ones_are_refused() -> None:
    backend = Slow()
    service = serving(backend)
    async with (
        hosted(service) as (hosting, address),
        AiohttpTransport(address.url) as kept,
        AiohttpTransport(address.url) as new,
    ):
        inside = asyncio.ensure_future(desk_port().http(transport=kept, trust="open").echo(1))
        await backend.inside.wait()
        tell()
        await gate_closed(service)
        with pytest.raises((ServiceUnavailable, ServiceUnreachable, ConnectionLost)):
            await desk_port().http(transport=new, trust="open").get_health()
        assert not hosting.done()
        backend.finish.set()
        assert await inside == 1


async def test_calls_that_do_not_finish_are_cut_off_after_the_grace() -> None:
    backend = Slow()
    async with hosted(serving(backend), grace_seconds=0.05) as (_, address), AiohttpTransport(address.url) as transport:
        inside = asyncio.ensure_future(desk_port().http(transport=transport, trust="open").echo(1))
        await backend.inside.wait()
        tell()
        with pytest.raises(InternalError):
            await inside
        await backend.cut_off.wait()


async def test_a_request_that_is_not_all_there_when_the_grace_is_over_was_not_carried_out() -> None:
    recorder = Recorder()
    service = desk_port(recorder=recorder).serve(InMemoryDesk(), trust="open")
    async with hosted(service, grace_seconds=0.05) as (_, address):
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(
            b"POST /api/echo HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n1"
        )
        await writer.drain()
        while not recorder.in_flight["serve"]:  # noqa: ASYNC110 - a recorder tells nobody
            await asyncio.sleep(0.001)
        tell()
        said = await reader.read()
        writer.close()
    assert said.startswith(b"HTTP/1.1 503 ")
    assert b'"code":"service_unavailable"' in said


@pytest.mark.parametrize("sent", [b"what\r\n\r\n", b"GET /\x00 HTTP/1.1\r\n\r\n", b"FOO / HTTP/1.1\r\n\r\n"])
async def test_what_is_no_http_is_refused_with_a_problem_as_well(sent: bytes) -> None:
    async with hosted(serving()) as (_, address):
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(sent)
        said = await reader.read()
        writer.close()
        tell()
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert headers["content-type"] == "application/problem+json"
    assert headers["content-length"] == str(len(body))
    assert headers["connection"] == "close"
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "malformed_request")


async def test_a_second_signal_does_not_wait_for_anybody() -> None:
    backend = Slow()
    service = serving(backend)
    async with hosted(service, grace_seconds=600) as (hosting, address), AiohttpTransport(address.url) as transport:
        inside = asyncio.ensure_future(desk_port().http(transport=transport, trust="open").echo(1))
        await backend.inside.wait()
        tell()
        await gate_closed(service)
        tell()
        await hosting
        backend.finish.set()
        assert await inside == 1


async def test_a_second_signal_leaves_nothing_open_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    steps: list[str] = []
    async with hosted(serving(InMemoryDesk(), noting(steps))) as (hosting, _):
        tell()
        tell()
        await hosting
    assert steps == ["opened", "closed"]
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize("grace", [0, -1, float("inf"), float("nan")])
async def test_the_grace_is_a_positive_number_of_seconds(grace: float) -> None:
    with pytest.raises(ValueError, match="the grace is a positive number of seconds"):
        await host(serving(), FREE, grace_seconds=grace)


async def test_an_address_that_is_taken_is_told_before_anything_is_opened() -> None:
    async with hosted(serving()) as (_, address):
        with pytest.raises(OSError, match=f"127.0.0.1:{address.port}"):
            await host(serving(None, refusing), address)
        tell()


@asynccontextmanager
async def refusing(_: Any) -> AsyncIterator[None]:
    raise RuntimeError("no database")
    yield


async def test_a_service_that_cannot_start_exits_with_3_and_frees_its_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "s"
    with pytest.raises(SystemExit) as caught:
        await host(serving(None, refusing), Address(uds=str(path)), on_ready=lambda _: pytest.fail("it is not ready"))
    assert caught.value.code == 3
    assert not path.exists()
    assert "no database" in caplog.text


def test_a_process_serves_in_an_event_loop_of_its_own(tmp_path: Path) -> None:
    found: list[int] = []

    def call(address: Address) -> None:
        with httpx.Client(transport=httpx.HTTPTransport(uds=address.uds)) as client:
            found.append(client.get("http://desk/api/health").status_code)
        tell()

    run(serving(), Address(uds=str(tmp_path / "s")), on_ready=in_thread(call))
    assert found == [200]
    assert not (tmp_path / "s").exists()


def in_thread(call: Callable[[Address], None]) -> Callable[[Address], None]:
    return lambda address: threading.Thread(target=call, args=(address,), daemon=True).start()


def test_nobody_has_to_be_told_that_it_is_ready() -> None:
    @asynccontextmanager
    async def ending(_: Any) -> AsyncIterator[None]:
        asyncio.get_running_loop().call_later(0.01, tell)
        yield

    run(serving(None, ending), FREE)


def test_signals_are_left_alone_in_other_threads_where_cancelling_ends_it() -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    async def serve() -> None:
        ready: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
        hosting = asyncio.ensure_future(host(serving(), FREE, on_ready=ready.set_result))
        address = await ready
        assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == handlers
        async with AiohttpTransport(address.url) as transport:
            assert await desk_port().http(transport=transport, trust="open").get_health() == Health()
        hosting.cancel()
        await asyncio.wait({hosting})
        assert hosting.cancelled()

    failed: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(10)
    assert (thread.is_alive(), failed) == (False, [])


async def test_what_is_loaded_is_looked_through_by_no_collection_while_it_serves() -> None:
    before = gc.get_freeze_count()
    async with hosted(serving()):
        assert gc.get_freeze_count() > before + 1000
        tell()
    assert gc.get_freeze_count() == 0


def test_what_somebody_else_has_frozen_stays_so_when_a_thread_ends_its_service() -> None:
    ready = threading.Event()

    async def briefly() -> None:
        hosting = asyncio.ensure_future(host(serving(), FREE, on_ready=lambda _: ready.set()))
        await asyncio.to_thread(ready.wait, 10)
        hosting.cancel()
        with suppress(asyncio.CancelledError):
            await hosting

    gc.freeze()
    try:
        thread = threading.Thread(target=asyncio.run, args=(briefly(),))
        thread.start()
        thread.join(20)
        assert ready.is_set()
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()
