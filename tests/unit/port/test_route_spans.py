"""Routing beside a tracing system: one span for each leg, with its reason, at the position that what is called sees."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan

from support.spans import Observed, ids
from switchover import AsgiTransport, CallContext, Rollout, Share, calling, current
from switchover.errors import ServiceUnreachable
from switchover.telemetry import CallEvent, TraceContext, start
from unit.port.desk import (
    AIKO,
    Caller,
    Health,
    InMemoryBlockingDesk,
    InMemoryDesk,
    Note,
    NoteDraft,
    blocking_desk_port,
    desk_port,
    result_of,
)
from unit.port.routing import ALL, HALF, NONE, Told

KINDS = pytest.mark.parametrize("kind", ["async", "sync"])
SHARES = pytest.mark.parametrize("share", [NONE, HALF, ALL], ids=str)
SAMPLED = pytest.mark.parametrize("sampled", [0, 1])


class Looking(InMemoryBlockingDesk):
    """A desk that remembers what was beside each call."""

    def __init__(self) -> None:
        super().__init__()
        self.beside: list[Any] = []

    def get_health(self) -> Health:
        self.beside.append(current())
        return super().get_health()

    def list_notes(self, *given: Any, **named: Any) -> list[Note]:
        self.beside.append(current())
        return super().list_notes(*given, **named)

    def add_note(self, caller: Caller, draft: NoteDraft) -> Note:
        self.beside.append(current())
        return super().add_note(caller, draft)


class Split:
    """A desk on both sides of a rollout, with a tracing system."""

    def __init__(self, kind: str, share: Share, sampled: int, transport: Any = None) -> None:
        self.observed = Observed(sampled)
        self.here, self.there = Looking(), Looking()
        is_async = kind == "async"
        port: Any = (desk_port if is_async else blocking_desk_port)(recorder=self.observed.recorder)
        here, there = (InMemoryDesk(self.here), InMemoryDesk(self.there)) if is_async else (self.here, self.there)
        remote = transport or AsgiTransport(port.serve(there, trust="open"))
        self.rollout = Rollout.fixed(share)
        self.desk: Any = port.route(
            direct=port.direct(here), http=port.http(transport=remote, trust="open"), rollout=self.rollout
        )

    def legs(self) -> list[CallEvent]:
        """The events of this side, in the order in which they began."""
        return [event for event in self.observed.events if event.wiring != "serve"]

    def spans(self) -> dict[tuple[int, int], ReadableSpan]:
        """The spans of this side, by trace and span."""
        return {ids(span): span for span in self.observed.spans if told(span)["switchover.wiring"] != "serve"}


def told(span: ReadableSpan) -> dict[str, Any]:
    assert span.attributes is not None
    return dict(span.attributes)


def at(trace: TraceContext | None) -> tuple[int, int]:
    assert trace is not None
    return trace.trace, trace.span


def require_one_span_for_each_leg(split: Split, sampled: int) -> None:
    events, spans = split.legs(), split.spans()
    if not sampled:
        assert spans == {}
        return
    assert sorted(at(event.position) for event in events) == sorted(spans)
    for event in events:
        found = told(spans[at(event.position)])
        assert (found["switchover.wiring"], found["switchover.reason"]) == (event.wiring, event.reason)
        assert found["switchover.operation"] == event.operation
        assert found["switchover.outcome"] == event.outcome.value


@KINDS
@SHARES
@SAMPLED
async def test_each_call_has_one_span_on_its_side_and_what_is_called_stands_where_it_does(
    kind: str, share: Share, sampled: int
) -> None:
    split = Split(kind, share, sampled)
    sides = set()
    for number in range(12):
        user = Caller(f"user-{number}")
        for operation, call in (("listNotes", split.desk.list_notes), ("addNote", split.desk.add_note)):
            side = split.rollout.explain(operation, user.user_id).side
            before = len(split.legs())
            await result_of(call(user, NoteDraft(title=user.user_id)) if operation == "addNote" else call(user))
            [leg] = split.legs()[before:]
            assert (leg.operation, leg.wiring, leg.position is not None) == (operation, side, True)
            seen = (split.here if side == "direct" else split.there).beside.pop()
            assert seen.trace.trace == leg.position.trace  # type: ignore[union-attr]
            assert (at(seen.trace) == at(leg.position)) is (side == "direct")
            sides.add(side)
    assert not split.here.beside + split.there.beside
    assert sides == {NONE: {"direct"}, HALF: {"direct", "http"}, ALL: {"http"}}[share]
    require_one_span_for_each_leg(split, sampled)
    assert current() == CallContext()
    assert set(split.observed.recorder.in_flight.values()) == {0}


@KINDS
@SHARES
@pytest.mark.parametrize("flags", [0, 1], ids=["dropped", "sampled"])
async def test_the_trace_outside_counts_and_what_is_beside_a_call_stays_beside_it(
    kind: str, share: Share, flags: int
) -> None:
    split = Split(kind, share, 1)
    for number in range(8):
        outside = TraceContext(start().trace, 7 + number, flags)
        with calling(trace=outside, session=f"session-{number}", backend="http", budget=20) as beside:
            await result_of(split.desk.get_health())
            await result_of(split.desk.add_note(AIKO, NoteDraft(title=f"note {number}")))
            assert current() is beside
        for leg in split.legs()[-2:]:
            assert leg.position is not None
            assert (leg.position.trace, leg.position.flags & 1) == (outside.trace, flags)
        for seen in split.here.beside:
            assert (seen.session, seen.side, seen.deadline) == (f"session-{number}", "http", beside.deadline)
        for seen in split.there.beside:
            assert (seen.session, seen.side) == (None, None)
            assert beside.deadline is not None
            assert seen.deadline <= beside.deadline + 0.01
            assert seen.trace.trace == outside.trace
        split.here.beside.clear()
        split.there.beside.clear()
    require_one_span_for_each_leg(split, flags)
    for span in split.spans().values():
        assert span.parent is not None
        assert span.parent.span_id in range(7, 15)


@KINDS
@SAMPLED
async def test_a_call_that_is_answered_here_instead_has_a_span_for_the_failure_and_one_for_the_answer(
    kind: str, sampled: int
) -> None:
    split = Split(kind, ALL, sampled, Told(ServiceUnreachable()))
    outside = TraceContext(start().trace, 7, sampled)
    with calling(trace=outside, session="s", budget=20) as beside:
        await result_of(split.desk.get_health())
        await result_of(split.desk.add_note(AIKO, NoteDraft(title="a")))
    legs = [(leg.operation, leg.wiring, leg.reason, leg.failure) for leg in split.legs()]
    assert legs == [
        ("getHealth", "http", "all", "ServiceUnreachable"),
        ("getHealth", "direct", "fallback", ""),
        ("addNote", "http", "all", "ServiceUnreachable"),
        ("addNote", "direct", "fallback", ""),
    ]
    for seen, leg in zip(split.here.beside, split.legs()[1::2], strict=True):
        assert at(seen.trace) == at(leg.position)
        assert seen.session == "s"
        assert beside.deadline is not None
        assert seen.deadline <= beside.deadline
    require_one_span_for_each_leg(split, sampled)
    for span in split.spans().values():
        assert span.parent is not None
        assert (span.parent.trace_id, span.parent.span_id) == (outside.trace, 7)
