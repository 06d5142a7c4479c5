"""One interface, split between this process and HTTP: who goes where, and what the events say of it."""

from __future__ import annotations

import asyncio
import inspect
import threading
from typing import Any

import pytest

from switchover import (
    AsgiTransport,
    Fidelity,
    FidelityError,
    FixedRules,
    OperationRules,
    Rollout,
    RolloutState,
    calling,
)
from switchover.errors import InvalidRequest
from switchover.telemetry import Outcome, start
from unit.port.desk import (
    AIKO,
    MISSING_ID,
    Caller,
    Health,
    InMemoryBlockingDesk,
    InMemoryDesk,
    NoteDraft,
    NoteNotFound,
    blocking_desk_port,
    desk_port,
    result_of,
)
from unit.port.routing import ALL, HALF, NONE, OK, Told, routed
from unit.port.single import document

KINDS = pytest.mark.parametrize("kind", ["async", "sync"])
SPANS = pytest.mark.parametrize("spans", [False, True])


def ruled(share: Any = NONE, **given: Any) -> Rollout:
    rules = OperationRules(cohort="health", salt="health", **given)
    return Rollout(
        FixedRules({"getHealth": rules, "getNote": rules, "listNotes": rules}),
        state=RolloutState(shares={"getHealth": share, "getNote": share, "listNotes": share}),
    )


@KINDS
@SPANS
async def test_a_call_goes_where_its_share_says_and_its_event_says_why(kind: str, spans: bool) -> None:
    for share, wiring, reason in ((NONE, "direct", "none"), (ALL, "http", "all")):
        desk = routed(kind, share, spans=spans)
        note = await result_of(desk.desk.add_note(AIKO, NoteDraft(title="a")))
        assert await result_of(desk.desk.get_note(caller=AIKO, note_id=note.id)) == note
        assert await result_of(desk.desk.list_notes(AIKO, limit=5)) == [note]
        assert await result_of(desk.desk.get_health()) == Health()
        with pytest.raises(NoteNotFound):
            await result_of(desk.desk.get_note(AIKO, MISSING_ID))
        assert list(desk.there.notes if wiring == "http" else desk.here.notes) == [note.id]
        assert desk.told() == [(wiring, reason, "")] * 4 + [(wiring, reason, "NoteNotFound")]


@KINDS
async def test_users_are_drawn_as_explained_and_stay_where_they_are(kind: str) -> None:
    desk = routed(kind, HALF)
    for number in range(40):
        user = Caller(f"user-{number}")
        side = desk.rollout.explain("listNotes", user.user_id).side
        for _ in range(2):
            await result_of(desk.desk.list_notes(user))
        assert desk.told() == [(side, "bucket", "")] * 2


@KINDS
async def test_the_kill_switch_and_the_ceiling_keep_calls_here(kind: str) -> None:
    for state, ceiling, reason in (
        (RolloutState(shares={"getHealth": ALL}, is_pinned=True), "http", "pinned"),
        (RolloutState(shares={"getHealth": ALL}), "direct", "ceiling"),
    ):
        desk = routed(kind, Rollout(state=state, ceiling=ceiling))  # type: ignore[arg-type]
        await result_of(desk.desk.get_health())
        assert desk.told() == [("direct", reason, "")]


@KINDS
async def test_a_caller_of_a_group_that_may_is_sent_where_it_asks(kind: str) -> None:
    desk = routed(kind, ruled(overriding=frozenset({"beta"})))
    await result_of(desk.desk.list_notes(AIKO))
    with calling(backend="http"):
        await result_of(desk.desk.list_notes(AIKO))
        await result_of(desk.desk.list_notes(Caller("bo")))
        await result_of(desk.desk.get_health())
    assert desk.told() == [
        ("direct", "none", ""),
        ("http", "override", ""),
        ("direct", "none", ""),
        ("direct", "none", ""),
    ]


@KINDS
async def test_the_groups_of_the_caller_count(kind: str) -> None:
    for share, first in ((ALL, ("http", "group", "")), (NONE, ("direct", "none", ""))):
        desk = routed(kind, ruled(share, groups={"beta": ALL, "others": NONE}))
        await result_of(desk.desk.list_notes(AIKO))
        await result_of(desk.desk.list_notes(Caller("bo", frozenset({"others"}))))
        assert desk.told() == [first, ("direct", "group" if share else "none", "")]


@KINDS
async def test_who_is_anonymous_sticks_by_session_and_else_by_trace(kind: str) -> None:
    desk = routed(kind, HALF)
    seen = set()
    for number in range(30):
        trace = start()
        side = desk.rollout.explain("getHealth", trace=trace.trace).side
        with calling(trace=trace):
            await result_of(desk.desk.get_health())
        assert desk.told() == [(side, "bucket", "")]
        session = f"session-{number}"
        side = desk.rollout.explain("getHealth", session=session).side
        with calling(trace=start(), session=session):
            await result_of(desk.desk.get_health())
        assert desk.told() == [(side, "bucket", "")]
        seen.add(side)
    assert seen == {"direct", "http"}


@KINDS
async def test_a_name_that_is_no_unicode_has_a_side_as_well(kind: str) -> None:
    odd = Caller("\ud800")
    desk = routed(kind, HALF)
    side = desk.rollout.explain("listNotes", odd.user_id).side
    if side == "http":
        with pytest.raises(InvalidRequest):
            await result_of(desk.desk.list_notes(odd))
    else:
        await result_of(desk.desk.list_notes(odd))
    assert [event[:2] for event in desk.told()] == [(side, "bucket")]


