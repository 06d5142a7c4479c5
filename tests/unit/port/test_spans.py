"""Live spans of calls: where they stand in the trace, under every wiring, and that nothing else changes."""

from __future__ import annotations

import ast
import asyncio
import os
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace as otel
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from support.spans import Failing, Observed, ids
from switchover import AsgiTransport, CallContext, OpenTelemetryTracing, Recorder, calling, current
from switchover.telemetry import CallEvent, Outcome, TraceContext, start
from unit.port.asking import ask
from unit.port.desk import (
    AIKO,
    MISSING_ID,
    NOTE_ID,
    BlockingDesk,
    Caller,
    Desk,
    DeskError,
    InMemoryBlockingDesk,
    InMemoryDesk,
    NoteDraft,
    NoteNotFound,
    contract,
    result_of,
)

SAMPLED, DROPPED = TraceContext(7, 8, 3), TraceContext(7, 8, 2)


class Seeing(InMemoryDesk):
    """A desk that looks at where it is called, and may call another one."""

    def __init__(self, inner: Any = None, observed: Observed | None = None) -> None:
        super().__init__()
        self.inner = inner
        self.observed = observed
        self.beside: list[Any] = []
        self.around: list[otel.SpanContext] = []

    async def get_health(self) -> Any:
        self._look()
        if self.inner is not None and self.observed is not None:
            with self.observed.provider.get_tracer("team").start_as_current_span("work"):
                await self.inner.get_health()
        elif self.inner is not None:
            await self.inner.get_health()
        return self.desk.get_health()

    async def put_text(self, caller: Caller, note_id: Any, text: str) -> None:
        self._look()
        if self.inner is not None:
            await self.inner.get_health()

    def _look(self) -> None:
        self.beside.append(current())
        self.around.append(otel.get_current_span().get_span_context())


def port(observed: Observed | Recorder) -> Any:
    recorder = observed if isinstance(observed, Recorder) else observed.recorder
    return contract().bind(Desk, caller=Caller, errors=DeskError, recorder=recorder)


def blocking(observed: Observed) -> Any:
    return contract().bind(BlockingDesk, caller=Caller, errors=DeskError, recorder=observed.recorder)


def over_http(observed: Observed, backend: Any, **serving: Any) -> Any:
    return port(observed).http(transport=AsgiTransport(port(observed).serve(backend, trust="open")), trust="open")


def parents(spans: list[ReadableSpan]) -> list[tuple[int, int] | None]:
    return [None if span.parent is None else (span.parent.trace_id, span.parent.span_id) for span in spans]


def at(position: TraceContext) -> tuple[int, int]:
    return position.trace, position.span


def positions(events: list[CallEvent]) -> list[tuple[int, int]]:
    return [at(event.position) for event in events if event.position is not None]


# -- where spans stand


async def test_a_sampled_call_in_this_process_stands_where_its_span_does() -> None:
    observed = Observed()
    inner = Seeing()
    outer = Seeing(port(observed).direct(inner))
    await port(observed).direct(outer).get_health()
    inside, around = observed.spans
    assert parents([around, inside]) == [None, ids(around)]
    assert [at(inner.beside[0].trace), at(outer.beside[0].trace)] == [ids(inside), ids(around)]
    assert [(found.trace_id, found.span_id) for found in (*inner.around, *outer.around)] == [ids(inside), ids(around)]
    assert positions(observed.events) == [ids(inside), ids(around)]
    assert all(span.kind is SpanKind.INTERNAL for span in observed.spans)
    assert inside.attributes == {
        "switchover.operation": "getHealth",
        "switchover.outcome": "ok",
        "switchover.reason": "wired",
        "switchover.wiring": "direct",
    }
    assert current() == CallContext()
    assert observed.recorder.in_flight == {"direct": 0}


async def test_over_http_the_span_of_the_service_is_below_that_of_its_caller() -> None:
    observed, backend = Observed(), Seeing()
    await over_http(observed, backend).get_health()
    serving, asking = observed.spans
    assert (asking.kind, serving.kind) == (SpanKind.CLIENT, SpanKind.SERVER)
    assert parents([asking, serving]) == [None, ids(asking)]
    assert at(backend.beside[0].trace) == ids(serving)
    assert positions(observed.events) == [ids(serving), ids(asking)]
    request = {"http.request.method": "GET", "http.route": "/health", "http.response.status_code": 200}
    for span in (serving, asking):
        assert span.attributes is not None
        assert request.items() <= dict(span.attributes).items()
    assert serving.attributes is not None
    assert serving.attributes["url.scheme"] == "http"


