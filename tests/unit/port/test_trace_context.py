"""One trace through a service: what comes in, and what the calls that it makes itself take along (W3C Trace Context, level 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider

from support.loopback import Asked, Loopback, Told, loopback
from support.loopback import told as answering
from switchover import AsgiTransport, HttpxTransport, OpenTelemetryTracing, Recorder, calling, current
from switchover.port.serve import Service
from switchover.telemetry import TraceContext, parse
from unit.port.asking import JSON, ask
from unit.port.desk import Health, InMemoryDesk, desk_port
from unit.port.hosted import hosted, said_to
from unit.port.tracing import CASES, HERE, SPAN, TRACE, Case

CALLS = b"2"


class Calling(InMemoryDesk):
    """Calls another service as often as it is asked to."""

    def __init__(self, other: Any) -> None:
        super().__init__()
        self._other = other

    async def echo(self, value: Any) -> Any:
        assert [await self._other.get_health() for _ in range(value)] == [Health()] * value
        return value


class Watched:
    """A served port that keeps the headers of what it was asked."""

    def __init__(self) -> None:
        self._service = desk_port().serve(InMemoryDesk(), trust="open")
        self.asked: list[list[tuple[str, str]]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append([(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]])
        await self._service(scope, receive, send)


def calling_service(transport: Any, recorder: Recorder | None = None) -> Service:
    port = desk_port(recorder)
    return port.serve(Calling(port.http(transport=transport, trust="open")), trust="open")


@cache
def traced() -> Recorder:
    """Calls in a sampled trace have spans of OpenTelemetry's, and so are its positions."""
    return Recorder(tracing=OpenTelemetryTracing(TracerProvider(), share=0))


def only(headers: Sequence[tuple[str, str]], name: str) -> str | None:
    found = [value for key, value in headers if key == name]
    assert len(found) <= 1
    return found[0] if found else None


def check(case: Case, asked: Sequence[Sequence[tuple[str, str]]], trace_id: str | None) -> None:
    """Hold what was passed on against what the case says."""
    parents = [only(headers, "traceparent") for headers in asked]
    positions = [parse(parent) for parent in parents]
    assert len(positions) == int(CALLS)
    for headers, parent, here in zip(asked, parents, positions, strict=True):
        assert here is not None
        assert here.header == parent
        assert here.trace_id == trace_id
        assert (here.trace_id == TRACE) == case.is_kept
        assert here.span_id != SPAN
        assert not case.is_kept or parent[-2:] == case.flags
        assert (only(headers, "tracestate") or "") == case.state
    assert len({here.span for here in positions if here}) == len(positions)


@pytest.mark.parametrize("has_spans", [False, True])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
async def test_a_service_takes_part_in_the_trace_of_its_caller(case: Case, has_spans: bool) -> None:
    inner = Watched()
    headers = [(name.lower(), value) for name, value in case.headers]  # as every ASGI server hands them over
    service = calling_service(AsgiTransport(inner), traced() if has_spans else None)
    answered = await ask(service, "POST", "/api/echo", JSON, *headers, parts=[CALLS])
    assert (answered.status, answered.body) == (200, CALLS)
    check(case, inner.asked, answered.header("x-trace-id"))


# -- over sockets: header lines as they were sent ---------------------------------------------------------------------


@pytest.fixture
def inner() -> Iterator[Loopback]:
    def answer(_: Asked) -> Told:
        return answering({"status": "ok"})

    with loopback(answer) as server:
        yield server


async def test_header_lines_mean_the_same_over_a_socket(inner: Loopback) -> None:
    async with HttpxTransport(inner.url) as transport, hosted(calling_service(transport)) as address:
        for case in CASES:
            lines = "".join(f"{name}: {value}\r\n" for name, value in case.headers)
            head = f"POST /api/echo HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\nContent-Length: 1\r\n{lines}Connection: close\r\n\r\n"
            inner.asked.clear()
            status, headers, body = await said_to(address, head.encode("latin-1") + CALLS)
            assert (status, body) == (b"HTTP/1.1 200 OK", CALLS), case
            check(case, [list(asked.headers.items()) for asked in inner.asked], headers["x-trace-id"])


# -- whatever comes in ------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["traceparent", "tracestate", "traceparent", "tracestate", "x-color"])
VALUES = st.one_of(
    st.binary(max_size=80).map(lambda data: data.decode("latin-1")),
    st.text("abc@=, \t1", max_size=30),
    st.just(HERE),
    st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[a-z]+)?", fullmatch=True),
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=5))
async def test_what_is_passed_on_is_valid_whatever_comes_in(headers: list[tuple[str, str]]) -> None:
    inner = Watched()
    answered = await ask(calling_service(AsgiTransport(inner)), "POST", "/api/echo", JSON, *headers, parts=[b"1"])
    assert answered.status == 200
    parent, state = only(inner.asked[0], "traceparent"), only(inner.asked[0], "tracestate")
    here = parse(parent, [state] if state is not None else [])
    assert here is not None
    assert (here.header, here.state, here.trace_id) == (parent, state or "", answered.header("x-trace-id"))
    assert state != ""


# -- in this process --------------------------------------------------------------------------------------------------

OUTSIDE = TraceContext(int(TRACE, 16), int(SPAN, 16), 3, "congo=1,nile=2")


class Telling(InMemoryDesk):
    """Answers where in the trace it is."""

    async def echo(self, value: Any) -> Any:
        return self._here()

    async def get_health(self) -> Any:
        self.seen = self._here()
        return Health()

    def _here(self) -> list[str]:
        trace = current().trace
        return [trace.header, trace.state] if trace is not None else []


@pytest.mark.parametrize("spans", [False, True])
async def test_a_call_in_this_process_hands_on_the_whole_position(spans: bool) -> None:
    backend = Telling()
    desk = desk_port(Recorder(spans=spans)).direct(backend)
    with calling(trace=OUTSIDE):
        header, state = await desk.echo(0)
        await desk.get_health()
    assert [state, backend.seen[1]] == [OUTSIDE.state, OUTSIDE.state]
    write, read = parse(header), parse(backend.seen[0])
    assert write is not None
    assert read is not None
    assert (write.trace, write.flags, read.trace, read.flags) == (OUTSIDE.trace, 3, OUTSIDE.trace, 3)
    assert (write.span == OUTSIDE.span, read.span == OUTSIDE.span) == (False, not spans)


async def test_a_call_over_http_is_told_the_whole_position() -> None:
    service = desk_port().serve(Telling(), trust="open")
    desk = desk_port().http(transport=AsgiTransport(service), trust="open")
    with calling(trace=OUTSIDE):
        header, state = await desk.echo(0)
    assert (header[:35], state) == (OUTSIDE.header[:35], OUTSIDE.state)


@pytest.mark.parametrize("state", ["a=1\r\nset-cookie: b=2", "*/ DROP TABLE trips --", "a", "a=1,a=2", " a=1", ","])
def test_a_state_that_could_not_be_passed_on_is_refused_where_it_is_set(state: str) -> None:
    before = current()
    with pytest.raises(ValueError, match="is a tracestate"), calling(trace=OUTSIDE._replace(state=state)):
        raise AssertionError("was let in")
    assert current() is before
