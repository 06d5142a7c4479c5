"""How live spans end, and what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace as otel
from opentelemetry.trace import SpanKind, StatusCode

from support.spans import Failing, Observed, ids
from switchover import AsgiTransport, calling, current
from switchover.telemetry import Outcome, start
from unit.port.asking import ask
from unit.port.desk import (
    AIKO,
    MISSING_ID,
    NOTE_ID,
    InMemoryBlockingDesk,
    NoteDraft,
    NoteNotFound,
    result_of,
)
from unit.port.spanned import Seeing, at, blocking, over_http, port, positions

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