async def test_an_answer_names_the_trace_of_its_span() -> None:
    observed = Observed()
    service = port(observed).serve(Seeing(), trust="open")
    answered = await ask(service, "GET", "/api/health", ("traceparent", SAMPLED.header))
    [span] = observed.spans
    assert ids(span)[0] == SAMPLED.trace
    assert parents([span]) == [at(SAMPLED)]
    assert span.parent is not None
    assert span.parent.is_remote
    assert answered.header("x-trace-id") == SAMPLED.trace_id


@pytest.mark.parametrize("share", [0, 1])
async def test_what_a_caller_did_not_sample_nobody_below_does(share: float) -> None:
    observed = Observed(share)
    backend = Seeing(port(observed).direct(Seeing()), observed)
    service = port(observed).serve(backend, trust="open")
    await ask(service, "GET", "/api/health", ("traceparent", DROPPED.header))
    assert observed.spans == []
    assert [event.position.trace for event in observed.events if event.position] == [7, 7]
    assert (backend.around[0].trace_id, backend.around[0].span_id) == at(backend.beside[0].trace)


async def test_what_the_team_traces_stands_between_the_calls() -> None:
    observed = Observed()
    outer = Seeing(port(observed).direct(Seeing()), observed)
    await port(observed).direct(outer).get_health()
    inside, work, around = observed.spans
    assert parents([around, work, inside]) == [None, ids(around), ids(work)]


@pytest.mark.parametrize("wiring", [lambda seen, desk: port(seen).direct(desk), over_http])
async def test_a_call_continues_the_trace_of_the_teams_framework(wiring: Callable[..., Any]) -> None:
    observed = Observed(share=0)
    with observed.provider.get_tracer("framework").start_as_current_span("request"):
        await wiring(observed, Seeing()).get_health()
    *calls, request = observed.spans
    assert parents(list(reversed(calls)))[0] == ids(request)
    assert calls[-1].parent is not None
    assert not calls[-1].parent.is_remote


async def test_a_service_inside_a_traced_application_continues_its_trace() -> None:
    observed = Observed(share=0)
    service = port(observed).serve(Seeing(), trust="open")
    with observed.provider.get_tracer("framework").start_as_current_span("request"):
        await ask(service, "GET", "/api/health")
        await ask(service, "GET", "/api/health", ("traceparent", SAMPLED.header))
    alone, elsewhere, request = observed.spans
    assert parents([alone, elsewhere]) == [ids(request), at(SAMPLED)]


async def test_a_call_in_a_trace_that_the_framework_dropped_is_in_that_trace_and_has_no_span() -> None:
    observed, backend = Observed(share=1, sampler=ALWAYS_OFF), Seeing()
    client = port(observed).direct(backend)
    with observed.provider.get_tracer("framework").start_as_current_span("request") as request:
        await client.get_health()
        with calling(idempotency_key="one"):
            await client.put_text(AIKO, NOTE_ID, "x")
    assert observed.spans == []
    assert {beside.trace.trace for beside in backend.beside} == {request.get_span_context().trace_id}
    assert backend.beside[1].idempotency_key == "one"


async def test_a_position_that_is_set_wins_over_another_trace_that_is_current() -> None:
    observed = Observed()
    with observed.provider.get_tracer("framework").start_as_current_span("request"), calling(trace=SAMPLED):
        await port(observed).direct(Seeing()).get_health()
    assert parents(observed.spans[:1]) == [at(SAMPLED)]


async def test_what_a_sampler_of_the_sdk_drops_is_propagated_as_dropped() -> None:
    observed, backend = Observed(sampler=ALWAYS_OFF), Seeing()
    await over_http(observed, backend).get_health()
    assert observed.spans == []
    assert not backend.beside[0].trace.is_sampled
    assert len({event.position.trace for event in observed.events if event.position}) == 1


# -- how many there are


async def test_a_share_of_the_traces_is_sampled_whole() -> None:
    observed = Observed(share=0.1)
    client = port(observed).direct(Seeing(port(observed).direct(Seeing())))
    for _ in range(2000):
        await client.get_health()
    assert 300 <= len(observed.spans) <= 500
    assert len({ids(span)[0] for span in observed.spans}) == len(observed.spans) // 2
    assert len({event.position.trace for event in observed.events if event.position}) == 2000


async def test_calls_that_only_have_a_key_are_drawn_as_well() -> None:
    observed, backend = Observed(share=0.5), Seeing()
    client = port(observed).direct(backend)
    with calling(idempotency_key="one"):
        for _ in range(200):
            await client.get_health()
    assert 60 < len(observed.spans) < 140


