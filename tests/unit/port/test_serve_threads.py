"""Backends in plain `def`: on threads of their own, as many as allowed, with the context of the request."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from switchover.errors import InternalError
from switchover.port.serve import Limits
from switchover.port.serve.threads import Threads
from unit.port.asking import JSON, ask
from unit.port.desk import InMemoryBlockingDesk, blocking_desk_port

SECONDS = 10


class Turnstile:
    """Calls that are held until they are let go."""

    def __init__(self) -> None:
        self.inside = threading.Semaphore(0)
        self.go = threading.Event()
        self.threads: set[str] = set()
        self.now = self.most = 0
        self._lock = threading.Lock()

    def pass_through(self, value: object = None) -> object:
        with self._lock:
            self.threads.add(threading.current_thread().name)
            self.now += 1
            self.most = max(self.most, self.now)
        self.inside.release()
        assert self.go.wait(SECONDS)
        with self._lock:
            self.now -= 1
        return value

    async def is_inside(self, calls: int = 1) -> None:
        for _ in range(calls):
            assert await asyncio.to_thread(self.inside.acquire, timeout=SECONDS)


async def test_no_more_calls_run_at_once_than_allowed_and_all_are_answered() -> None:
    turnstile = Turnstile()

    class Desk(InMemoryBlockingDesk):
        def echo(self, value: object) -> object:
            return turnstile.pass_through(value)

    service = blocking_desk_port().serve(Desk(), trust="open", limits=Limits(threads=2))
    calls = [
        asyncio.ensure_future(ask(service, "POST", "/api/echo", JSON, parts=(b"%d" % number,))) for number in range(6)
    ]
    await turnstile.is_inside(2)
    health = asyncio.ensure_future(ask(service, "OPTIONS", "/api/echo"))
    assert (await health).status == 204  # the event loop is free meanwhile
    turnstile.go.set()
    assert [answered.body for answered in await asyncio.gather(*calls)] == [b"%d" % number for number in range(6)]
    assert (turnstile.most, len(turnstile.threads)) == (2, 2)


async def test_an_idle_thread_is_used_again_before_another_one_is_started() -> None:
    threads = Threads(5)
    names = {await threads.run(lambda: threading.current_thread().name) for _ in range(20)}
    assert names == {"switchover-serve-1"}


async def test_context_variables_and_exceptions_cross_the_thread() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="none")
    threads = Threads(1)
    variable.set("set")
    assert await threads.run(variable.get) == "set"

    def fail(error: BaseException) -> None:
        raise error

    for error in (InternalError("no"), StopIteration(), SystemExit(3)):
        with pytest.raises((InternalError, RuntimeError, SystemExit)):
            await threads.run(fail, error)
    assert await threads.run(int, "7", base=8) == 7


async def test_giving_up_the_wait_does_not_end_the_call_and_what_waited_is_not_started() -> None:
    turnstile, threads = Turnstile(), Threads(1)
    running = asyncio.ensure_future(threads.run(turnstile.pass_through))
    await turnstile.is_inside()
    started = threading.Event()
    waiting = asyncio.ensure_future(threads.run(started.set))
    await asyncio.sleep(0)
    for call in (running, waiting):
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    turnstile.go.set()
    assert await threads.run(lambda: turnstile.now) == 0
    assert not started.is_set()


def test_a_thread_outlives_the_event_loop_that_did_not_wait_for_it() -> None:
    turnstile, threads = Turnstile(), Threads(1)

    async def leave() -> None:
        call = asyncio.ensure_future(threads.run(turnstile.pass_through))
        await turnstile.is_inside()
        call.cancel()

    async def come_back() -> object:
        async with asyncio.timeout(SECONDS):
            return await threads.run(turnstile.pass_through, "served")

    asyncio.run(leave())
    turnstile.go.set()
    assert asyncio.run(come_back()) == "served"
