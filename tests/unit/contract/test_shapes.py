"""What shapes show of schemas, and how gaps are told."""

from __future__ import annotations

from typing import Any

import pytest

from switchover.contract import Gap, GapKind, gaps, kind_of, reader
from switchover.contract.shapes.shape import ANYTHING, NOTHING, Shape, canonical
from unit.contract.documents import of_schemas, schema, shape_of


def found(source: Any, target: Any, **pool: Any) -> list[tuple[str, str, str]]:
    document = of_schemas({"Source": source, "Target": target, **pool})
    read = reader()
    listed = gaps(read(schema(document, "Source")), read(schema(document, "Target")))
    return [(gap.path, gap.kind.name, gap.message) for gap in listed]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: list[str] | None = None, /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or []}


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "null"), (True, "boolean"), (1, "integer"), (1.0, "integer"), (1.5, "number"), ("", "string"), ([], "array"),
     ((), "array"), ({}, "object")],
)  # fmt: skip
def test_kinds_are_those_of_json_schema(value: Any, kind: str) -> None:
    assert kind_of(value) == kind


def test_equal_numbers_are_the_same_and_booleans_are_no_numbers() -> None:
    assert canonical({"b": [1.0], "a": 2}) == canonical({"a": 2.0, "b": (1,)})
    assert canonical(1) != canonical(True)


@pytest.mark.parametrize(
    ("value", "kinds", "is_nullable"),
    [
        ({"type": "number"}, {"number", "integer"}, False),
        ({"type": ["string", "null"]}, {"string"}, True),
        ({"enum": ["a", None, 1.5]}, {"string", "number", "integer"}, True),
        ({"type": "string", "enum": ["a", 1]}, {"string"}, False),
        ({"const": None}, set(), True),
        ({"properties": {}}, {"object"}, False),
        ({"items": {}}, {"array"}, False),
        (False, set(), False),
        ({"allOf": [{"type": ["string", "null"]}, {"type": ["null", "integer"]}]}, set(), True),
        ({"allOf": [{"enum": [1, 2]}, {"minimum": 2}]}, {"integer"}, False),
        ({"allOf": [{"enum": [1]}, {"minimum": 2}]}, set(), False),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"string"}, True),
        ({"anyOf": [{"type": "string"}, {}]}, {"boolean", "integer", "number", "string", "array", "object"}, True),
        ({"oneOf": [{"type": ["string", "null"]}, {"type": ["integer", "null"]}]}, {"string", "integer"}, False),
    ],
)
def test_kinds_and_null_are_worked_out(value: Any, kinds: set[str], is_nullable: bool) -> None:
    shape = shape_of(value)

    assert (set(shape.kinds), shape.is_nullable) == (kinds, is_nullable)


def test_a_default_and_a_format_are_kept() -> None:
    shape = shape_of({"allOf": [{"type": "string", "default": "a"}, {"format": "date"}]})

    assert (shape.default, shape.format) == (("a",), "date")
    assert shape_of({"allOf": [{"default": 1}, {"type": "integer"}]}).default == (1,)
    assert shape_of({"type": "string", "format": "byte"}).format == "base64"
    assert shape_of({"type": "string", "contentEncoding": "base64"}).format == "base64"


def test_what_may_only_be_read_or_written_is_known_through_references() -> None:
    document = of_schemas(
        {"S": obj(a=ref("Id"), b={"allOf": [ref("Id")], "writeOnly": True}), "Id": {"type": "string", "readOnly": True}}
    )
    shape = reader()(schema(document, "S"))

    assert (shape.properties["a"].is_read_only, shape.properties["a"].is_write_only) == (True, False)
    assert shape.properties["b"].is_write_only


def test_a_schema_of_itself_alone_restricts_nothing() -> None:
    document = of_schemas({"S": {"allOf": [ref("S")]}, "T": {"anyOf": [{"type": "string"}, ref("T")]}})

    assert reader()(schema(document, "S")).is_anything
    assert reader()(schema(document, "T")).is_anything


