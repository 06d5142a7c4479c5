"""When HTTP does not answer: what is answered here instead, within the time, and what a circuit makes of it."""

from __future__ import annotations

import asyncio
import socket
from time import monotonic
from typing import Any

import pytest

from support.clock import OwnedClock
from switchover import HttpxTransport, RolloutState, Timeouts, calling, current
from switchover.errors import (
    CallTimeout,
    ConnectionLost,
    CredentialUnavailable,
    Forbidden,
    InternalError,
    InvalidRequest,
    ServiceUnavailable,
    ServiceUnreachable,
    TransportError,
    UnexpectedAnswer,
)
from switchover.port.wire import WireResponse
from switchover.rollout.circuit import CircuitState
from switchover.telemetry import Outcome
from unit.port.desk import AIKO, MISSING_ID, Health, InMemoryBlockingDesk, InMemoryDesk, NoteNotFound, result_of
from unit.port.routing import ALL, OK, Told, everywhere, routed

KINDS = pytest.mark.parametrize("kind", ["async", "sync"])
JSON = ("content-type", "application/json")
PROBLEM = ("content-type", "application/problem+json")
ECHOED = WireResponse(200, [JSON], b"1")

UNANSWERED = [
    ServiceUnreachable("x"),
    ConnectionLost("x"),
    CallTimeout(phase="read", seconds=1),
    CallTimeout(phase="connect", seconds=1),
    CredentialUnavailable("x"),
    UnexpectedAnswer("x"),
    WireResponse(502, [], b"<html>"),
    WireResponse(503, [], b""),
    WireResponse(504, [], b""),
    WireResponse(504, [PROBLEM], b'{"code": "call_timeout", "status": 504}'),
    InternalError("x"),
    WireResponse(500, [PROBLEM], b'{"code": "internal_error", "status": 500}'),
    WireResponse(500, [("content-type", "text/html")], b"<html>"),
    WireResponse(403, [("content-type", "text/html")], b"<html>"),
    WireResponse(404, [("content-type", "text/html")], b"<html>"),
    WireResponse(405, [("allow", "GET")], b""),
    WireResponse(501, [], b""),
]
UNSENT = [ServiceUnreachable("x"), CredentialUnavailable("x"), CallTimeout(phase="connect", seconds=1)]


@KINDS
@pytest.mark.parametrize("step", UNANSWERED, ids=repr)
async def test_what_changes_nothing_is_answered_here_and_the_failure_is_seen(kind: str, step: Any) -> None:
    desk = routed(kind, ALL, Told(step))
    assert await result_of(desk.desk.get_health()) == Health()
    (wiring, reason, failure), *rest = desk.told()
    assert (wiring, reason) == ("http", "all")
    assert failure
    assert rest == [("direct", "fallback", "")]


@KINDS
@pytest.mark.parametrize("error", UNSENT, ids=repr)
async def test_a_write_that_was_certainly_not_sent_is_carried_out_here_under_its_own_name(
    kind: str, error: Exception
) -> None:
    keys: list[Any] = []

    class Noting(InMemoryBlockingDesk):
        def echo(self, value: Any) -> Any:
            keys.append((current().idempotency_key, current().deadline is not None))
            return value

    told = Told(error)
    noting = Noting()
    desk = routed(kind, ALL, told, here=InMemoryDesk(noting) if kind == "async" else noting)
    assert await result_of(desk.desk.echo(1)) == 1
    assert keys == [(told.requests[0].idempotency_key, True)]
    assert desk.told()[1:] == [("direct", "fallback", "")]
    with calling(idempotency_key="mine"):
        await result_of(desk.desk.echo(1))
    assert keys[1] == ("mine", True)


@KINDS
@pytest.mark.parametrize(
    "step", [step for step in UNANSWERED if not any(type(step) is type(unsent) for unsent in UNSENT)], ids=repr
)
async def test_a_write_that_may_have_been_carried_out_is_not_repeated_and_says_so(kind: str, step: Any) -> None:
    desk = routed(kind, ALL, Told(step))
    with pytest.raises((TransportError, ServiceUnavailable, InternalError)) as caught:
        await result_of(desk.desk.echo(1))
    assert desk.here.seen == []
    assert caught.value.idempotency_key is not None
    assert "echo may have been carried out, so it is not repeated" in caught.value.__notes__[0]
    assert [wiring for wiring, _, _ in desk.told()] == ["http"]


@KINDS
async def test_a_write_that_ran_out_of_time_is_not_repeated(kind: str) -> None:
    desk = routed(kind, ALL, Told(CallTimeout(phase="read", seconds=1)))
    with pytest.raises(CallTimeout):
        await result_of(desk.desk.echo(1))
    assert desk.here.seen == []


