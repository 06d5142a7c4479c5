"""Strict fidelity: what HTTP would not carry does not pass in-process either, and the report says what and where."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from switchover import Fidelity, FidelityError
from switchover.errors import CallTimeout, InvalidRequest, MalformedRequest, ServiceUnavailable
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
    TitleTaken,
    blocking_desk_port,
    desk_port,
    result_of,
)
from unit.port.single import document, json_answer, json_body


def note(**changed: Any) -> Note:
    return Note.model_construct(**{"id": NOTE_ID, "title": "a", "due": None, "tags": [], "written_at": NOON, **changed})


@pytest.fixture(params=["async", "sync"])
def strict(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """A strict desk, some of whose methods are replaced."""

    def make(**methods: Callable[..., Any]) -> Any:
        backend: Any = InMemoryBlockingDesk()
        for name, method in methods.items():
            setattr(backend, name, method)
        if request.param == "async":
            return desk_port().direct(InMemoryDesk(backend), fidelity=Fidelity.STRICT)
        return blocking_desk_port().direct(backend, fidelity=Fidelity.STRICT)

    return make


async def breaches(call: Any) -> list[str]:
    with pytest.raises(FidelityError) as caught:
        await result_of(call() if callable(call) else call)
    assert "passes in-process and would not pass over HTTP:" in str(caught.value)
    return [str(breach) for breach in caught.value.items]


async def test_a_mutated_argument_is_reported(strict: Callable[..., Any]) -> None:
    def add(caller: Caller, draft: NoteDraft) -> Note:
        draft.tags.append("more")
        draft.title = "other"
        return note()

    assert await breaches(lambda: strict(add_note=add).add_note(AIKO, NoteDraft(title="a"))) == [
        "addNote arguments#/draft/title: was changed by the backend; over HTTP the caller would not see the change",
        "addNote arguments#/draft/tags: was changed by the backend; over HTTP the caller would not see the change",
    ]


async def test_a_value_that_does_not_round_trip_is_reported(strict: Callable[..., Any]) -> None:
    class SpecialDraft(NoteDraft):
        pass

    desk = strict(add_note=lambda caller, draft: note())
    assert await breaches(lambda: desk.add_note(AIKO, SpecialDraft(title="a"))) == [
        "addNote arguments#/draft: is a SpecialDraft, and would arrive as a NoteDraft; over HTTP the service would work with another value"
    ]


async def test_a_result_that_does_not_round_trip_is_reported(strict: Callable[..., Any]) -> None:
    class SpecialNote(Note):
        pass

    made = SpecialNote(id=NOTE_ID, title="a", tags=[], written_at=NOON)
    assert await breaches(lambda: strict(get_note=lambda caller, note_id: made).get_note(AIKO, NOTE_ID)) == [
        "getNote answer: is a SpecialNote, and would arrive as a Note; over HTTP the caller would get another value"
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"due": datetime(2026, 1, 1)},
            "getNote answer#/due: is no date-time; over HTTP the caller would get InternalError",
        ),
        (
            {"title": "a" * 41},
            "getNote answer#/title: is longer than 40 characters; over HTTP the caller would get InternalError",
        ),
        ({"title": None}, "getNote answer#/title: is required; over HTTP the caller would get InternalError"),
        ({"tags": [1]}, "getNote answer#/tags/0: has to be string; over HTTP the caller would get InternalError"),
        ({"tags": {"a"}}, "getNote answer: has tags, which is of type set, and list[str] is wanted; over HTTP"),
    ],
)
async def test_a_result_that_breaks_the_contract_is_reported(
    strict: Callable[..., Any], changed: dict[str, Any], expected: str
) -> None:
    found = await breaches(lambda: strict(get_note=lambda caller, note_id: note(**changed)).get_note(AIKO, NOTE_ID))
    assert len(found) == 1
    assert found[0].startswith(expected)


async def test_a_missing_field_is_reported(strict: Callable[..., Any]) -> None:
    bare = Note.model_construct(id=NOTE_ID, title="a", tags=[])  # type: ignore[call-arg]  # what is tested
    assert await breaches(lambda: strict(get_note=lambda caller, note_id: bare).get_note(AIKO, NOTE_ID)) == [
        "getNote answer#/writtenAt: is required; over HTTP the caller would get InternalError"
    ]


async def test_an_extra_field_is_reported(strict: Callable[..., Any]) -> None:
    class More(Note):
        color: str = "red"

    made = More(id=NOTE_ID, title="a", tags=[], written_at=NOON)
    found = await breaches(lambda: strict(list_notes=lambda *args, **kwargs: [made]).list_notes(AIKO))
    assert found == [
        "listNotes answer#/0: is a More, and would arrive as a Note; over HTTP the caller would get another value"
    ]

    schema = {
        "type": "object",
        "required": ["title"],
        "additionalProperties": False,
        "properties": {"title": {"type": "string"}},
    }

    class Backend:
        async def send(self) -> Open:
            return Open.model_validate({"title": "a", "color": "red"})

    client = document({"responses": json_answer(schema)}).bind(Backend).direct(Backend(), fidelity=Fidelity.STRICT)
    assert await breaches(client.send) == [
        "send answer#/color: is not known; over HTTP the caller would get InternalError"
    ]


async def test_an_undeclared_exception_is_reported_and_kept_as_the_cause(strict: Callable[..., Any]) -> None:
    def fail(caller: Caller, note_id: UUID) -> Note:
        raise KeyError(note_id)

    with pytest.raises(FidelityError) as caught:
        await result_of(strict(get_note=fail).get_note(AIKO, NOTE_ID))
    assert [str(item) for item in caught.value.items] == [
        "getNote error: KeyError is not documented; over HTTP the caller would get InternalError"
    ]
    assert isinstance(caught.value.__cause__, KeyError)


async def test_an_exception_of_another_operation_is_undeclared(strict: Callable[..., Any]) -> None:
    def fail(caller: Caller, note_id: UUID) -> Note:
        raise TitleTaken

    assert await breaches(lambda: strict(get_note=fail).get_note(AIKO, NOTE_ID)) == [
        "getNote error: TitleTaken is not documented; over HTTP the caller would get InternalError"
    ]


async def test_an_answer_that_is_the_argument_is_reported(strict: Callable[..., Any]) -> None:
    assert await breaches(lambda: strict(echo=lambda value: [value["a"]]).echo({"a": [1]})) == [
        "echo answer#/0: is the very object of arguments#/value/a; over HTTP they would be two objects"
    ]


async def test_an_object_that_is_handed_out_twice_is_reported(strict: Callable[..., Any]) -> None:
    kept, listed = note(tags=["a"]), [note()]
    desk = strict(get_note=lambda caller, note_id: kept, list_notes=lambda *args, **kwargs: listed)
    assert await result_of(desk.get_note(AIKO, NOTE_ID)) == kept
    assert await breaches(lambda: desk.get_note(AIKO, NOTE_ID)) == [
        "getNote answer: is an object that was handed out before; over HTTP every caller would get a copy",
        "getNote answer#/tags: is an object that was handed out before; over HTTP every caller would get a copy",
    ]
    await result_of(desk.list_notes(AIKO))
    assert (await breaches(lambda: desk.list_notes(AIKO)))[0].startswith(
        "listNotes answer: is an object that was handed out before"
    )


async def test_an_argument_that_is_kept_and_handed_out_later_is_reported_the_first_time(
    strict: Callable[..., Any],
) -> None:
    kept: list[Any] = []

    def keep(value: Any) -> Any:
        kept.append(value)
        return len(kept)

    desk = strict(echo=keep, list_notes=lambda *args, **kwargs: [note(tags=kept[0]["tags"])])
    assert await result_of(desk.echo({"tags": ["a"]})) == 1
    assert await breaches(lambda: desk.list_notes(AIKO)) == [
        "listNotes answer#/0/tags: is an object that came as an argument before; over HTTP every caller would get a copy"
    ]


async def test_a_draft_that_is_kept_and_handed_out_later_is_reported_the_first_time(strict: Callable[..., Any]) -> None:
    kept: list[NoteDraft] = []

    def keep(caller: Caller, draft: NoteDraft) -> Note:
        kept.append(draft)
        return note()

    desk = strict(add_note=keep, echo=lambda value: {"draft": kept[0]} if value else kept[0].tags)
    await result_of(desk.add_note(AIKO, NoteDraft(title="a")))
    found = await breaches(lambda: desk.echo(1))
    assert found[:2] == [
        "echo answer#/draft: is an object that came as an argument before; over HTTP every caller would get a copy",
        "echo answer#/draft/tags: is an object that came as an argument before; over HTTP every caller would get a copy",
    ]


async def test_equal_values_of_different_calls_are_no_aliases(strict: Callable[..., Any]) -> None:
    desk = strict(echo=lambda value: [*value])
    for _ in range(3):
        assert await result_of(desk.echo(["a"])) == ["a"]


async def test_what_was_handed_out_long_ago_is_forgotten(strict: Callable[..., Any]) -> None:
    kept: list[Any] = []
    desk = strict(echo=lambda value: kept if value == "kept" else [[] for _ in range(2001)])
    await result_of(desk.echo("kept"))
    await result_of(desk.echo("many"))
    assert await result_of(desk.echo("kept")) == []


async def test_results_are_copies(strict: Callable[..., Any]) -> None:
    kept = note()
    assert await result_of(strict(get_note=lambda caller, note_id: kept).get_note(AIKO, NOTE_ID)) is not kept


async def test_a_naive_datetime_is_refused_as_http_would_with_a_note_of_where_and_why(
    strict: Callable[..., Any],
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await result_of(strict().list_notes(AIKO, since=datetime(2026, 1, 1)))
    assert caught.value.__notes__ == [
        "listNotes query.since: is no date-time; over HTTP the caller gets InvalidRequest"
    ]
    with pytest.raises(InvalidRequest) as caught:
        await result_of(strict().add_note(AIKO, NoteDraft.model_construct(title="a", due=datetime(2026, 1, 1))))
    assert caught.value.__notes__ == ["addNote body#/due: is no date-time; over HTTP the caller gets InvalidRequest"]


async def test_an_argument_that_is_not_json_is_refused_as_http_would(strict: Callable[..., Any]) -> None:
    with pytest.raises(MalformedRequest) as caught:
        await result_of(strict().echo(10**5000))
    assert caught.value.__notes__ == [
        "echo arguments: The body is not JSON.; over HTTP the caller gets MalformedRequest"
    ]


async def test_a_caller_that_would_not_arrive_is_reported(strict: Callable[..., Any]) -> None:
    with pytest.raises(InvalidRequest, match=r"caller\.user has to be text, not empty"):
        await result_of(strict().get_note(Caller(""), NOTE_ID))

    @dataclass(frozen=True)
    class Special(Caller):
        extra: str = ""

    found = await breaches(lambda: strict(get_note=lambda caller, note_id: note()).get_note(Special("aiko"), NOTE_ID))
    assert found == [
        "getNote caller: is a Special, and would arrive as a Caller; over HTTP the service would see another caller"
    ]


async def test_documented_exceptions_arrive_as_copies(strict: Callable[..., Any]) -> None:
    with pytest.raises(NoteNotFound) as caught:
        await result_of(strict().get_note(AIKO, MISSING_ID))
    assert caught.value.note_id == MISSING_ID
    assert caught.value.args == ("no such note",)


async def test_failures_of_the_kits_own_pass(strict: Callable[..., Any]) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        await result_of(strict().echo("busy"))
    assert caught.value.retry_after == 7


async def test_a_failure_of_a_service_further_on_is_undeclared(strict: Callable[..., Any]) -> None:
    def fail(value: Any) -> Any:
        raise CallTimeout(phase="read", seconds=1)

    assert "CallTimeout is not documented" in (await breaches(lambda: strict(echo=fail).echo(1)))[0]


async def test_an_exception_that_arrives_changed_is_reported(strict: Callable[..., Any]) -> None:
    class Special(NoteNotFound):
        pass

    def fail(error: Exception) -> Callable[..., Any]:
        def raising(caller: Caller, note_id: UUID) -> Note:
            raise error

        return raising

    async def found(error: Exception) -> list[str]:
        return await breaches(lambda: strict(get_note=fail(error)).get_note(AIKO, NOTE_ID))

    assert await found(Special(note_id=NOTE_ID)) == [
        "getNote error: Special would arrive as NoteNotFound; over HTTP the caller would catch another class"
    ]
    changed = NoteNotFound(note_id=NOTE_ID)
    changed.color = "red"  # type: ignore[attr-defined]
    assert await found(changed) == [
        "getNote error#/color: would not arrive; over HTTP the caller would see another value"
    ]
    forgetful = NoteNotFound(note_id=NOTE_ID)
    del forgetful.note_id
    assert "NoteNotFound has no 'note_id' that can be written (AttributeError)" in (await found(forgetful))[0]


async def test_an_exception_that_could_not_be_put_together_again_is_reported() -> None:
    class Picky(Exception):
        code = "picky"

        def __init__(self, detail: str = "") -> None:
            if detail == "once":
                raise ValueError
            super().__init__(detail)

    class Backend:
        async def send(self) -> None:
            error = Picky()
            error.args = ("once",)
            raise error

    problem = {"type": "object", "properties": {"code": {"const": "picky"}}}
    responses = {
        "204": {"description": "."},
        "409": {"description": ".", "content": {"application/problem+json": {"schema": problem}}},
    }
    client = (
        document({"responses": responses}).bind(Backend, errors=[Picky]).direct(Backend(), fidelity=Fidelity.STRICT)
    )
    assert await breaches(client.send) == [
        "send error: Picky cannot be made of the answer (ValueError); over HTTP the caller would get UnexpectedAnswer"
    ]


async def test_a_result_that_could_be_written_and_not_read_is_reported() -> None:
    class Backend:
        async def send(self) -> Sound:
            return Sound.model_construct(count=10**5000)

    schema = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}}
    client = document({"responses": json_answer(schema)}).bind(Backend).direct(Backend(), fidelity=Fidelity.STRICT)
    assert await breaches(client.send) == ["send answer: is not JSON; over HTTP the caller would get UnexpectedAnswer"]


# -- no false positives -----------------------------------------------------------------------------------------------


class Open(BaseModel, extra="allow"):
    title: str


class Sound(BaseModel, frozen=True):
    count: int


class Everything(BaseModel):
    text: str
    count: int
    ratio: float
    flag: bool
    day: date
    at: datetime
    id: UUID
    many: list[str]
    by: dict[str, int]
    maybe: str | None = None


EVERYTHING = {
    "type": "object",
    "required": ["text", "count", "ratio", "flag", "day", "at", "id", "many", "by"],
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "ratio": {"type": "number"},
        "flag": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "date-time"},
        "id": {"type": "string", "format": "uuid"},
        "many": {"type": "array", "items": {"type": "string"}},
        "by": {"type": "object", "additionalProperties": {"type": "integer"}},
        "maybe": {"type": "string"},
    },
}
TEXT = st.text(st.characters(codec="utf-8"))
ANYTHING = st.builds(
    Everything,
    text=TEXT,
    count=st.integers(-(2**70), 2**70),
    ratio=st.floats(allow_nan=False, allow_infinity=False) | st.integers(-100, 100),
    flag=st.booleans(),
    day=st.dates(),
    at=st.datetimes(timezones=st.just(UTC)),
    id=st.uuids(),
    many=st.lists(TEXT),
    by=st.dictionaries(TEXT, st.integers(-5, 5)),
    maybe=st.none() | TEXT,
)


class Mirror:
    async def send(self, value: Everything) -> Everything:
        assert inspect.currentframe()
        return value.model_copy(deep=True)


MIRROR = (
    document({"requestBody": json_body(EVERYTHING), "responses": json_answer(EVERYTHING)})
    .bind(Mirror)
    .direct(Mirror(), fidelity=Fidelity.STRICT)
)


@given(ANYTHING)
def test_a_correct_backend_is_never_reported(value: Everything) -> None:
    assert asyncio.run(MIRROR.send(value)) == value
