"""What is known of Python annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pydantic.dataclasses
import pytest
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    NaiveDatetime,
    SecretStr,
    TypeAdapter,
    computed_field,
)
from pydantic_core import core_schema
from typing_extensions import TypedDict

from switchover.contract import GapKind, SchemaEngine, gaps
from switchover.contract.annotations import NotAWireType, wire_type
from switchover.contract.interface import methods_of
from unit.contract.documents import of_schemas, schema, shape_of

T = TypeVar("T")
Short = Annotated[str, Field(max_length=3)]
Few = Annotated[list[int], Field(max_length=2)]


class Model(BaseModel):
    text: Short
    few: Few
    share: Annotated[float, Field(ge=0, le=1)]


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def twice(self) -> int:
        return self.a * 2


class Computing(BaseModel):
    a: int

    @computed_field(alias="theDouble")  # type: ignore[prop-decorator]
    @property
    def twice(self) -> int:
        return self.a * 2


class Allowing(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int


class Page(BaseModel, Generic[T]):
    items: list[T]


class Record(TypedDict, total=False):
    text: Short


@dataclass
class Plain:
    text: Short
    model: Model | None = None
    absent: str = None  # type: ignore[assignment]


@pydantic.dataclasses.dataclass
class Checked:
    text: Short


class Unusual(Enum):
    A = object()


def _limits(annotation: Any) -> dict[str, Any]:
    return dict(wire_type(annotation).gives.limits)


def test_bounds_are_certain_where_reading_has_enforced_them() -> None:
    assert _limits(Short) == {}
    assert _limits(Few) == {}
    assert _limits(Annotated[int, Field(ge=1)]) == {}
    assert wire_type(Short).takes.limits == {"maxLength": 3}
    for model, expected in ((Model, {"maxLength": 3}), (Checked, {"maxLength": 3}), (Plain, {}), (Record, {})):
        assert wire_type(model).gives.properties["text"].shape.limits == expected
    inside = wire_type(Plain).gives.properties["model"].shape
    assert inside.properties["few"].shape.limits == {"maxItems": 2}


@pytest.mark.parametrize(
    ("annotation", "is_finite"),
    [
        (float, False),
        (Annotated[float, Field(ge=0, le=1)], False),
        (Annotated[float, Field(allow_inf_nan=False)], True),
    ],
)
def test_a_float_may_be_none_of_jsons_numbers(annotation: Any, is_finite: bool) -> None:
    found = gaps(wire_type(annotation).gives, shape_of({"type": "number"}))

    assert [gap.message for gap in found] == ([] if is_finite else ["may be NaN or infinite, which JSON does not have"])
    assert wire_type(Model).gives.properties["share"].shape.is_finite


@pytest.mark.parametrize("annotation", [Model, Plain, Checked, Record, Computing])
def test_what_declares_its_members_writes_no_others(annotation: Any) -> None:
    wire = wire_type(annotation)

    assert wire.gives.extra is False
    assert wire.takes.extra is True


def test_what_takes_any_member_gives_any() -> None:
    assert not isinstance(wire_type(Allowing).gives.extra, bool)
    assert wire_type(Forbidding).takes.extra is False


def test_members_are_always_written_but_those_of_a_typed_dict() -> None:
    assert wire_type(Plain).gives.properties["model"].is_required
    assert not wire_type(Plain).takes.properties["model"].is_required
    assert not wire_type(Record).gives.properties["text"].is_required


def test_computed_members_are_passed_over_when_they_are_read() -> None:
    contract = shape_of(
        {
            "type": "object",
            "required": ["a", "theDouble"],
            "properties": {"a": {"type": "integer"}, "theDouble": {"type": "integer", "readOnly": True}},
        }
    )

    assert gaps(contract, wire_type(Computing).takes) == []
    assert gaps(wire_type(Computing).gives, contract) == []
    assert "twice" not in wire_type(Forbidding).takes.properties


def test_a_default_that_the_type_does_not_allow_only_says_absent() -> None:
    assert wire_type(Plain).takes.properties["absent"].shape.default == ()
    assert wire_type(Plain).takes.properties["model"].shape.default == (None,)


@pytest.mark.parametrize(
    ("annotation", "takes", "gives"),
    [
        (date, "date", "date"),
        (datetime, "date-time", None),
        (AwareDatetime, "date-time", "date-time"),
        (NaiveDatetime, "date-time without an offset", "date-time without an offset"),
        (time, None, None),
        (Annotated[time, GetPydanticSchema(lambda *_: core_schema.time_schema(tz_constraint="aware"))], "time", "time"),
        (
            Annotated[time, GetPydanticSchema(lambda *_: core_schema.time_schema(tz_constraint="naive"))],
            "time-local",
            "time-local",
        ),
        (timedelta, "duration", None),
        (bytes, "binary", "binary"),
    ],
)
def test_formats_are_said_where_they_are_certain(annotation: Any, takes: str | None, gives: str | None) -> None:
    wire = wire_type(annotation)

    assert (wire.takes.format, wire.gives.format) == (takes, gives)


def test_a_time_of_the_day_is_read_with_an_offset_or_without() -> None:
    takes = wire_type(time).takes

    assert [option.format for option in takes.alternatives] == ["time", "time-local"]
    for form in ("time", "time-local"):
        assert gaps(shape_of({"type": "string", "format": form}), takes) == []


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("09:00:00", True),
        ("23:59:60.25", True),
        ("24:00:00", False),
        ("09:00", False),
        ("09:00:00Z", False),
        ("", False),
    ],
)
def test_a_local_time_is_judged(text: str, is_valid: bool) -> None:
    document = of_schemas({"S": {"type": "string", "format": "time-local"}})

    assert SchemaEngine(document).check(schema(document, "S")).is_valid(text) is is_valid


@pytest.mark.parametrize("value", [datetime(2026, 1, 2, 3, tzinfo=UTC), time(3), timedelta(days=-1)])
def test_the_types_read_what_they_write(value: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(type(value))

    assert adapter.validate_json(adapter.dump_json(value)) == value


def test_alternatives_are_told_apart_by_their_tags() -> None:
    class Cat(BaseModel):
        kind: Literal["cat"] = "cat"

    class Dog(BaseModel):
        kind: Literal["dog"] = "dog"

    union = wire_type(Annotated[Cat | Dog, Field(discriminator="kind")])
    contract = shape_of(
        {"oneOf": [{"properties": {"kind": {"const": k}}, "required": ["kind"]} for k in ("cat", "dog")]}
    )

    assert not any(option.properties["kind"].is_required for option in union.takes.alternatives)
    assert gaps(contract, union.takes) == []
    assert gaps(union.gives, contract) == []
    assert [gap.kind for gap in gaps(union.takes, contract)] == [GapKind.LEFT_OUT]


@pytest.mark.parametrize(
    ("annotation", "kinds"),
    [
        (dict[str, int], {"object"}),
        (Page[int], {"object"}),
        (Decimal, {"string"}),
        (Any, None),
        (None, set()),
        ("int", {"integer"}),
    ],
)
def test_annotations_have_kinds(annotation: Any, kinds: set[str] | None) -> None:
    shape = wire_type(annotation).gives

    assert shape.is_anything if kinds is None else shape.kinds == kinds


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (object(), "Unable to generate pydantic-core schema for <object"),
        (Iterator[int], "Unable to generate pydantic-core schema"),
        (SecretStr, "a secret is written as asterisks; use str"),
        (int | SecretStr, "a secret is written as asterisks; use str"),
        (type[int], "it is a class"),
        (Unusual, "Unable to serialize unknown type"),
        ("Nowhere", "is not fully defined"),
    ],
)
def test_what_json_cannot_carry_is_refused(annotation: Any, message: str) -> None:
    with pytest.raises(NotAWireType, match=message):
        wire_type(annotation)


def test_methods_are_the_public_functions_inherited_ones_included() -> None:
    class Base:
        def first(self) -> int: ...  # type: ignore[empty-body]

        def hidden(self) -> int: ...  # type: ignore[empty-body]

        def _private(self) -> int: ...  # type: ignore[empty-body]

    class Derived(Base):
        hidden = None  # type: ignore[assignment]
        constant = 3

        async def second(self, value: "int", /, *, name: str = "x") -> Base:  # noqa: UP037
            """Second."""
            return self

        @classmethod
        def made(cls) -> Derived:
            return cls()

    methods = methods_of(Derived)

    assert list(methods) == ["first", "second", "made"]
    assert [method.is_optional for method in methods.values()] == [False, False, True]
    second = methods["second"]
    assert (second.is_async, second.doc, [parameter.name for parameter in second.parameters]) == (
        True,
        "Second.",
        ["value", "name"],
    )
    assert second.problems == ("has an annotation that cannot be read: name 'Base' is not defined",)
    assert second.hints == {}