def test_endlessly_many_combinations_are_not_worked_out() -> None:
    part = {"anyOf": [obj([name], **{name: {"type": "integer"}}) for name in "abcdefghi"]}
    shape = shape_of({"allOf": [part, part]})

    assert shape.alternatives == ()
    assert [opaque.keyword for opaque in shape.opaque] == ["allOf"]


def test_tags_of_a_discriminator_are_those_mapped_or_the_names() -> None:
    kind = obj(["kind"], kind={"type": "string"})
    document = of_schemas(
        {
            "S": {
                "oneOf": [ref("Cat"), ref("Dog"), ref("Fox")],
                "discriminator": {"propertyName": "kind", "mapping": MAPPING},
            },
            "Cat": kind,
            "Dog": kind,
            "Fox": obj(["kind"], kind={"const": "reynard"}),
        }
    )
    shape = reader()(schema(document, "S"))

    assert [option.properties["kind"].shape.enum for option in shape.alternatives] == [
        ("cat", "tom"),
        ("Dog",),
        ("reynard",),
    ]


MAPPING = {"cat": "Cat", "tom": "#/components/schemas/Cat"}


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ({"type": "string"}, {"type": "integer"}, [("", "FORM", "may be string, and integer is wanted")]),
        (
            {"type": "number"},
            {"type": "integer"},
            [("", "FORM", "may be a number with a fraction, and integer is wanted")],
        ),
        ({"type": "integer"}, {"type": "number"}, []),
        ({"type": ["string", "null"]}, {"type": "string"}, [("", "FORM", "may be null, and string is wanted")]),
        ({}, {"type": "string"}, [("", "VALUE", "may be anything, and string is wanted")]),
        ({"type": "string"}, {}, []),
        ({"type": "string"}, False, [("", "FORM", "may be string, and nothing is wanted")]),
        ({"type": "null"}, False, [("", "FORM", "may be null, and nothing is wanted")]),
        (False, {"type": "string"}, []),
        ({"type": "string"}, {"type": "null"}, [("", "FORM", "may be string, and null is wanted")]),
        ({"type": "string"}, {"enum": ["a"]}, [("", "VALUE", 'may be any string, and "a" is wanted')]),
        ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}, [("", "VALUE", 'may be "a", and one of "b", "c" is wanted')]),
        ({"enum": [1]}, {"enum": [1.0]}, []),
        ({"type": "boolean"}, {"enum": [True, False]}, []),
        ({"type": "boolean"}, {"const": True}, [("", "VALUE", "may be false, and true is wanted")]),
        (
            {"enum": ["abc"]},
            {"type": "string", "maxLength": 2},
            [("", "VALUE", 'may be "abc", which breaks maxLength')],
        ),
        (
            {"enum": [3]},
            {"multipleOf": 2, "maximum": 2},
            [("", "VALUE", "may be 3, which breaks maximum and multipleOf")],
        ),
        ({"enum": [[1]]}, {"type": "array", "minItems": 2}, [("", "VALUE", "may be [1], which breaks minItems")]),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "exclusiveMinimum": 0}, []),
        ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}, []),
        ({"type": "integer", "exclusiveMaximum": 9.5}, {"type": "integer", "maximum": 9}, []),
        ({"type": "number", "exclusiveMinimum": 0}, {"type": "number", "minimum": 0}, []),
        (
            {"type": "number", "minimum": 0},
            {"type": "number", "exclusiveMinimum": 0.5},
            [("", "VALUE", "has exclusiveMinimum no limit, and 0.5 is wanted")],
        ),
        ({"type": "integer"}, {"maximum": 9}, [("", "VALUE", "has maximum no limit, and 9 is wanted")]),
        ({"type": "string", "maxLength": 9}, {"maxLength": 8}, [("", "VALUE", "has maxLength 9, and 8 is wanted")]),
        ({"type": "string"}, {"minLength": 0}, []),
        ({"type": "string"}, {"minItems": 1, "minimum": 1, "multipleOf": 2}, []),
        ({"type": "integer", "multipleOf": 4}, {"multipleOf": 2}, []),
        ({"type": "integer"}, {"multipleOf": 1}, []),
        ({"type": "number"}, {"multipleOf": 0.5}, [("", "VALUE", "need not be a multiple of 0.5")]),
        ({"type": "string"}, {"format": "date"}, [("", "VALUE", "may be any string, and format date is wanted")]),
        (
            {"type": "string", "format": "uri"},
            {"format": "date"},
            [("", "VALUE", "may be format uri, and format date is wanted")],
        ),
        ({"type": "integer"}, {"format": "int32", "pattern": "^a"}, []),
        ({"type": "string", "pattern": "^a"}, {"pattern": "^b"}, [("", "VALUE", "is not bound to the pattern ^b")]),
        ({"type": "string"}, {"not": {"const": "a"}}, [("", "VALUE", "is restricted by `not`")]),
        (
            {"not": {"const": "a"}, "type": "string"},
            {"not": {"const": "b"}, "type": "string"},
            [("", "VALUE", "is restricted by `not`")],
        ),
        ({"type": "array"}, {"type": "array", "uniqueItems": True}, [("", "VALUE", "may have an element twice")]),
        ({"type": "array", "maxItems": 1}, {"uniqueItems": True}, []),
        (
            {"type": "array", "items": {"type": "null"}},
            {"type": "array", "items": {"type": "string"}},
            [("/*", "FORM", "may be null, and string is wanted")],
        ),
        (
            {"type": "array"},
            {"type": "array", "items": {"type": "string"}},
            [("/*", "VALUE", "may be anything, and string is wanted")],
        ),
        (
            {"type": "array", "prefixItems": [{"type": "integer"}], "items": False},
            {"type": "array", "items": {"type": "string"}},
            [("/0", "FORM", "may be integer, and string is wanted")],
        ),
        ({"type": "array", "items": {"type": "string"}}, {"type": "array", "prefixItems": [{"type": "string"}]}, []),
    ],
)
def test_gaps_between_values_are_told(source: Any, target: Any, expected: list[tuple[str, str, str]]) -> None:
    assert found(source, target) == expected


TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}
OPEN = {"additionalProperties": True}
CLOSED = {"additionalProperties": False}


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (obj(a=TEXT), obj(["a"], a=TEXT), [("/a", "LEFT_OUT", "may be left out, and has to be there")]),
        (obj(b=TEXT), obj(["a"], a=TEXT, b=TEXT), [("/a", "LEFT_OUT", "is not there, and has to be")]),
        ({"type": "object"}, obj(["a"], a=TEXT), [("/a", "VALUE", "is not there, and has to be")]),
        (obj(a=TEXT, b=TEXT), obj(a=TEXT), [("/b", "FORM", "is not known there")]),
        (obj(a=TEXT), {"type": "object"}, []),
        (obj(a=TEXT), {"type": "object", **CLOSED}, [("/a", "FORM", "is not known there"), ("", "VALUE", "may have members that are not named, and none are taken")]),
        (obj(a=TEXT, b=TEXT), {**obj(a=TEXT), **OPEN}, []),
        (obj(a=MAYBE), obj(a=TEXT), [("/a", "NULL", "may be null, and may only be left out")]),
        (obj(a=MAYBE), obj(["a"], a=TEXT), [("/a", "LEFT_OUT", "may be left out, and has to be there"), ("/a", "FORM", "may be null, and string is wanted")]),
        (obj(a={"default": 1}), obj(a={"default": 2}), [("/a", "DEFAULT", "left out, it means 1 here and 2 there")]),
        (obj(**{"a/b": TEXT}), obj(**{"a/b": {"type": "integer"}}), [("/a~1b", "FORM", "may be string, and integer is wanted")]),
        ({**obj(a=TEXT), **CLOSED}, obj(a=TEXT), []),
        (obj(a=TEXT), {**obj(a=TEXT), **CLOSED}, [("", "VALUE", "may have members that are not named, and none are taken")]),
        ({**obj(a=TEXT), **OPEN}, {**obj(a=TEXT), **CLOSED}, [("", "VALUE", "may have members that are not named, and none are taken")]),
        ({"type": "object", **OPEN}, {**obj(a=TEXT), **CLOSED}, [("", "FORM", "may have members of any name, and only named ones are taken"), ("/a", "VALUE", "may be anything, and string is wanted")]),
        ({"type": "object", **OPEN}, obj(a=TEXT), [("/a", "VALUE", "may be anything, and string is wanted")]),
        ({"additionalProperties": {"type": "integer"}}, obj(a=TEXT), [("/a", "FORM", "may be integer, and string is wanted")]),
        ({"additionalProperties": {"type": "integer"}}, {"additionalProperties": TEXT}, [("/*", "FORM", "may be integer, and string is wanted")]),
        ({"type": "object"}, {"additionalProperties": TEXT}, [("/*", "VALUE", "may be anything, and string is wanted")]),
        (obj(a={"type": "integer"}), {"additionalProperties": TEXT}, [("/a", "FORM", "may be integer, and string is wanted")]),
        ({"additionalProperties": False, "patternProperties": {"^a": TEXT}}, {"additionalProperties": TEXT}, []),
        ({"additionalProperties": False, "patternProperties": {"^a": TEXT}}, {"patternProperties": {"^a": TEXT}, **CLOSED}, []),
        ({"additionalProperties": False, "patternProperties": {"^a": TEXT}}, {"patternProperties": {"^b": TEXT}, **CLOSED}, [("", "VALUE", "is restricted by `patternProperties`")]),
        ({"enum": [{"a": 1}]}, obj(a=TEXT), [("/a", "VALUE", "may be anything, and string is wanted")]),
        ({"type": "object", "additionalProperties": False}, {"additionalProperties": TEXT}, []),
        ({"type": "object", "additionalProperties": False}, {"additionalProperties": False}, []),
    ],
)  # fmt: skip
def test_gaps_between_objects_are_told(source: Any, target: Any, expected: list[tuple[str, str, str]]) -> None:
    assert found(source, target) == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ({"type": ["string", "integer"]}, {"anyOf": [TEXT, {"type": "integer"}]}, []),
        ({"type": ["string", "boolean"]}, {"anyOf": [TEXT, {"type": "integer"}]}, [("", "FORM", "may be boolean, and integer or string is wanted")]),
        ({"anyOf": [TEXT, {"type": "integer"}]}, TEXT, [("", "FORM", "may be integer, and string is wanted")]),
        ({"enum": ["a", "b"]}, {"anyOf": [{"const": "a"}, {"const": "b"}]}, []),
        ({"enum": ["a", "b", "c"]}, {"anyOf": [{"const": "a"}, {"const": "b"}]}, [("", "VALUE", 'may be "b", "c", and "a" is wanted')]),
        (obj(["k"], k={"const": "b"}), {"anyOf": [obj(["k", "x"], k={"const": "a"}, x=TEXT), obj(["k", "y"], k={"const": "b"}, y=TEXT)]}, [("/y", "LEFT_OUT", "is not there, and has to be")]),
        ({"type": "integer"}, {"oneOf": [{"type": "integer"}, {"type": "number"}]}, [("", "VALUE", "is restricted by `oneOf`")]),
        ({"type": "integer"}, {"oneOf": [{"type": "integer"}, TEXT]}, []),
        ({"type": ["integer", "null"]}, {"oneOf": [{"type": "integer"}, {"type": "null"}]}, []),
        ({"enum": [1]}, {"oneOf": [{"enum": [1, 3]}, {"enum": [2]}]}, []),
        ({**obj(["a"], a=TEXT), **CLOSED}, {"oneOf": [obj(["a"], a=TEXT), obj(["b"], b=TEXT)]}, []),
    ],
)  # fmt: skip
def test_gaps_between_alternatives_are_told(source: Any, target: Any, expected: list[tuple[str, str, str]]) -> None:
    assert found(source, target) == expected


