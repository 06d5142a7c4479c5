"""Which calls have live spans, and that nothing else changes."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace as otel

from support.spans import Observed, ids
from switchover import OpenTelemetryTracing, Recorder, calling
from switchover.telemetry import Outcome
from unit.port.desk import (
    AIKO,
    NOTE_ID,
    InMemoryBlockingDesk,
)
from unit.port.spanned import DROPPED, SAMPLED, Seeing, blocking, over_http, port, positions

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