@KINDS
async def test_a_documented_failure_is_the_services_answer_and_is_not_asked_for_again(kind: str) -> None:
    body = b'{"type": "about:blank", "title": "Not Found", "status": 404, "code": "note_not_found", "noteId": "%s"}'
    desk = routed(kind, ALL, Told(WireResponse(404, [PROBLEM], body % str(MISSING_ID).encode())))
    with pytest.raises(NoteNotFound):
        await result_of(desk.desk.get_note(AIKO, MISSING_ID))
    assert desk.told() == [("http", "all", "NoteNotFound")]


@KINDS
async def test_a_service_that_is_not_there_costs_nobody_an_answer(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
    async with HttpxTransport(address) as transport:
        desk = routed(kind, ALL, transport)
        assert await result_of(desk.desk.get_health()) == Health()
        assert await result_of(desk.desk.echo(1)) == 1
    assert desk.told() == [("http", "all", "ServiceUnreachable"), ("direct", "fallback", "")] * 2


# -- the circuit --------------------------------------------------------------------------------------------------------


@KINDS
async def test_a_service_that_keeps_failing_is_left_alone_by_reads_and_writes(kind: str) -> None:
    clock = OwnedClock()
    told = Told(InternalError("x"))
    desk = routed(kind, everywhere(clock, in_a_row=3, cool_down=5, probes=1), told)
    for _ in range(3):
        with pytest.raises(InternalError):
            await result_of(desk.desk.echo(1))
    assert desk.rollout.circuits["echo"].value == "open"
    desk.told()
    assert await result_of(desk.desk.echo(1)) == 1
    assert desk.told() == [("direct", "circuit_open", "")]
    assert desk.rollout.circuits["getHealth"].value == "closed"

    clock.passes(5)
    told.steps[:] = [ECHOED]
    assert await result_of(desk.desk.echo(1)) == 1
    assert desk.told() == [("http", "all", "")]
    assert desk.rollout.circuits["echo"].value == "closed"


@KINDS
async def test_failures_that_nobody_saw_open_it_as_well(kind: str) -> None:
    desk = routed(kind, everywhere(OwnedClock(), in_a_row=2), Told(ServiceUnreachable("x")))
    for _ in range(3):
        assert await result_of(desk.desk.get_health()) == Health()
    assert desk.told() == [
        ("http", "all", "ServiceUnreachable"),
        ("direct", "fallback", ""),
        ("http", "all", "ServiceUnreachable"),
        ("direct", "fallback", ""),
        ("direct", "circuit_open", ""),
    ]


@KINDS
async def test_refusals_and_requests_that_are_none_open_nothing(kind: str) -> None:
    refusal = WireResponse(403, [PROBLEM], b'{"code": "forbidden", "status": 403}')
    desk = routed(kind, everywhere(OwnedClock(), in_a_row=1, least=1), Told(refusal))
    with pytest.raises(Forbidden):
        await result_of(desk.desk.get_health())
    with pytest.raises(InvalidRequest):
        await result_of(desk.desk.list_notes(AIKO, limit="many"))
    assert desk.rollout.circuits["getHealth"].value == "closed"
    assert desk.rollout.circuits["listNotes"].value == "closed"


async def test_only_the_probes_go_out_while_it_is_half_open() -> None:
    clock, go = OwnedClock(), asyncio.Event()

    class Slow(Told):
        async def send(self, request: Any, timeouts: Any) -> Any:
            found = self.outcome(request, timeouts)
            await go.wait()
            return found

    told = Slow(OK)
    desk = routed("async", everywhere(clock, in_a_row=1, cool_down=5, probes=1), told)
    circuit = desk.rollout.table.routes["getHealth"].circuit
    ticket = circuit.enter()
    assert ticket is not None
    circuit.leave(ticket, is_good=False)
    clock.passes(5)
    calls = [asyncio.create_task(desk.desk.get_health()) for _ in range(5)]
    for call in calls[1:]:
        await call
    assert len(told.requests) == 1
    go.set()
    await calls[0]
    assert desk.told() == [("direct", "circuit_open", "")] * 4 + [("http", "all", "")]


async def test_a_place_that_was_lost_at_the_last_moment_is_no_failure() -> None:
    """Between the decision and the call another probe may have gone out: the call stays here."""
    clock = OwnedClock()
    for kind in ("async", "sync"):
        desk = routed(kind, everywhere(clock, in_a_row=1, cool_down=5, probes=1), Told(OK))
        circuit = desk.rollout.table.routes["getHealth"].circuit
        ticket = circuit.enter()
        assert ticket is not None
        circuit.leave(ticket, is_good=False)
        clock.passes(5)
        circuit._clock = Thief(circuit, clock)
        assert await result_of(desk.desk.get_health()) == Health()
        assert desk.told() == [("direct", "circuit_open", "")]


class Thief:
    """A clock that takes the only probe as soon as somebody has asked whether there is one."""

    def __init__(self, circuit: Any, clock: OwnedClock) -> None:
        self.circuit, self.clock = circuit, clock
        self.asked = 0

    def __call__(self) -> float:
        self.asked += 1
        if self.asked == 2:
            self.circuit._state = CircuitState.HALF_OPEN
            self.circuit._begun = self.clock.now
            self.circuit._out = 1
        return self.clock()


# -- the time -----------------------------------------------------------------------------------------------------------


class Hanging(Told):
    """A service that never answers."""

    async def send(self, request: Any, timeouts: Timeouts) -> Any:
        self.outcome(request, timeouts)
        await asyncio.Event().wait()


async def test_a_service_that_hangs_costs_a_part_of_the_time_and_the_rest_is_for_answering_here() -> None:
    told = Hanging(OK)
    desk = routed("async", ALL, told, for_http=0.25, timeouts=Timeouts(total=0.4))
    began = monotonic()
    assert await desk.desk.get_health() == Health()
    assert 0.09 <= monotonic() - began < 0.35
    assert desk.told() == [("http", "all", "CallTimeout"), ("direct", "fallback", "")]
    assert 0 < float(dict(told.requests[0].headers)["x-switchover-timeout"]) <= 0.1


async def test_an_operation_with_time_of_its_own_has_it_on_its_way_over_http_too() -> None:
    told = Hanging(OK)
    own = {"getHealth": Timeouts(total=0.4)}
    desk = routed("async", ALL, told, for_http=0.25, timeouts=Timeouts(total=60), timeouts_of=own)
    assert await desk.desk.get_health() == Health()
    assert 0 < float(dict(told.requests[0].headers)["x-switchover-timeout"]) <= 0.1


async def test_the_callers_budget_counts_where_it_is_shorter() -> None:
    desk = routed("async", ALL, Hanging(OK))
    began = monotonic()
    with calling(budget=0.2):
        assert await desk.desk.get_health() == Health()
    assert monotonic() - began < 5
    with calling(budget=0.2), pytest.raises(CallTimeout):
        await desk.desk.echo(1)


async def test_what_answers_here_has_no_more_than_the_rest() -> None:
    class Stuck(InMemoryDesk):
        async def get_health(self) -> Health:
            await asyncio.Event().wait()
            raise AssertionError

    desk = routed("async", ALL, Told(ServiceUnreachable("x")), here=Stuck())
    with calling(budget=0.05), pytest.raises(CallTimeout) as caught:
        await desk.desk.get_health()
    assert caught.value.phase == "total"
    assert 0 < caught.value.seconds <= 0.05
    desk.recorder.flush()
    assert [(event.wiring, event.outcome) for event in desk.events] == [
        ("http", Outcome.FAILED),
        ("direct", Outcome.CANCELLED),
    ]


async def test_a_timeout_of_the_backends_own_stays_one() -> None:
    class Timing(InMemoryDesk):
        async def get_health(self) -> Health:
            raise TimeoutError("mine")

    desk = routed("async", ALL, Told(ServiceUnreachable("x")), here=Timing())
    with pytest.raises(TimeoutError, match="mine"):
        await desk.desk.get_health()


@KINDS
async def test_nothing_is_begun_here_once_the_time_is_over(kind: str) -> None:
    def spend() -> None:
        until = monotonic() + 0.06
        while monotonic() < until:
            pass

    desk = routed(kind, ALL, Told(spend, ConnectionLost("x")))
    with calling(budget=0.05), pytest.raises((ConnectionLost, CallTimeout)):
        await result_of(desk.desk.get_health())
    assert [wiring for wiring, _, _ in desk.told()] == ["http"]


@KINDS
async def test_what_answers_here_sees_the_deadline_and_the_rollout_stays_out_of_it(kind: str) -> None:
    seen: list[Any] = []

    class Noting(InMemoryBlockingDesk):
        def get_health(self) -> Health:
            seen.append(current())
            return Health()

    noting = Noting()
    desk = routed(kind, ALL, Told(ServiceUnreachable("x")), here=InMemoryDesk(noting) if kind == "async" else noting)
    with calling(budget=5, session="s", backend="http") as outside:
        await result_of(desk.desk.get_health())
        assert current() is outside
    assert seen[0].deadline == outside.deadline
    assert (seen[0].session, seen[0].side) == ("s", "http")
    assert desk.rollout.apply(RolloutState(version=1))