def test_the_same_part_is_told_wherever_it_stands_and_what_lies_below_it_once() -> None:
    listed = found(
        obj(a=ref("Mine"), b=ref("Mine"), c={"type": "array", "items": ref("Mine")}),
        obj(a=ref("Theirs"), b=ref("Theirs"), c={"type": "array", "items": ref("Theirs")}),
        Mine=obj(x=TEXT, y=obj(z=TEXT)),
        Theirs=obj(x={"type": "integer"}, y=obj(z={"type": "integer"}, w=TEXT)),
    )

    assert [path for path, _, _ in listed] == ["/a/x", "/a/y/z"]
    named = found(obj(a=TEXT, b=TEXT), obj(a={"type": "integer"}, b={"type": "integer"}))
    assert [path for path, _, _ in named] == ["/a", "/b"]


def test_schemas_that_contain_themselves_are_compared() -> None:
    node = obj(["value"], value=TEXT, next={"anyOf": [ref("Node"), {"type": "null"}]})
    strict = obj(["value"], value=TEXT, next=ref("Strict"))

    assert found(ref("Node"), ref("Node"), Node=node) == []
    assert found(ref("Node"), ref("Strict"), Node=node, Strict=strict) == [
        ("/next", "NULL", "may be null, and may only be left out"),
        ("/next/next", "NULL", "may be null, and may only be left out"),
    ]