@KINDS
async def test_what_is_no_caller_goes_somewhere_and_hears_of_it_there(kind: str) -> None:
    desk = routed(kind, HALF)
    for _ in range(10):
        try:
            assert await result_of(desk.desk.list_notes("aiko")) == []
        except InvalidRequest as error:
            assert "Caller is wanted" in str(error)
    assert {reason for _, reason, _ in desk.told()} == {"bucket"}


async def test_a_change_counts_from_the_next_call_and_a_call_keeps_the_side_it_started_on() -> None:
    class Waiting(InMemoryDesk):
        def __init__(self) -> None:
            super().__init__()
            self.inside, self.go = asyncio.Event(), asyncio.Event()

        async def get_health(self) -> Health:
            self.inside.set()
            await self.go.wait()
            return Health()

    waiting, rollout = Waiting(), Rollout()
    desk = routed("async", rollout, here=waiting)
    call = asyncio.create_task(desk.desk.get_health())
    await waiting.inside.wait()
    assert rollout.apply(RolloutState(version=1, shares={"getHealth": ALL}))
    await desk.desk.get_health()
    assert desk.told() == [("http", "all", "")]
    waiting.go.set()
    await call
    assert desk.told() == [("direct", "none", "")]


async def test_a_table_that_is_swapped_under_load_makes_no_call_fail() -> None:
    desk = routed("sync", Rollout(), Told(OK))
    stop = threading.Event()

    def swap() -> None:
        version = 1
        while not stop.is_set():
            desk.rollout.apply(RolloutState(version=version, shares={"getHealth": ALL if version % 2 else NONE}))
            version += 1

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        for _ in range(2_000):
            assert desk.desk.get_health() == Health()
    finally:
        stop.set()
        swapping.join(10)
    told = desk.told()
    assert len(told) == 2_000
    assert set(told) <= {("direct", "none", ""), ("http", "all", "")}


async def test_cancelling_a_call_ends_the_side_that_it_is_on_and_starts_no_other() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    class Hanging(Told):
        async def send(self, request: Any, timeouts: Any) -> Any:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    desk = routed("async", ALL, Hanging(OK))
    call = asyncio.create_task(desk.desk.get_health())
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert ended.is_set()
    assert desk.told() == [("http", "all", "CancelledError")]
    assert desk.recorder.in_flight["direct"] == 0


async def test_the_target_is_held_to_what_direct_was_asked_to() -> None:
    class Sharing(InMemoryDesk):
        async def get_text(self, caller: Caller, note_id: Any) -> str:
            return 7  # type: ignore[return-value]

    port = desk_port()
    remote = port.http(transport=Told(OK), trust="open")
    desk = port.route(direct=port.direct(Sharing(), fidelity=Fidelity.STRICT), http=remote, rollout=Rollout.fixed(NONE))
    with pytest.raises(FidelityError):
        await desk.get_text(AIKO, MISSING_ID)


async def test_routes_of_several_ports_may_share_a_rollout() -> None:
    class Sending:
        async def send(self) -> None: ...

    rollout = Rollout.fixed(ALL)
    other = document({}).bind(Sending)
    transport = AsgiTransport(other.serve(Sending(), trust="open"))
    sending = other.route(
        direct=other.direct(Sending()), http=other.http(transport=transport, trust="open"), rollout=rollout
    )
    desk = routed("async", rollout)
    await sending.send()
    assert await desk.desk.get_health() == Health()
    assert desk.told() == [("http", "all", "")]


def test_the_object_has_the_methods_of_the_interface_and_says_what_it_is() -> None:
    desk = routed("async", NONE).desk
    assert type(desk).__name__ == "DeskOverRoute"
    assert inspect.iscoroutinefunction(desk.get_note)
    assert not inspect.iscoroutinefunction(routed("sync", NONE).desk.get_note)
    assert inspect.signature(desk.list_notes) == inspect.signature(InMemoryBlockingDesk().list_notes)


def test_only_what_the_port_itself_gave_can_be_routed_to() -> None:
    port: Any = blocking_desk_port()
    local, remote = port.direct(InMemoryBlockingDesk()), port.http(transport=Told(OK), trust="open")
    rollout = Rollout()
    with pytest.raises(TypeError, match=r"route\(direct=…\) takes what port.direct\(…\) gives, not a InMemoryBlocking"):
        port.route(direct=InMemoryBlockingDesk(), http=remote, rollout=rollout)
    with pytest.raises(
        TypeError, match=r"route\(http=…\) takes what port.http\(…\) gives, not a BlockingDeskOverDirect"
    ):
        port.route(direct=local, http=local, rollout=rollout)
    other: Any = blocking_desk_port.__wrapped__()
    with pytest.raises(ValueError, match="this is of another one"):
        port.route(direct=other.direct(InMemoryBlockingDesk()), http=remote, rollout=rollout)
    for part in (0, 1, -0.5, 2):
        with pytest.raises(ValueError, match="more than 0 and less than 1"):
            port.route(direct=local, http=remote, rollout=rollout, for_http=part)


async def test_a_write_here_has_a_name_and_events_have_positions_as_under_direct() -> None:
    desk = routed("async", NONE, spans=True)
    with calling(trace=start()) as outside:
        await desk.desk.add_note(AIKO, NoteDraft(title="a"))
        await desk.desk.get_health()
    desk.recorder.flush()
    positions = [event.position for event in desk.events]
    assert outside.trace is not None
    assert [position is not None and position.trace == outside.trace.trace for position in positions] == [True, True]
    assert [event.outcome for event in desk.events] == [Outcome.OK] * 2
    assert [event.user for event in desk.events] == ["aiko", None]
