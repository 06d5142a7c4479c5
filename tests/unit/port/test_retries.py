"""What is asked again, what is not, and that a call ends within its total: over transports that break as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from switchover import Recorder, Timeouts
from switchover.errors import CallTimeout, ConnectionLost, ServiceUnreachable, UnexpectedAnswer
from switchover.port.wire import WireRequest, WireResponse
from unit.port.desk import Health, blocking_desk_port, desk_port, result_of

OK = WireResponse(200, [("content-type", "application/json")], b'{"status": "ok"}')
TIMEOUTS = Timeouts(total=5.0)

Step = WireResponse | Exception | Callable[[], None]


class Breaking:
    """Gives one outcome after the other; what is called comes before the next one."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.totals: list[float] = []

    def outcome(self, timeouts: Timeouts) -> WireResponse:
        self.totals.append(timeouts.total)
        step = self.steps.pop(0)
        while callable(step):
            step()
            step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return replace(step)

    def close(self) -> None: ...

    async def aclose(self) -> None: ...


class BreakingTransport(Breaking):
    """From coroutines."""

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        return self.outcome(timeouts)


class BreakingBlockingTransport(Breaking):
    """From threads."""

    def send_blocking(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        return self.outcome(timeouts)


@pytest.fixture(params=["async", "sync"])
def broken(request: pytest.FixtureRequest) -> Callable[..., tuple[Any, Breaking]]:
    """A desk over a transport that breaks, and the transport."""

    def make(*steps: Step, timeouts: Timeouts = TIMEOUTS) -> tuple[Any, Breaking]:
        if request.param == "async":
            transport = BreakingTransport(*steps)
            return desk_port().http(transport=transport, timeouts=timeouts, trust="open"), transport
        blocking = BreakingBlockingTransport(*steps)
        return blocking_desk_port().http(transport=blocking, timeouts=timeouts, trust="open"), blocking

    return make


async def test_what_changes_nothing_is_asked_again_once_when_the_connection_broke(
    broken: Callable[..., Any],
) -> None:
    desk, transport = broken(ConnectionLost("a"), OK)
    assert await result_of(desk.get_health()) == Health()
    assert len(transport.totals) == 2
    desk, transport = broken(ConnectionLost("a"), ConnectionLost("b"), OK)
    with pytest.raises(ConnectionLost, match="b") as caught:
        await result_of(desk.get_health())
    assert len(caught.value.trace_id or "") == 32
    assert len(transport.steps) == 1


async def test_what_may_have_changed_something_is_not_asked_again(broken: Callable[..., Any]) -> None:
    desk, transport = broken(ConnectionLost("a"), OK)
    with pytest.raises(ConnectionLost, match="a"):
        await result_of(desk.echo(1))
    assert len(transport.steps) == 1


@pytest.mark.parametrize(
    "error", [ServiceUnreachable("x"), UnexpectedAnswer("x"), CallTimeout(phase="read", seconds=5)]
)
async def test_other_failures_are_not_asked_again(broken: Callable[..., Any], error: Exception) -> None:
    desk, transport = broken(error, OK)
    with pytest.raises(type(error)) as caught:
        await result_of(desk.get_health())
    assert caught.value is error
    assert len(transport.steps) == 1


async def test_a_failure_of_the_second_attempt_is_the_calls(broken: Callable[..., Any]) -> None:
    desk, _ = broken(ConnectionLost("a"), CallTimeout(phase="read", seconds=3))
    with pytest.raises(CallTimeout) as caught:
        await result_of(desk.get_health())
    assert (caught.value.phase, caught.value.seconds) == ("read", 3)


def spend(seconds: float) -> Callable[[], None]:
    """Let time pass while the caller is inside; a thread that is busy, in short."""

    def spending() -> None:
        until = monotonic() + seconds
        while monotonic() < until:
            pass

    return spending


def test_the_second_attempt_of_a_thread_has_what_is_left_of_the_total() -> None:
    transport = BreakingBlockingTransport(spend(0.01), ConnectionLost("a"), CallTimeout(phase="total", seconds=0.1))
    with pytest.raises(CallTimeout) as caught:
        blocking_desk_port().http(transport=transport, timeouts=TIMEOUTS, trust="open").get_health()
    assert transport.totals[0] == 5.0
    assert transport.totals[1] < 4.995
    assert (caught.value.phase, caught.value.seconds) == ("total", 5.0)  # as the caller set it


def test_a_thread_whose_time_is_over_does_not_ask_again() -> None:
    transport = BreakingBlockingTransport(spend(0.02), ConnectionLost("a"), OK)
    with pytest.raises(CallTimeout, match=r"No answer within 0.01 s \(total\)") as caught:
        blocking_desk_port().http(transport=transport, timeouts=Timeouts(total=0.01), trust="open").get_health()
    assert caught.value.phase == "total"
    assert len(transport.steps) == 1


async def test_an_operation_may_have_time_of_its_own_whatever_case_its_name_is_written_in() -> None:
    for name in ("getHealth", "get_health"):
        transport = BreakingBlockingTransport(OK, OK)
        own = {name: Timeouts(total=60)}
        desk = blocking_desk_port().http(transport=transport, timeouts=TIMEOUTS, timeouts_of=own, trust="open")
        desk.get_health()
        assert transport.totals == [60]
    async_transport = BreakingTransport(OK)
    other = {"echo": Timeouts(total=60)}
    desk_ = desk_port().http(transport=async_transport, timeouts=TIMEOUTS, timeouts_of=other, trust="open")
    await desk_.get_health()
    assert async_transport.totals == [TIMEOUTS.total]


def test_time_for_an_operation_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"timeouts_of: there is no operation 'getHelth'; there are .*getHealth"):
        desk_port().http("http://127.0.0.1:1", timeouts_of={"getHelth": Timeouts()}, trust="open")


async def test_a_coroutine_ends_within_its_total_whatever_the_transport_does() -> None:
    class Stuck(BreakingTransport):
        async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
            await asyncio.Event().wait()
            raise AssertionError

    with pytest.raises(CallTimeout, match=r"No answer within 0.01 s \(total\)") as caught:
        await desk_port().http(transport=Stuck(), timeouts=Timeouts(total=0.01), trust="open").get_health()
    assert caught.value.phase == "total"
    assert len(caught.value.trace_id or "") == 32


async def test_a_caller_that_is_cancelled_is_cancelled_and_recorded() -> None:
    entered = asyncio.Event()

    class Stuck(BreakingTransport):
        async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
            entered.set()
            await asyncio.Event().wait()
            raise AssertionError

    recorder = Recorder()
    events: list[tuple[str, str, str]] = []
    recorder.subscribe(lambda batch: events.extend((e.operation, e.wiring, e.failure) for e in batch))
    call = asyncio.ensure_future(desk_port(recorder).http(transport=Stuck(), trust="open").get_health())
    await entered.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    recorder.close()
    assert events == [("getHealth", "http", "CancelledError")]
