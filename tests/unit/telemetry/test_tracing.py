"""Which traces are sampled, and what an OpenTelemetry span says."""

from __future__ import annotations

import contextvars
import subprocess
import sys
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import context as otel_context
from opentelemetry import trace as otel
from opentelemetry.trace import SpanKind, StatusCode

from support.spans import Failing, Observed, ids
from switchover.telemetry import Kind, LiveSpan, Outcome, TraceContext, TracedCall
from switchover.telemetry.opentelemetry import OpenTelemetryTracing
from switchover.telemetry.tracing import choices

CALL = TracedCall("getNote", "serve", "GET", "/notes/{noteId}")
OK = Kind("getNote", "serve")
PARENT = TraceContext(5, 6, 3, "vendor=one,other=two")


def opened(observed: Observed, parent: TraceContext | None = None, *, is_remote: bool = False) -> LiveSpan:
    tracing = observed.recorder.tracing
    assert tracing is not None
    span = tracing.open(CALL, parent, scheme="https", is_remote=is_remote)
    assert span is not None
    return span


@given(st.just(0.0) | st.floats(1 / 10_007, 1))
def test_a_share_of_the_draws_is_chosen(share: float) -> None:
    chosen = sum(islice(choices(share), 10_007))
    assert abs(chosen - share * 10_007) <= 1


@pytest.mark.parametrize("share", [0.000_001, 0.000_05])
def test_a_share_may_be_smaller_than_a_draw_in_ten_thousand(share: float) -> None:
    assert abs(sum(islice(choices(share), 1_000_003)) - share * 1_000_003) <= 1


def test_draws_have_no_pattern_that_calls_could_fall_in_with() -> None:
    drawn = list(islice(choices(0.1), 10_007 * 4))
    by_turn = [sum(drawn[turn::4]) for turn in range(4)]
    assert all(900 < chosen < 1100 for chosen in by_turn)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_none_to_all(share: float) -> None:
    with pytest.raises(ValueError, match=r"a share is 0 to 1, not"):
        OpenTelemetryTracing(share=share)


def test_a_span_says_what_was_called_and_how_it_ended() -> None:
    observed = Observed()
    opened(observed).end(OK, 200)
    [span] = observed.spans
    assert (span.name, span.kind, span.parent) == ("getNote", SpanKind.SERVER, None)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/notes/{noteId}",
        "http.response.status_code": 200,
        "switchover.operation": "getNote",
        "switchover.outcome": "ok",
        "switchover.reason": "wired",
        "switchover.wiring": "serve",
        "url.scheme": "https",
    }
    assert span.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.REFUSED, StatusCode.UNSET),
        (Outcome.CANCELLED, StatusCode.UNSET),
        (Outcome.FAILED, StatusCode.ERROR),
    ],
)
def test_of_a_failure_a_span_tells_the_class_alone(outcome: Outcome, status: StatusCode) -> None:
    observed = Observed()
    opened(observed).end(OK._replace(outcome=outcome, failure="NoteNotFound"))
    [span] = observed.spans
    assert span.attributes is not None
    assert span.attributes["error.type"] == "NoteNotFound"
    assert (span.status.status_code, span.status.description) == (status, None)
    told = [dict(event.attributes or {}) for event in span.events]
    assert told == ([{"exception.type": "NoteNotFound"}] if outcome is Outcome.FAILED else [])


def test_a_span_below_a_position_is_in_its_trace_and_passes_its_state_on() -> None:
    observed = Observed()
    span = opened(observed, PARENT, is_remote=True)
    span.end(OK)
    [exported] = observed.spans
    assert exported.parent is not None
    assert (exported.parent.trace_id, exported.parent.span_id, exported.parent.is_remote) == (5, 6, True)
    assert (span.position.trace, span.position.span) == ids(exported)
    assert (span.position.trace, span.position.flags, span.position.state) == (5, 3, "vendor=one,other=two")