async def test_a_call_that_is_not_sampled_has_the_position_that_it_always_had() -> None:
    observed, inner = Observed(share=0), Seeing()
    outer = Seeing(port(observed).direct(inner))
    client = port(observed).direct(outer)
    with calling(trace=DROPPED):
        await client.get_health()
    await client.get_health()
    below, above, root_below, root = (event.position for event in observed.events)
    assert below is not None
    assert above is not None
    assert root is not None
    assert root_below is not None
    assert below.trace == above.trace == DROPPED.trace
    assert root.trace == root_below.trace != DROPPED.trace
    assert [beside.trace for beside in (*inner.beside, *outer.beside)] == [below, root_below, above, root]
    assert [beside.idempotency_key for beside in inner.beside] == [None, None]
    assert [beside.writes for beside in inner.beside] == [None, None]
    assert outer.around[0] is otel.INVALID_SPAN_CONTEXT
    assert observed.recorder.in_flight == {"direct": 0}


async def test_a_port_without_tracing_inside_one_with_it_goes_on_in_the_trace() -> None:
    observed, inner = Observed(share=0), Seeing()
    plain = port(Recorder(spans=True))
    client = port(observed).direct(Seeing(plain.direct(Seeing(plain.direct(inner)))))
    await client.get_health()
    [event] = observed.events
    assert event.position is not None
    assert inner.beside[0].trace.trace == event.position.trace


async def test_a_port_with_tracing_inside_one_without_it_goes_on_in_the_trace() -> None:
    observed = Observed(share=0)
    client = port(Recorder(spans=True)).direct(Seeing(port(observed).direct(Seeing())))
    with calling(trace=SAMPLED):
        await client.get_health()
    [span] = observed.spans
    assert ids(span)[0] == SAMPLED.trace


@pytest.mark.parametrize("wiring", [lambda seen, desk: port(seen).direct(desk), over_http])
async def test_without_an_sdk_everything_is_as_without_tracing(wiring: Callable[..., Any]) -> None:
    observed, backend = Observed(), Seeing()
    observed.recorder.tracing = OpenTelemetryTracing(share=1)
    await wiring(observed, backend).get_health()
    with calling(trace=SAMPLED):
        await wiring(observed, backend).get_health()
    assert [event.outcome for event in observed.events] == [Outcome.OK] * len(observed.events)
    assert backend.beside[1].trace.trace == SAMPLED.trace
    assert backend.beside[1].trace.span != SAMPLED.span
    assert backend.beside[1].trace.is_sampled
    assert not backend.beside[0].trace.is_sampled


# -- writes


@pytest.mark.parametrize("share", [0, 1])
async def test_a_write_is_named_after_its_position(share: float) -> None:
    observed, inner = Observed(share), Seeing()
    backend = Seeing(port(observed).direct(inner))
    await port(observed).direct(backend).put_text(AIKO, NOTE_ID, "x")
    [beside] = backend.beside
    assert beside.idempotency_key == f"{beside.trace.trace_id}-{beside.trace.span_id}"
    assert beside.writes == {}
    assert inner.beside[0].trace.trace == beside.trace.trace
    assert [ids(span) for span in observed.spans] == (positions(observed.events) if share else [])


@pytest.mark.parametrize("share", [0, 1])
async def test_a_write_inside_a_call_has_a_key_of_its_own(share: float) -> None:
    class Writing(Seeing):
        async def get_health(self) -> Any:
            await self.inner.put_text(AIKO, NOTE_ID, "x")
            return self.desk.get_health()

    observed, inner = Observed(share), Seeing()
    await port(observed).direct(Writing(port(observed).direct(inner))).get_health()
    [beside] = inner.beside
    assert beside.idempotency_key == f"{beside.trace.trace_id}-{beside.trace.span_id}"


# -- other processes


