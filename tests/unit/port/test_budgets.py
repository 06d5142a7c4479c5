"""A budget: set by the caller, sent along, and kept by the service."""

from __future__ import annotations

import asyncio
import threading
from time import monotonic
from typing import Any

import pytest

from switchover import AsgiTransport, Recorder, Timeouts, calling, current
from switchover.errors import CallTimeout
from switchover.telemetry import CallEvent
from unit.port.asking import ask
from unit.port.desk import (
    Health,
    InMemoryBlockingDesk,
    InMemoryDesk,
    blocking_desk_port,
    desk_port,
    result_of,
)
from unit.port.routing import OK, Told

KINDS = pytest.mark.parametrize("kind", ["async", "sync"])
BUDGET = "x-switchover-timeout"


def port_of(kind: str) -> Any:
    return desk_port() if kind == "async" else blocking_desk_port()


def budget_of(told: Told) -> float | None:
    found = dict(told.requests[-1].headers).get(BUDGET)
    return None if found is None else float(found)


@KINDS
async def test_what_is_left_goes_along_and_nothing_does_where_nothing_is_set(kind: str) -> None:
    told = Told(OK)
    desk = port_of(kind).http(transport=told, trust="open")
    await result_of(desk.get_health())
    assert budget_of(told) is None
    with calling(budget=2):
        await result_of(desk.get_health())
    sent = budget_of(told)
    assert sent is not None
    assert 1 < sent <= 2


@KINDS
async def test_a_call_has_no_more_time_than_its_budget_and_no_more_than_its_total(kind: str) -> None:
    told = Told(OK)
    desk = port_of(kind).http(transport=told, trust="open", timeouts=Timeouts(total=1))
    with calling(budget=0.5):
        await result_of(desk.get_health())
    with calling(budget=60):
        await result_of(desk.get_health())
    if kind == "sync":
        assert told.timeouts[0].total <= 0.5
    assert told.timeouts[1].total == 1


@KINDS
async def test_nothing_is_sent_once_the_budget_is_spent(kind: str) -> None:
    told = Told(OK)
    desk = port_of(kind).http(transport=told, trust="open")
    with calling(budget=1e-9), pytest.raises(CallTimeout, match="before it was sent"):
        await result_of(desk.get_health())
    assert told.requests == []


async def test_a_call_that_hangs_ends_with_its_budget() -> None:
    class Hanging(Told):
        async def send(self, request: Any, timeouts: Timeouts) -> Any:
            await asyncio.Event().wait()

    began = monotonic()
    with calling(budget=0.05), pytest.raises(CallTimeout) as caught:
        await desk_port().http(transport=Hanging(OK), trust="open").get_health()
    assert monotonic() - began < 5
    assert 0 < caught.value.seconds <= 0.05


class Stuck(InMemoryDesk):
    """Works until it is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.was_stopped = False
        self.deadline: float | None = None

    async def get_health(self) -> Health:
        self.deadline = current().deadline
        try:
            await asyncio.Event().wait()
        finally:
            self.was_stopped = True
        raise AssertionError


async def test_the_service_stops_working_when_nobody_waits_any_more() -> None:
    recorder, events = Recorder(), list[CallEvent]()
    recorder._subscribers.append(events.extend)
    stuck = Stuck()
    app = desk_port(recorder=recorder).serve(stuck, trust="open")
    before = monotonic()
    answered = await ask(app, "GET", "/api/health", (BUDGET, "0.05"))
    assert answered.refusal == (504, "call_timeout", "Nobody waits for the answer any more.")
    assert stuck.was_stopped
    assert stuck.deadline is not None
    assert stuck.deadline - before < 5
    recorder.flush()
    assert [(event.outcome.value, event.failure) for event in events] == [("failed", "OutOfTime")]


async def test_a_backend_in_threads_is_not_waited_for_any_longer() -> None:
    go = threading.Event()

    class Waiting(InMemoryBlockingDesk):
        def get_health(self) -> Health:
            assert go.wait(10)
            return Health()

    app = blocking_desk_port().serve(Waiting(), trust="open")
    try:
        answered = await ask(app, "GET", "/api/health", (BUDGET, "0.05"))
    finally:
        go.set()
    assert answered.status == 504


async def test_nothing_is_begun_for_whom_waits_no_more() -> None:
    stuck = Stuck()
    answered = await ask(desk_port().serve(stuck, trust="open"), "GET", "/api/health", (BUDGET, "0"))
    assert answered.status == 504
    assert not stuck.was_stopped


async def test_what_is_answered_in_time_is_answered_as_ever() -> None:
    app = desk_port().serve(InMemoryDesk(), trust="open")
    assert (await ask(app, "GET", "/api/health", (BUDGET, "5"))).status == 200


async def test_a_timeout_of_the_backends_own_is_a_failure_like_any_other() -> None:
    class Timing(InMemoryDesk):
        async def get_health(self) -> Health:
            raise TimeoutError

    answered = await ask(desk_port().serve(Timing(), trust="open"), "GET", "/api/health", (BUDGET, "5"))
    assert answered.status == 500


@pytest.mark.parametrize("text", ["", "-1", "1e3", "soon", "inf", "1, 2", "1.", "9" * 30])
async def test_a_budget_that_is_no_number_of_seconds_is_refused(text: str) -> None:
    answered = await ask(desk_port().serve(InMemoryDesk(), trust="open"), "GET", "/api/health", (BUDGET, text))
    assert answered.status == 400
    wrong = [{"where": "header.X-Switchover-Timeout", "detail": "has to be seconds, as in 1.5"}]
    assert answered.problem["errors"] == wrong


async def test_the_calling_side_knows_that_the_service_gave_up() -> None:
    class Generous(AsgiTransport):
        async def send(self, request: Any, timeouts: Timeouts) -> Any:
            headers = [(name, "0" if name == BUDGET else value) for name, value in request.headers]
            request.headers = headers
            return await super().send(request, timeouts)

    transport = Generous(desk_port().serve(Stuck(), trust="open"))
    with calling(budget=5), pytest.raises(CallTimeout) as caught:
        await desk_port().http(transport=transport, trust="open").get_health()
    assert caught.value.phase == "service"


async def test_a_budget_goes_on_to_the_calls_that_the_service_makes() -> None:
    told = Told(OK)

    class Asking(InMemoryDesk):
        async def get_health(self) -> Health:
            return await desk_port().http(transport=told, trust="open").get_health()

    transport = AsgiTransport(desk_port().serve(Asking(), trust="open"))
    with calling(budget=2):
        await desk_port().http(transport=transport, trust="open").get_health()
    sent = budget_of(told)
    assert sent is not None
    assert 1 < sent <= 2
