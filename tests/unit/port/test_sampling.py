"""Sampled fidelity: a share of the calls is looked at afterwards, and no call is changed by it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import AfterValidator, BaseModel, PlainSerializer

from switchover import Inspector
from switchover.errors import ServiceUnavailable
from switchover.parity import Breach
from unit.port.desk import (
    AIKO,
    MISSING_ID,
    NOON,
    NOTE_ID,
    Caller,
    InMemoryBlockingDesk,
    InMemoryDesk,
    Note,
    NoteDraft,
    NoteNotFound,
    blocking_desk_port,
    desk_port,
    result_of,
)
from unit.port.single import document, json_answer, json_body


class Sampled:
    """A desk of which every call is looked at, and what was found."""

    def __init__(self, kind: str, share: float = 1) -> None:
        self.found: list[Breach] = []
        self.backend: Any = InMemoryBlockingDesk()
        self.inspector = Inspector(share, self.found.extend)
        if kind == "async":
            self.desk: Any = desk_port().direct(InMemoryDesk(self.backend), fidelity=self.inspector)
        else:
            self.desk = blocking_desk_port().direct(self.backend, fidelity=self.inspector)

    def breaches(self) -> list[str]:
        self.inspector.close()
        return [str(breach) for breach in self.found]


@pytest.fixture(params=["async", "sync"])
def sampled(request: pytest.FixtureRequest) -> Sampled:
    return Sampled(request.param)


async def test_correct_calls_are_not_reported(sampled: Sampled) -> None:
    note = await result_of(sampled.desk.add_note(AIKO, NoteDraft(title="a", tags=["x"], due=NOON)))
    await result_of(sampled.desk.get_note(AIKO, note.id))
    await result_of(sampled.desk.list_notes(AIKO, ["x"], limit=3))
    await result_of(sampled.desk.put_file(AIKO, note.id, b"\xff"))
    await result_of(sampled.desk.get_file(AIKO, note.id))
    await result_of(sampled.desk.delete_note(AIKO, note.id))
    with pytest.raises(NoteNotFound):
        await result_of(sampled.desk.get_note(AIKO, MISSING_ID))
    with pytest.raises(ServiceUnavailable):
        await result_of(sampled.desk.echo("busy"))
    assert sampled.breaches() == []


async def test_the_call_is_the_backends_own(sampled: Sampled) -> None:
    value = [object()]
    assert await result_of(sampled.desk.echo(value)) is value
    error = KeyError("the very one")

    def fail(value: Any) -> Any:
        raise error

    sampled.backend.echo = fail
    desk: Any = desk_port().direct(InMemoryDesk(sampled.backend), fidelity=sampled.inspector)
    with pytest.raises(KeyError) as caught:
        await desk.echo(1)
    assert caught.value is error
    sampled.inspector.close()


def mutating(caller: Caller, draft: NoteDraft) -> Note:
    draft.tags.append("more")
    return Note(id=NOTE_ID, title="a", tags=[], written_at=NOON)


def spoiling(caller: Caller, draft: NoteDraft) -> Note:
    draft.title = ""
    return Note(id=NOTE_ID, title="a", tags=[], written_at=NOON)


def breaking(caller: Caller, draft: NoteDraft) -> Note:
    draft.title = object()  # type: ignore[assignment]
    return Note(id=NOTE_ID, title="a", tags=[], written_at=NOON)


def failing(caller: Caller, draft: NoteDraft) -> Note:
    raise KeyError


def naive(caller: Caller, draft: NoteDraft) -> Note:
    return Note.model_construct(id=NOTE_ID, title="a", tags=[], written_at=datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (
            mutating,
            "addNote arguments#/draft/tags: was changed by the backend; over HTTP the caller would not see the change",
        ),
        (spoiling, "addNote arguments: was changed by the backend; over HTTP the caller would not see the change"),
        (breaking, "addNote arguments: was changed by the backend; over HTTP the caller would not see the change"),
        (failing, "addNote error: KeyError is not documented; over HTTP the caller would get InternalError"),
        (naive, "addNote answer#/writtenAt: is no date-time; over HTTP the caller would get InternalError"),
    ],
)
@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_what_would_go_differently_is_reported(kind: str, method: Callable[..., Any], expected: str) -> None:
    sampled = Sampled(kind)
    sampled.backend.add_note = method
    desk: Any = (
        desk_port().direct(InMemoryDesk(sampled.backend), fidelity=sampled.inspector)
        if kind == "async"
        else blocking_desk_port().direct(sampled.backend, fidelity=sampled.inspector)
    )
    try:
        await result_of(desk.add_note(AIKO, NoteDraft(title="a", tags=["x"])))
    except KeyError:
        assert method is failing
    assert sampled.breaches() == [expected]


async def test_arguments_that_http_would_refuse_are_reported(sampled: Sampled) -> None:
    await result_of(sampled.desk.list_notes(AIKO, [], since=datetime(2026, 1, 1), limit=1000))
    assert sampled.breaches() == [
        "listNotes query.tags: is empty, which this style cannot carry; over HTTP the caller gets InvalidRequest"
    ]


async def test_arguments_that_the_service_would_refuse_are_reported(sampled: Sampled) -> None:
    await result_of(sampled.desk.list_notes(AIKO, since=datetime(2026, 1, 1), limit=1000))
    assert sampled.breaches() == [
        "listNotes query.limit: is greater than the maximum of 100; over HTTP the caller gets InvalidRequest",
        "listNotes query.since: is no date-time; over HTTP the caller gets InvalidRequest",
    ]


async def test_looking_happens_off_the_callers_path(sampled: Sampled) -> None:
    threads: list[int] = []
    sampled.found = []
    inspector = Inspector(1, lambda breaches: threads.append(threading.get_ident()))
    desk: Any = desk_port().direct(InMemoryDesk(), fidelity=inspector)
    await desk.list_notes(AIKO, limit=1000)
    inspector.close()
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_calls_that_are_not_chosen_are_not_looked_at(kind: str) -> None:
    sampled = Sampled(kind, share=1e-12)
    await result_of(sampled.desk.list_notes(AIKO, limit=1000))
    assert sampled.breaches() == []


class Odd(BaseModel):
    """Written one way and read another."""

    text: Annotated[str, PlainSerializer(lambda value: value), AfterValidator(lambda value: value + "!")]


class Sound(BaseModel, frozen=True):
    count: int


class Raising(BaseModel):
    text: Annotated[str, PlainSerializer(lambda value: value), AfterValidator(lambda value: value.missing)]


TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}


class Backend:
    async def send(self, value: Any) -> Any:
        return value


def odd_desk(hint: Any, found: list[Breach]) -> tuple[Any, Inspector]:
    class Interface:
        async def send(self, value: hint) -> hint: ...

    Interface.send.__annotations__.update(value=hint, **{"return": hint})
    inspector = Inspector(1, found.extend)
    port = document({"requestBody": json_body(TEXT), "responses": json_answer(TEXT)}).bind(Interface)
    return port.direct(Backend(), fidelity=inspector), inspector  # type: ignore[arg-type]


async def test_values_that_change_on_their_way_are_reported() -> None:
    found: list[Breach] = []
    desk, inspector = odd_desk(Odd, found)
    await desk.send(Odd.model_construct(text="a"))
    inspector.close()
    assert [str(breach) for breach in found] == [
        "send arguments#/value/text: would not arrive as it was sent; over HTTP the service would work with another value",
        "send answer#/text: would not arrive as it was given; over HTTP the caller would get another value",
    ]


async def test_an_answer_that_could_be_written_and_not_read_is_reported() -> None:
    class Counting:
        async def send(self) -> Sound:
            return Sound.model_construct(count=10**5000)

    schema = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}}
    found: list[Breach] = []
    inspector = Inspector(1, found.extend)
    await document({"responses": json_answer(schema)}).bind(Counting).direct(Counting(), fidelity=inspector).send()
    inspector.close()
    assert [str(breach) for breach in found] == [
        "send answer: is not JSON; over HTTP the caller would get UnexpectedAnswer"
    ]


async def test_code_of_the_teams_that_fails_while_it_is_looked_at_fails_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found: list[Breach] = []
    desk, inspector = odd_desk(Raising, found)
    value = Raising.model_construct(text="a")
    with caplog.at_level(logging.ERROR, "switchover.parity"):
        assert await desk.send(value) is value
        inspector.close()
    assert found == []
    assert "a sampled call could not be looked at" in caplog.text


async def test_code_of_the_teams_that_fails_while_it_is_kept_fails_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Interface:
        async def send(self, value: Any) -> Any: ...

    found: list[Breach] = []
    inspector = Inspector(1, found.extend)
    port = document({"requestBody": json_body({}), "responses": json_answer({})}).bind(Interface)
    body = port.plans["send"].requests.body
    assert body is not None
    object.__setattr__(body, "codec", Broken())
    with caplog.at_level(logging.ERROR, "switchover.parity"):
        assert await port.direct(Backend(), fidelity=inspector).send({}) == {}  # type: ignore[arg-type]
        inspector.close()
    assert "a sampled call could not be kept" in caplog.text


class Broken:
    def write(self, value: Any) -> bytes:
        raise RuntimeError("not even a serialisation error")


async def test_a_cancelled_call_is_looked_at_as_far_as_it_got() -> None:
    class Slow:
        async def send(self, value: UUID) -> None:
            await asyncio.Event().wait()

    found: list[Breach] = []
    inspector = Inspector(1, found.extend)
    parameters = [{"name": "value", "in": "query", "required": True, "schema": {"type": "string", "format": "uuid"}}]
    client = document({"parameters": parameters}).bind(Slow).direct(Slow(), fidelity=inspector)
    task = asyncio.create_task(client.send(NOTE_ID))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    inspector.close()
    assert found == []
