"""The interface in this process: the backend's own methods, every call recorded."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import Any, Protocol

import pytest

from switchover import BindError, Fidelity, Inspector, Recorder, calling, current
from switchover.telemetry import CallEvent, Outcome, start
from unit.port.desk import (
    AIKO,
    MISSING_ID,
    NOTE_ID,
    BlockingDesk,
    Desk,
    InMemoryBlockingDesk,
    InMemoryDesk,
    NoteDraft,
    NoteNotFound,
    blocking_desk_port,
    contract,
    desk_port,
    result_of,
)
from unit.port.single import document


@pytest.fixture(params=["async", "sync"])
def wired(request: pytest.FixtureRequest) -> tuple[Any, list[CallEvent], Recorder]:
    recorder, seen = Recorder(), list[CallEvent]()
    recorder._subscribers.append(seen.extend)
    if request.param == "async":
        return desk_port(recorder=recorder).direct(InMemoryDesk()), seen, recorder
    return blocking_desk_port(recorder=recorder).direct(InMemoryBlockingDesk()), seen, recorder


async def test_calls_go_to_the_backend_as_they_are(wired: tuple[Any, list[CallEvent], Recorder]) -> None:
    desk = wired[0]
    draft = NoteDraft(title="a")
    note = await result_of(desk.add_note(AIKO, draft))
    assert await result_of(desk.get_note(caller=AIKO, note_id=note.id)) == note
    assert await result_of(desk.list_notes(AIKO, limit=5)) == [note]
    value = {"not": object()}
    assert await result_of(desk.echo(value)) is value


async def test_every_call_is_one_event_whatever_becomes_of_it(wired: tuple[Any, list[CallEvent], Recorder]) -> None:
    desk, seen, recorder = wired
    await result_of(desk.get_health())
    with pytest.raises(NoteNotFound):
        await result_of(desk.get_note(AIKO, MISSING_ID))
    recorder.flush()
    assert [(event.number, event.operation, event.wiring, event.failure) for event in seen] == [
        (1, "getHealth", "direct", ""),
        (2, "getNote", "direct", "NoteNotFound"),
    ]
    assert [event.outcome for event in seen] == [Outcome.OK, Outcome.REFUSED]
    assert [event.user for event in seen] == [None, AIKO.user_id]
    assert all(event.duration >= 0 for event in seen)


class Asked:
    """A backend that says where in the trace it was called."""

    def __init__(self) -> None:
        self.inner: Any = None

    async def send(self) -> None:
        self.seen = current()
        if self.inner is not None:
            await self.inner.send()


async def test_a_call_has_a_position_of_its_own_where_spans_are_wanted() -> None:
    recorder, seen = Recorder(spans=True), list[CallEvent]()
    recorder._subscribers.append(seen.extend)
    outer, inner = Asked(), Asked()
    port = document({}, method="get").bind(Asked, operations=["send"], recorder=recorder)
    client, outer.inner = port.direct(outer), port.direct(inner)
    with calling(trace=start(), idempotency_key="one") as outside:
        await client.send()
        assert current() is outside
    await client.send()
    recorder.flush()

    assert outside.trace is not None
    assert outer.seen.idempotency_key is None
    traces = [event.position.trace for event in seen if event.position is not None]
    assert traces[0] == traces[1] == outside.trace.trace
    assert traces[2] == traces[3] != traces[0]
    spans = {event.position.span for event in seen if event.position is not None}
    assert len({*spans, outside.trace.span}) == 5
    assert inner.seen.trace == seen[2].position
    assert outer.seen.trace == seen[3].position


async def test_what_travels_beside_a_call_is_as_outside_again_when_it_fails() -> None:
    class Failing:
        async def send(self) -> None:
            assert current() is not outside
            raise ValueError

    recorder = Recorder(spans=True)
    client = document({}, method="get").bind(Failing, recorder=recorder).direct(Failing())
    with calling(idempotency_key="one") as outside:
        with pytest.raises(ValueError, match=r"^$"):
            await client.send()
        assert current() is outside
    assert recorder.in_flight == {"direct": 0}


async def test_a_cancelled_call_is_an_event_as_well() -> None:
    class Slow:
        async def send(self) -> None:
            await asyncio.Event().wait()

    recorder, seen = Recorder(), list[CallEvent]()
    recorder._subscribers.append(seen.extend)
    client = document({}).bind(Slow, recorder=recorder).direct(Slow())
    task = asyncio.create_task(client.send())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    recorder.flush()
    assert [(event.outcome, event.failure) for event in seen] == [(Outcome.CANCELLED, "CancelledError")]


def test_the_object_has_the_methods_of_the_interface_and_says_what_it_is() -> None:
    desk = desk_port().direct(InMemoryDesk())
    assert type(desk).__name__ == "DeskOverDirect"
    assert inspect.iscoroutinefunction(desk.get_note)
    assert inspect.signature(desk.list_notes) == inspect.signature(InMemoryBlockingDesk().list_notes)
    with pytest.raises(AttributeError):
        desk.anything_else  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(TypeError, match="get_note"):
        desk.get_note(AIKO)  # type: ignore[call-arg, unused-coroutine]


async def test_arguments_may_be_of_any_kind_that_python_has() -> None:
    class Strange(Protocol):
        async def send(self, a: int, /, b: int, *, c: int, d: int = 4) -> list[int]: ...

    class Backend:
        async def send(self, a: int, /, b: int, *, c: int, d: int = 4) -> list[int]:
            return [a, b, c, d]

    integer = {"type": "integer"}
    parameters = [
        {
            "name": name,
            "in": "query",
            "required": name != "d",
            "schema": {**integer, **({"default": 4} if name == "d" else {})},
        }
        for name in "abcd"
    ]
    answer = {
        "200": {"description": ".", "content": {"application/json": {"schema": {"type": "array", "items": integer}}}}
    }
    port = document({"parameters": parameters, "responses": answer}).bind(Strange)
    for fidelity in (Fidelity.OFF, Fidelity.STRICT):
        client = port.direct(Backend(), fidelity=fidelity)
        assert await client.send(1, 2, c=3) == [1, 2, 3, 4]
        assert await client.send(1, b=2, c=3, d=5) == [1, 2, 3, 5]
    assert [p.name for p in inspect.signature(type(client).send).parameters.values()] == ["self", "a", "b", "c", "d"]


async def test_arguments_may_be_positional_only_throughout() -> None:
    class Only:
        async def send(self, a: str, /) -> None: ...

    parameters = [{"name": "a", "in": "query", "required": True, "schema": {"type": "string"}}]
    await document({"parameters": parameters}).bind(Only).direct(Only()).send("x")


# -- a backend that does not fit --------------------------------------------------------------------------------------


class Lacking:
    async def get_health(self) -> None: ...

    def get_note(self, caller: object, note_id: object) -> None: ...

    async def delete_note(self, caller: object) -> None: ...

    async def echo(self, value: object, more: object) -> None: ...

    put_text = 5


@pytest.mark.parametrize(
    "give", [lambda port, backend: port.direct(backend), lambda port, backend: port.serve(backend, trust="open")]
)
def test_a_backend_that_does_not_fit_is_refused_with_every_difference(give: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(BindError) as caught:
        give(desk_port(), Lacking())
    text = str(caught.value)
    assert text.startswith("Lacking cannot stand behind Desk:")
    for expected in (
        "get_note: the interface has `async def`, the backend `def`",
        "delete_note: cannot be called as the interface does (too many positional arguments)",
        "echo: cannot be called as the interface does (missing a required argument: 'more')",
        "put_text: there is no such method",
        "add_note: there is no such method",
    ):
        assert expected in text
    assert "get_health" not in text


def test_an_asynchronous_backend_does_not_stand_behind_a_synchronous_interface() -> None:
    class Backend:
        async def send(self) -> None: ...

    class Interface(Protocol):
        def send(self) -> None: ...

    with pytest.raises(BindError, match="the interface has `def`, the backend `async def`"):
        document({}).bind(Interface).direct(Backend())  # type: ignore[arg-type]


def test_decorated_methods_and_other_callables_are_taken_at_their_word() -> None:
    class Interface(Protocol):
        async def send(self) -> None: ...

    def logged(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any) -> Any:
            return function(*args)

        return call

    class Decorated:
        @logged
        async def send(self) -> None: ...

    class Held:
        send = staticmethod(functools.partial(asyncio.sleep, 0))

    class BuiltIn:
        send: Any = {}.update  # its signature cannot be read

    port = document({}).bind(Interface)
    for backend in (Decorated(), Held()):
        asyncio.run(port.direct(backend).send())
    assert port.direct(BuiltIn())


def test_the_fidelity_has_to_be_one() -> None:
    with pytest.raises(ValueError, match=r"give fidelity=Inspector\(share\)"):
        desk_port().direct(InMemoryDesk(), fidelity=Fidelity.SAMPLE)
    assert desk_port().direct(InMemoryDesk(), fidelity=Inspector(0.5))


def test_one_contract_serves_both_kinds_of_interface() -> None:
    assert {
        contract().bind(desk, caller=type(AIKO), operations=["getHealth"]).interface for desk in (Desk, BlockingDesk)
    } == {Desk, BlockingDesk}
    assert NOTE_ID