def test_a_span_is_current_until_it_ends() -> None:
    observed = Observed()
    outside = otel_context.get_current()
    outer = opened(observed)
    inner = opened(observed, outer.position)
    with observed.provider.get_tracer("team").start_as_current_span("work"):
        pass
    inner.end(OK)
    outer.end(OK)
    work, inside, around = observed.spans
    assert work.parent is not None
    assert (work.parent.trace_id, work.parent.span_id) == ids(inside)
    assert inside.parent is not None
    assert (inside.parent.trace_id, inside.parent.span_id, inside.parent.is_remote) == (*ids(around), False)
    assert otel_context.get_current() is outside


def test_below_a_position_without_a_span_nothing_is_recorded() -> None:
    observed = Observed()
    tracing = observed.recorder.tracing
    assert tracing is not None
    quiet = tracing.quiet(TraceContext(5, 6))
    assert tracing.around() == TraceContext(5, 6)
    with observed.provider.get_tracer("team").start_as_current_span("work") as work:
        assert work.get_span_context().trace_id == 5
    quiet.end(OK, 200)
    assert observed.spans == []
    assert tracing.around() is None


@pytest.mark.parametrize("provider", [None, otel.NoOpTracerProvider()])
@pytest.mark.parametrize("parent", [None, TraceContext(5, 6, 1)])
def test_without_an_sdk_there_is_no_span(parent: TraceContext | None, provider: otel.TracerProvider | None) -> None:
    assert OpenTelemetryTracing(provider).open(CALL, parent, scheme="", is_remote=False) is None


def test_an_sdk_may_be_set_after_the_tracing_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    tracing, observed = OpenTelemetryTracing(), Observed()
    monkeypatch.setattr(
        otel, "_TRACER_PROVIDER", observed.provider
    )  # what set_tracer_provider does, once for a process
    span = tracing.open(CALL, None, scheme="", is_remote=False)
    assert span is not None
    span.end(OK)
    assert len(observed.spans) == 1


def test_an_sdk_that_fails_to_start_a_span_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    observed = Observed()
    observed.provider.add_span_processor(Failing("start"))
    tracing = OpenTelemetryTracing(observed.provider)
    assert tracing.open(CALL, None, scheme="", is_remote=False) is None
    assert tracing.around() is None
    assert "no span could be started for getNote" in caplog.text


def test_an_sdk_that_fails_to_end_a_span_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    observed = Observed()
    observed.provider.add_span_processor(Failing("end"))
    opened(observed).end(OK)
    assert otel.get_current_span() is otel.INVALID_SPAN
    assert "the span of getNote could not be ended" in caplog.text


def test_a_call_that_is_closed_from_elsewhere_leaves_what_is_current_there(caplog: pytest.LogCaptureFixture) -> None:
    observed = Observed()
    elsewhere = contextvars.copy_context()
    inside = contextvars.copy_context()
    span = inside.run(opened, observed)
    elsewhere.run(span.end, OK._replace(outcome=Outcome.CANCELLED))
    assert elsewhere.run(otel.get_current_span) is otel.INVALID_SPAN
    assert len(observed.spans) == 1
    assert caplog.text == ""


def test_the_kit_brings_the_api_alone() -> None:
    program = "import sys; from switchover import OpenTelemetryTracing as T; T(); print('opentelemetry.trace' in sys.modules, 'opentelemetry.sdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["True", "False"]


def test_what_is_current_is_asked_where_opentelemetry_keeps_it() -> None:
    active = OpenTelemetryTracing(share=0).active
    assert active is not otel_context.get_current
    assert not active()
    token = otel_context.attach(otel_context.set_value("who", "aiko"))
    assert active() is otel_context.get_current()
    otel_context.detach(token)


def test_what_is_current_is_asked_of_opentelemetry_where_it_is_kept_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otel_context, "_RUNTIME_CONTEXT", object())
    assert OpenTelemetryTracing(share=0).active is otel_context.get_current
