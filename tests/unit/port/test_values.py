"""Values on their way through JSON: what crosses, what is refused, and what is left out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, RootModel, Strict, TypeAdapter
from typing_extensions import TypedDict

from switchover.errors import InvalidField, InvalidRequest, MalformedRequest
from switchover.port.construction import sound_model
from switchover.port.faithful import received
from switchover.port.plan import Plan
from switchover.port.values import NotJson, UnusableValue
from switchover.port.wire import Received
from unit.port.single import answer_plan, body_plan, json_answer, plan_for


class Color(Enum):
    RED = "red"


def sent(plan: Plan, value: Any) -> bytes:
    body = plan.requests.write([value]).body
    assert body is not None
    return body


def arrived(plan: Plan, body: bytes) -> Any:
    return plan.requests.read(Received(["things"], "", [], body))[0]


def through(plan: Plan, value: Any) -> Any:
    return plan.requests.read(received(plan.requests.write([value])))[0]


def answered(plan: Plan, value: Any) -> bytes:
    return plan.answers.choose(value).write(value)


def refused(plan: Plan, value: Any) -> list[str]:
    with pytest.raises(UnusableValue) as caught:
        answered(plan, value)
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("schema", "hint", "value"),
    [
        ({"type": "string", "format": "date"}, date, date(1, 1, 1)),
        ({"type": "string", "format": "date"}, date, date(9999, 12, 31)),
        ({"type": "string", "format": "date-time"}, AwareDatetime, datetime(1, 1, 1, tzinfo=UTC)),
        (
            {"type": "string", "format": "date-time"},
            AwareDatetime,
            datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        ),
        ({"type": "string", "format": "uuid"}, UUID, UUID(int=0)),
        ({"type": "string", "format": "uuid"}, Annotated[UUID, Strict()], UUID(int=0)),
        ({"type": "string"}, str, "\x00\U0001f600"),
        ({"type": "integer"}, int, 10**4000),
        ({"type": "integer"}, int, -(2**64)),
        ({"type": "number"}, float, 5e-324),
        ({"enum": ["red"]}, Color, Color.RED),
        ({"enum": ["red"]}, Literal["red"], "red"),
        ({"type": "string"}, Decimal, Decimal("1.50")),
        ({"type": "array", "items": {"type": "integer"}}, list[int], [1, 2]),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, dict[str, int], {"": 1}),
        ({}, Any, {"a": [1, None, "b", 1.5, True]}),
        ({"type": ["string", "null"]}, str | None, None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_at_their_bounds_arrive_as_they_were(schema: Any, hint: Any, value: Any) -> None:
    got = through(body_plan(schema, hint), value)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"NaN",
        b"Infinity",
        b"01",
        b"\xff",
        b'"\\ud800"',
        b"1" * 5000,
        b"[" * 300 + b"]" * 300,
        b"\xef\xbb\xbf1",
        b"1 2",
    ],
)
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    plan = body_plan({"type": "number"}, float)
    with pytest.raises((MalformedRequest, InvalidRequest)) as caught:
        arrived(plan, body)
    assert isinstance(caught.value, MalformedRequest) or body == b""


@pytest.mark.parametrize(
    ("schema", "hint", "body"),
    [
        ({"type": "number"}, float, b"1e400"),
        ({"type": "integer"}, int, b"1e400"),
        ({"type": "string", "format": "date-time"}, AwareDatetime, b'"2016-12-31T23:59:60Z"'),
        ({"type": "string", "format": "date-time"}, AwareDatetime, b'"2026-01-01T00:00:00"'),
        ({"type": "string", "format": "date-time"}, AwareDatetime, b'"0000-01-01T00:00:00Z"'),
        ({"type": "string", "format": "date-time"}, AwareDatetime, b"0"),
        ({"type": "string", "format": "date"}, date, b'"2026-02-30"'),
        ({"type": "string", "format": "uuid"}, UUID, b'"00000000000000000000000000000000"'),
        ({"type": "integer"}, int, b'"5"'),
        ({"type": "boolean"}, bool, b"1"),
        ({"type": "string"}, str, b"1"),
    ],
)
def test_what_breaks_the_contract_is_refused_with_its_place(schema: Any, hint: Any, body: bytes) -> None:
    with pytest.raises(InvalidRequest) as caught:
        arrived(body_plan(schema, hint), body)
    assert [error.where for error in caught.value.errors] == ["body"]
    assert body.decode().strip('"') not in str(caught.value)


def test_a_number_too_large_for_python_is_infinite_where_anything_goes() -> None:
    plan = body_plan({}, Any)
    assert arrived(plan, b"[1e400]") == [math.inf]
    assert sent(plan, [math.inf]) == b"[null]"


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_value_or_refused(body: bytes) -> None:
    plan = body_plan({"type": "object", "properties": {"a": {"type": "integer"}}}, dict[str, Any])
    try:
        arrived(plan, body)
    except (InvalidRequest, MalformedRequest) as error:
        assert str(error)


class Change(BaseModel):
    title: str | None = None
    mood: str | None = None
    tags: list[str] = []


CHANGE = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "mood": {"type": ["string", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


def test_members_that_were_never_set_are_not_sent() -> None:
    plan = body_plan(CHANGE, Change)
    assert sent(plan, Change()) == b"{}"
    assert sent(plan, Change(mood=None, tags=[])) == b'{"mood":null,"tags":[]}'
    assert through(plan, Change(mood=None)).model_fields_set == {"mood"}


def test_none_is_left_out_where_the_contract_has_no_null_there_and_kept_where_it_has() -> None:
    plan = body_plan(CHANGE, Change)
    assert sent(plan, Change(title=None, mood=None)) == b'{"mood":null}'


def test_none_is_left_out_everywhere_where_the_contract_has_no_null_at_all() -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}, "mood": {"type": "string"}}}

    class Plain(BaseModel):
        title: str | None = None
        mood: str | None = None

    assert sent(body_plan(schema, Plain), Plain(title="a", mood=None)) == b'{"title":"a"}'


def test_members_that_the_contract_requires_are_sent_although_they_were_never_set() -> None:
    schema = {"type": "object", "required": ["limit"], "properties": {"limit": {"type": "integer"}}}

    class Page(BaseModel):
        limit: int = 20

    assert sent(body_plan(schema, Page), Page()) == b'{"limit":20}'


def test_nulls_are_pruned_in_the_alternative_that_is_meant() -> None:
    schema = {
        "oneOf": [
            {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}, "x": {"type": "string"}}},
            {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"const": "b"}, "x": {"type": ["string", "null"]}},
            },
        ]
    }

    class A(BaseModel):
        kind: Literal["a"]
        x: str | None = None

    class B(BaseModel):
        kind: Literal["b"]
        x: str | None = None

    plan = body_plan(schema, A | B)
    assert sent(plan, A(kind="a", x=None)) == b'{"kind":"a"}'
    assert sent(plan, B(kind="b", x=None)) == b'{"kind":"b","x":null}'


def test_nulls_are_pruned_below_lists_and_maps() -> None:
    item = {"type": "object", "properties": {"x": {"type": "string"}, "y": {"type": ["string", "null"]}}}
    schema = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "any": {"type": "array"},
            "by": {"type": "object", "additionalProperties": item},
        },
    }

    class Item(BaseModel):
        x: str | None = None
        y: str | None = None

    class Holder(BaseModel):
        items: list[Item] = []
        any: list[Any] = []
        by: dict[str, Item] = {}

    plan = body_plan(schema, Holder)
    value = Holder(items=[Item(x=None, y=None)], any=[None], by={"k": Item(x=None, y=None)})
    assert sent(plan, value) == b'{"items":[{"y":null}],"any":[null],"by":{"k":{"y":null}}}'


@dataclass
class Loan:
    reader: str
    days: Annotated[int, Field(ge=1)] = 1


LOAN = {
    "type": "object",
    "required": ["reader", "days"],
    "properties": {"reader": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ["answer has to be object"]),
        (Loan("aiko", 0), ["answer#/days is less than the minimum of 1"]),
        (Loan(1), ["answer#/reader has to be string"]),  # type: ignore[arg-type]
        (Loan(None), ["answer#/reader has to be string"]),  # type: ignore[arg-type]
        (Loan("\ud800"), ["answer cannot be written as JSON (PydanticSerializationError)"]),
        ({"reader": "aiko", "days": 1}, ["answer is of type dict, and Loan is wanted"]),
        (object(), ["answer cannot be written as JSON (PydanticSerializationError)"]),
        (Loan("aiko", 10**5000), ["answer is not JSON"]),
    ],
    ids=["none", "bound", "type", "null", "surrogate", "dict", "object", "digits"],
)
def test_an_answer_that_breaks_the_contract_is_not_written(value: Any, expected: list[str]) -> None:
    assert refused(answer_plan(LOAN, Loan), value) == expected


def test_the_member_of_a_wrong_type_is_named_where_the_contract_cannot() -> None:
    class Tagged(BaseModel):
        value: UUID

    schema = {"type": "object", "required": ["value"], "properties": {"value": {"type": "string", "format": "uuid"}}}
    wrong = Tagged.model_construct(value=str(UUID(int=0)))  # type: ignore[arg-type]
    assert refused(answer_plan(schema, Tagged), wrong) == ["answer has value, which is of type str, and uuid is wanted"]


class Sound(BaseModel):
    model_config = ConfigDict(frozen=True)

    reader: str
    days: Annotated[int, Field(ge=1)] = 1
    ratio: Annotated[float, Field(ge=0, le=1)] = 0.5
    tags: list[Literal["a", "b"]] = []
    due: AwareDatetime | None = None


SOUND = {
    "type": "object",
    "required": ["reader", "days", "ratio", "tags", "due"],
    "properties": {
        **LOAN["properties"],  # type: ignore[dict-item]
        "ratio": {"type": "number", "minimum": 0, "maximum": 1},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
        "due": {"type": ["string", "null"], "format": "date-time"},
    },
}


def test_a_frozen_model_is_right_by_construction_and_written_without_a_look() -> None:
    plan = answer_plan(SOUND, Sound)
    assert plan.answers.codecs[0].codec is not None
    assert plan.answers.codecs[0].codec._sound is Sound
    assert answered(plan, Sound(reader="aiko")) == b'{"reader":"aiko","days":1,"ratio":0.5,"tags":[],"due":null}'


def test_anything_else_in_its_place_is_looked_at() -> None:
    plan = answer_plan(SOUND, Sound)
    assert refused(plan, None) == ["answer has to be object"]
    assert refused(plan, {"reader": "aiko"})


def test_a_frozen_model_with_a_character_that_json_does_not_have_is_refused() -> None:
    plan = answer_plan(SOUND, Sound)
    assert refused(plan, Sound.model_construct(reader="\ud800")) == [
        "answer cannot be written as JSON (PydanticSerializationError)"
    ]


class Changing(BaseModel):
    reader: str


class Holding(BaseModel):
    model_config = ConfigDict(frozen=True)

    below: Changing


class Infinite(BaseModel):
    model_config = ConfigDict(frozen=True)

    ratio: float


class Empty(BaseModel):
    model_config = ConfigDict(frozen=True)

    reader: str = None  # type: ignore[assignment]


class Written(BaseModel):
    model_config = ConfigDict(frozen=True)

    reader: Annotated[str, PlainSerializer(lambda value: value * 2)]


class Node(BaseModel):
    model_config = ConfigDict(frozen=True)

    below: list[Node] = Field(default_factory=list)
    either: str | int = 1


class Root(RootModel[str]):
    model_config = ConfigDict(frozen=True)


READER = {"type": "object", "required": ["reader"], "properties": {"reader": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "hint", "is_sound"),
    [
        (READER, Changing, False),
        ({"type": "object", "required": ["below"], "properties": {"below": READER}}, Holding, False),
        ({"type": "object", "required": ["ratio"], "properties": {"ratio": {"type": "number"}}}, Infinite, False),
        ({"type": "object", "properties": {"reader": {"type": "string"}}}, Empty, False),
        (READER, Written, False),
        ({"type": "string"}, Root, False),
        (LOAN, Loan, False),
        ({"type": "string"}, str, False),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_only_what_nobody_can_have_changed_is_right_by_construction(schema: Any, hint: Any, is_sound: bool) -> None:
    codec = answer_plan(schema, hint).answers.codecs[0].codec
    assert codec is not None
    assert (codec._sound is hint) is is_sound


def test_models_that_contain_themselves_are_right_by_construction_too() -> None:
    assert sound_model(TypeAdapter(Node).core_schema) is Node


def test_not_a_number_is_not_answered_where_the_contract_wants_one() -> None:
    plan = answer_plan({"type": "object", "required": ["ratio"], "properties": {"ratio": {"type": "number"}}}, Infinite)
    assert refused(plan, Infinite(ratio=math.nan)) == ["answer#/ratio has to be number"]


class Typed(TypedDict):
    reader: str
    days: int


def test_a_dictionary_without_a_member_is_not_answered() -> None:
    assert refused(answer_plan(LOAN, Typed), {"reader": "aiko"}) == ["answer#/days is required"]


@dataclass
class Shelf:
    loans: list[Loan] = field(default_factory=list)


def test_answers_of_several_kinds_are_told_apart_by_the_type_of_the_result() -> None:
    shelf = {"type": "object", "required": ["loans"], "properties": {"loans": {"type": "array", "items": LOAN}}}
    responses = {**json_answer(LOAN, "200"), **json_answer(shelf, "201"), "204": {"description": "."}}
    plan = plan_for({"responses": responses}, {"return": Loan | Shelf | None})
    assert [plan.answers.choose(value).status for value in (Loan("a"), Shelf(), None)] == [200, 201, 204]
    with pytest.raises(UnusableValue) as caught:
        plan.answers.choose(5)
    assert [str(error) for error in caught.value.errors] == ["answer is a int, which no documented answer carries"]


def test_answers_are_found_by_status_also_in_ranges() -> None:
    plan = plan_for({"responses": json_answer(LOAN, "2XX")}, {"return": Loan})
    found = plan.answers.for_status(206)
    assert found is not None
    assert plan.answers.choose(Loan("a")).status == 200
    assert plan.answers.for_status(404) is None


@pytest.mark.parametrize(
    ("media_type", "hint", "value", "why"),
    [
        ("text/plain", str, b"x", "answer is a bytes, and text is wanted"),
        ("text/plain", str, "\ud800", "answer is not valid Unicode"),
        ("application/octet-stream", bytes, "x", "answer is a str, and binary is wanted"),
    ],
)
def test_text_and_bytes_are_not_mixed_up(media_type: str, hint: Any, value: Any, why: str) -> None:
    plan = plan_for({"responses": {"200": {"description": ".", "content": {media_type: {}}}}}, {"return": hint})
    assert refused(plan, value) == [why]


def test_bytes_may_come_in_any_wrapping() -> None:
    plan = plan_for({"responses": {"200": {"description": ".", "content": {"image/png": {}}}}}, {"return": bytes})
    assert [answered(plan, value) for value in (b"x", bytearray(b"x"), memoryview(b"x"))] == [b"x"] * 3


def test_an_answer_without_a_body_carries_nothing() -> None:
    plan = plan_for({}, {"return": None})
    assert answered(plan, None) == b""
    assert plan.answers.choose(None).read(b"ignored") is None
    assert refused(plan, 5) == ["answer is a int, and this answer has no body"]


def test_plain_values_from_outside_are_held_to_the_contract_as_well() -> None:
    codec = body_plan({}, Any).requests.body
    assert codec is not None
    assert codec.codec is not None
    for value in (b"bytes", {1: 2}, "\ud800", object()):
        with pytest.raises(UnusableValue) as caught:
            codec.codec.read_plain(value)
        assert caught.value.errors == [InvalidField("body", "is no JSON value")]
    assert codec.codec.read_plain({"a": None}) == {"a": None}


def test_what_the_type_refuses_is_refused_with_its_place() -> None:
    # A contract that says less than the type is a difference; only formats and the like can differ at run time.
    plan = body_plan(
        {"type": "object", "required": ["at"], "properties": {"at": {"type": "string", "format": "date-time"}}}, At
    )
    with pytest.raises(InvalidRequest) as caught:
        arrived(plan, b'{"at":"2016-12-31T23:59:60Z"}')
    assert [error.where for error in caught.value.errors] == ["body#/at"]


class At(BaseModel):
    at: AwareDatetime


def test_bytes_that_are_not_json_are_told_apart_from_json_that_breaks_the_contract() -> None:
    codec = answer_plan(LOAN, Loan).answers.codecs[0]
    with pytest.raises(NotJson):
        codec.read(b"{")
    with pytest.raises(UnusableValue) as caught:
        codec.read(b"{}")
    assert not isinstance(caught.value, NotJson)
