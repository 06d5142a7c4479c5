"""Live spans of calls: where they stand in the trace, under every wiring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind

from support.spans import Observed, ids
from switchover import CallContext, calling, current
from unit.port.asking import ask
from unit.port.desk import (
    AIKO,
    NOTE_ID,
)
from unit.port.spanned import DROPPED, SAMPLED, Seeing, at, over_http, parents, port, positions


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
    request = {"http.request.method": "GET", "http.route": "/api/health", "http.response.status_code": 200}
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