def test_a_forked_child_has_spans_of_its_own() -> None:
    observed, desk = Observed(), InMemoryBlockingDesk()
    client = blocking(observed).direct(desk)
    client.get_health()
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on: threads and fork
        child = os.fork()
    if child == 0:
        client.get_health()
        os.write(write, repr([ids(span) for span in observed.spans]).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        before, after = ast.literal_eval(told.read())
    os.waitpid(child, 0)
    client.get_health()
    here = [ids(span) for span in observed.spans]
    assert here[0] == before
    assert after not in here


# -- how calls end


async def test_a_documented_failure_is_no_error_of_the_service() -> None:
    observed = Observed()
    for client in (port(observed).direct(Seeing()), over_http(observed, Seeing())):
        with pytest.raises(NoteNotFound):
            await client.get_note(AIKO, MISSING_ID)
    for span in observed.spans:
        assert span.status.status_code is StatusCode.UNSET
        assert span.attributes is not None
        assert span.attributes["error.type"] == "NoteNotFound"
        assert span.attributes["switchover.outcome"] == "refused"
        assert span.attributes.get("http.response.status_code") == (None if span.kind is SpanKind.INTERNAL else 404)


@pytest.mark.parametrize("share", [0, 1])
@pytest.mark.parametrize("wiring", [lambda seen, desk: port(seen).direct(desk), over_http])
async def test_a_failure_ends_its_span_and_leaves_nothing_behind(wiring: Callable[..., Any], share: float) -> None:
    observed = Observed(share)
    client = wiring(observed, Seeing())
    with calling(idempotency_key="one") as outside:
        with pytest.raises(Exception, match=r"secret|trace|failed"):
            await client.echo("fail")
        assert current() is outside
    assert otel.get_current_span() is otel.INVALID_SPAN
    assert all(span.status.status_code is StatusCode.ERROR for span in observed.spans)
    assert [ids(span) for span in observed.spans] == (positions(observed.events) if share else [])
    assert "secret" not in "".join(span.to_json() for span in observed.spans)


async def test_spans_say_nothing_about_people_and_values() -> None:
    observed = Observed()
    for client in (port(observed).direct(Seeing()), over_http(observed, Seeing())):
        await client.add_note(AIKO, NoteDraft(title="CANARY-TITLE", tags=["CANARY-TAG"]))
        await client.list_notes(AIKO, ["CANARY-QUERY"])
        with pytest.raises(NoteNotFound):
            await client.get_note(AIKO, MISSING_ID)
    told = "".join(span.to_json() for span in observed.spans)
    assert len(observed.spans) == 9
    for canary in ("CANARY", AIKO.user_id, str(MISSING_ID)):
        assert canary not in told


class Waiting(Seeing):
    def __init__(self) -> None:
        super().__init__()
        self.called = asyncio.Event()

    async def get_health(self) -> Any:
        self.called.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("wiring", [lambda seen, desk: port(seen).direct(desk), over_http])
async def test_a_cancelled_call_ends_its_span(wiring: Callable[..., Any]) -> None:
    observed, backend = Observed(), Waiting()
    task = asyncio.create_task(wiring(observed, backend).get_health())
    await asyncio.wait_for(backend.called.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert {span.status.status_code for span in observed.spans} == {StatusCode.UNSET}
    assert [(span.attributes or {})["switchover.outcome"] for span in observed.spans] == ["cancelled"] * len(
        observed.events
    )


async def test_a_coroutine_that_is_closed_ends_its_span() -> None:
    observed = Observed()

    class Pausing(Seeing):
        async def get_health(self) -> Any:
            await asyncio.sleep(0)

    call = port(observed).direct(Pausing()).get_health()
    call.send(None)
    call.close()
    [span] = observed.spans
    assert (span.attributes or {})["error.type"] == "GeneratorExit"
    assert otel.get_current_span() is otel.INVALID_SPAN


@pytest.mark.parametrize("when", ["start", "end"])
async def test_an_sdk_that_fails_does_not_fail_the_call(when: str, caplog: pytest.LogCaptureFixture) -> None:
    observed = Observed()
    observed.provider.add_span_processor(Failing(when))
    backend = Seeing()
    for client in (port(observed).direct(backend), over_http(observed, backend)):
        assert (await client.get_health()).status == "ok"
    assert [event.outcome for event in observed.events] == [Outcome.OK] * 3
    assert otel.get_current_span() is otel.INVALID_SPAN
    assert "getHealth" in caplog.text


# -- interfaces of plain functions


@pytest.mark.parametrize("share", [0, 1])
async def test_interfaces_of_plain_functions_have_spans_as_well(share: float) -> None:
    observed, desk = Observed(share), InMemoryBlockingDesk()
    bound = blocking(observed)
    assert bound.direct(desk).get_health().status == "ok"
    with AsgiTransport(bound.serve(desk, trust="open")) as transport:
        client = bound.http(transport=transport, trust="open")
        assert (await asyncio.to_thread(client.get_health)).status == "ok"
        with pytest.raises(NoteNotFound):
            await asyncio.to_thread(client.get_note, AIKO, MISSING_ID)
    assert await result_of(bound.direct(desk).get_text(AIKO, NOTE_ID)) == ""
    wirings = [(span.attributes or {})["switchover.wiring"] for span in observed.spans]
    assert wirings == (["direct", "serve", "http", "serve", "http", "direct"] if share else [])
    assert all(event.position is not None for event in observed.events)


async def test_a_backend_in_a_thread_stands_where_its_span_does() -> None:
    observed, seen = Observed(), list[Any]()

    class Looking(InMemoryBlockingDesk):
        def get_health(self) -> Any:
            seen.append((current().trace, otel.get_current_span().get_span_context().span_id))
            return super().get_health()

    bound = blocking(observed)
    await ask(
        bound.serve(Looking(), trust="open"), "GET", "/api/health", ("traceparent", start()._replace(flags=3).header)
    )
    [span] = observed.spans
    [(trace, current_span)] = seen
    assert (at(trace), current_span) == (ids(span), ids(span)[1])