def test_a_trial_that_fails_leaves_nothing_behind() -> None:
    """An alternative that is tried and given up must not make what it assumed on the way hold elsewhere."""
    tree = obj(["kids"], kids={"type": "array", "items": ref("Tree")}, tag={"type": "integer"})
    wrong = obj(["kids"], kids={"type": "array", "items": ref("Wrong")}, tag=TEXT)
    right = obj(
        ["kids"], kids={"type": "array", "items": {"anyOf": [ref("Wrong"), ref("Right")]}}, tag={"type": "integer"}
    )

    assert found(ref("Tree"), ref("Right"), Tree=tree, Wrong=wrong, Right=right) == []
    assert found(ref("Tree"), {"anyOf": [ref("Wrong"), ref("Wrong2")]}, Tree=tree, Wrong=wrong, Wrong2=wrong) != []


def test_comparing_contracts_in_which_everything_refers_to_everything_ends() -> None:
    names = [f"N{index}" for index in range(120)]

    def pool(text: dict[str, Any]) -> dict[str, Any]:
        return {
            name: obj(
                ["id"], id=text, **{f"to{i}": {"anyOf": [TEXT, ref(names[(at * 7 + i * 13) % 120])]} for i in range(12)}
            )
            for at, name in enumerate(names)
        }

    mine, theirs = of_schemas(pool(TEXT)), of_schemas(pool({"type": "string", "maxLength": 9}))
    listed = gaps(reader()(schema(mine, "N0")), reader()(schema(theirs, "N0")))

    assert len(listed) == 120


def test_a_long_chain_of_schemas_is_compared() -> None:
    chain = {f"N{index}": obj(next=ref(f"N{index + 1}")) for index in range(2000)} | {"N2000": TEXT}
    other = {**chain, "N2000": {"type": "integer"}}
    listed = gaps(reader()(schema(of_schemas(chain), "N0")), reader()(schema(of_schemas(other), "N0")))

    assert [gap.path.count("/") for gap in listed] == [2000]


def test_a_gap_reads_as_a_sentence() -> None:
    assert str(Gap("/a", GapKind.FORM, "is not known there")) == "/a: is not known there"
    assert str(Gap("", GapKind.FORM, "may be null")) == "may be null"


def test_anything_and_nothing_are_what_they_say() -> None:
    assert ANYTHING.is_anything
    assert not ANYTHING.is_restricted
    assert NOTHING.is_nothing
    assert not Shape(is_finite=False).is_nothing


def test_names_of_patterns_are_known_where_all_unknown_ones_are_refused() -> None:
    closed = {"type": "object", "unevaluatedProperties": False}
    with_patterns = {**closed, "patternProperties": {"^x": {"type": "integer"}}}
    assert found(with_patterns, with_patterns) == []
    assert found(with_patterns, closed) != []
    assert ("", "VALUE", "is restricted by `unevaluatedProperties`") in found(
        {"type": "object", "patternProperties": {"^x": {"type": "integer"}}}, with_patterns
    )
    assert found({"allOf": [with_patterns]}, closed) != []
