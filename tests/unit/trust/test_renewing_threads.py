"""A credential that is fetched on a thread: for event loops, threads and processes that come and go."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.clock import OwnedClock
from switchover.errors import CredentialUnavailable
from unit.trust.supply import WAIT_SECONDS, Supply, renewing


def test_threads_and_event_loops_wait_for_the_same_fetch() -> None:
    supply = Supply()
    source = renewing(supply, OwnedClock())
    supply.gate.clear()
    here = threading.Barrier(9)

    def by_thread() -> str:
        here.wait(WAIT_SECONDS)
        source.refresh_blocking()
        return source.token()

    def by_loop() -> str:
        async def refreshed() -> str:
            here.wait(WAIT_SECONDS)
            await source.refresh()
            return source.token()

        return asyncio.run(refreshed())

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(kind) for kind in (by_thread, by_loop) * 4]
        here.wait(WAIT_SECONDS)
        supply.gate.set()
        assert {future.result(WAIT_SECONDS) for future in waiting} == {"token-1"}
    assert supply.fetches == 1


def test_a_loop_that_ends_takes_no_fetch_with_it() -> None:
    supply = Supply()
    source = renewing(supply, OwnedClock())
    supply.gate.clear()

    async def given_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(source.refresh(), 0.01)

    asyncio.run(given_up())
    supply.gate.set()
    source.refresh_blocking()
    assert (source.token(), supply.fetches) == ("token-1", 1)


async def test_without_a_thread_to_be_had_it_fails_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    supply, clock = Supply(), OwnedClock()
    source = renewing(supply, clock)
    with monkeypatch.context() as patched:

        def refuse(thread: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(CredentialUnavailable, match="no thread can be started"):
            await source.refresh()
    clock.passes(1)
    await source.refresh()
    assert source.token() == "token-1"


@pytest.mark.parametrize("is_done", [False, True])
async def test_a_thread_without_an_event_loop_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    supply, clock = Supply(), OwnedClock()
    source = renewing(supply, clock)

    close = asyncio.Runner.close

    def refuse(runner: asyncio.Runner) -> None:
        close(runner)
        raise OSError("too many open files")

    with monkeypatch.context() as patched:
        patched.setattr(asyncio.Runner, "close" if is_done else "get_loop", refuse)
        if is_done:
            await source.refresh()
        else:
            with pytest.raises(CredentialUnavailable, match="failed with OSError"):
                await source.refresh()
        for thread in threading.enumerate():
            if thread.name == "switchover-credential":
                await asyncio.to_thread(thread.join, WAIT_SECONDS)
    assert source.is_ready() is is_done


async def test_a_forked_process_does_not_wait_for_a_thread_that_stayed_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    supply = Supply()
    source = renewing(supply, OwnedClock())
    supply.gate.clear()
    left_behind = asyncio.ensure_future(source.refresh())
    await asyncio.sleep(0)
    pid = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: pid + 1)
    child = asyncio.ensure_future(source.refresh())
    await asyncio.sleep(0)
    supply.gate.set()
    await asyncio.gather(child, left_behind)
    assert supply.fetches == 2
