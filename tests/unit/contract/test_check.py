"""Values judged by the contract's schemas, in messages that never repeat them."""

from __future__ import annotations

from typing import Any

import pytest

from switchover.contract import SchemaEngine
from switchover.contract.schemas.check import MOST_ERRORS
from switchover.errors import ContractError
from unit.contract.documents import load, of_schemas, schema

CANARY = "canary-5f3a"
NUMBER = 715_223_905


def errors(value: Any, against: Any, **pool: Any) -> list[str]:
    document = of_schemas({"S": against, **pool})
    return [str(error) for error in SchemaEngine(document).check(schema(document, "S")).errors(value, "body")]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("against", "value", "expected"),
    [
        ({"type": "integer"}, CANARY, "body has to be integer"),
        ({"type": ["integer", "null"]}, CANARY, "body has to be null or integer"),
        ({"const": "a"}, CANARY, "body has to be 'a'"),
        ({"const": None}, CANARY, "body has to be null"),
        ({"const": [1]}, CANARY, "body has to be [1]"),
        ({"enum": ["a", 1, None]}, CANARY, "body has to be one of a, 1, null"),
        ({"format": "uuid"}, CANARY, "body is no uuid"),
        ({"maxLength": 3}, CANARY, "body is longer than 3 characters"),
        ({"minLength": 99}, CANARY, "body is shorter than 99 characters"),
        ({"pattern": "^x"}, CANARY, 'body does not match "^x"'),
        ({"minimum": 10**9}, NUMBER, "body is less than the minimum of 1000000000"),
        ({"exclusiveMaximum": 3}, NUMBER, "body is greater than or equal to the maximum of 3"),
        ({"multipleOf": 7}, NUMBER, "body is not a multiple of 7"),
        ({"items": {"type": "integer"}}, [1, CANARY], "body#/1 has to be integer"),
        ({"minItems": 2}, [CANARY], "body has less than 2 items"),
        ({"maxItems": 0}, [CANARY], "body has more than 0 items"),
        ({"uniqueItems": True}, [CANARY, CANARY], "body has non-unique elements"),
        ({"contains": {"type": "integer"}}, [CANARY], "body does not contain what it has to, or not as often"),
        ({"contains": {}, "maxContains": 1}, [CANARY, CANARY], "body does not contain what it has to, or not as often"),
        ({"prefixItems": [{}], "unevaluatedItems": False}, [1, CANARY], "body has more elements than are known"),
        ({"required": ["a/b"]}, {}, "body#/a~1b is required"),
        ({"type": "object", "additionalProperties": False}, {"x": CANARY}, "body#/x is not known"),
        ({"properties": {"y": {}}, "unevaluatedProperties": False}, {"x": CANARY}, "body#/x is not known"),
        ({"properties": {"x": False}}, {"x": CANARY}, "body#/x may not be there"),
        ({"propertyNames": {"maxLength": 2}}, {CANARY: 1}, "body has a name that is not allowed"),
        ({"minProperties": 2}, {"x": CANARY}, "body has less than 2 properties"),
        ({"dependentRequired": {"x": ["y"]}}, {"x": CANARY}, "body#/y is required"),
        ({"not": {"type": "string"}}, CANARY, "body is what it may not be"),
        ({"if": {"type": "string"}, "then": {"maxLength": 2}}, CANARY, "body is longer than 2 characters"),
        ({"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, CANARY, "body fits none of the alternatives"),
        ({"oneOf": [{"type": "string"}, {"maxLength": 20}]}, CANARY, "body fits more than one of the alternatives"),
        ({"oneOf": [{"minLength": 90}, {"maxLength": 2}]}, CANARY, "body fits none of the alternatives"),
        (False, CANARY, "body may not be there"),
    ],
)
def test_a_message_says_what_is_wanted_and_never_what_was_sent(against: Any, value: Any, expected: str) -> None:
    found = errors(value, against)

    assert found == [expected]
    assert CANARY not in str(found)
    assert str(NUMBER) not in str(found)


def test_of_alternatives_the_one_that_is_meant_speaks() -> None:
    by_type = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}
    by_tag = {
        "oneOf": [
            {"type": "object", "properties": {"k": {"const": "a"}, "x": {"type": "integer"}}},
            {"type": "object", "properties": {"k": {"enum": ["b", "c"]}, "x": {"type": "boolean"}}},
        ]
    }

    assert errors([1, CANARY], by_type) == ["body#/1 has to be integer"]
    assert errors({"k": "b", "x": CANARY}, by_tag) == ["body#/x has to be boolean"]
    assert errors({"k": CANARY}, by_tag) == ["body fits none of the alternatives"]


def test_everything_that_is_wrong_is_said_up_to_a_bound() -> None:
    listed = errors([CANARY] * 200, {"items": {"type": "integer"}})

    assert len(listed) == MOST_ERRORS
    assert listed[0] == "body#/0 has to be integer"


def test_long_names_are_cut() -> None:
    [message] = errors({"x" * 500: 1}, {"type": "object", "additionalProperties": False})

    assert message == f"body#/{'x' * 80}… is not known"


def test_a_discriminator_decides_between_schemas_that_look_alike() -> None:
    kind = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}, "n": {"type": "integer"}},
    }
    union = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat"}}}

    assert errors({"kind": "cat"}, union, Cat=kind, Dog=kind) == []
    assert errors({"kind": "Dog"}, union, Cat=kind, Dog=kind) == []
    assert errors({"kind": "dog"}, union, Cat=kind, Dog=kind) == ["body fits none of the alternatives"]
    assert errors({"kind": "cat", "n": CANARY}, union, Cat=kind, Dog=kind) == ["body#/n has to be integer"]
    assert errors({}, union, Cat=kind, Dog=kind) == ["body fits none of the alternatives"]


def test_alternatives_that_say_themselves_which_they_are_are_left_alone() -> None:
    union = {"anyOf": [ref("Cat"), {"type": "object", "required": ["x"]}], "discriminator": {"propertyName": "kind"}}
    cat = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "tom"}}}

    assert errors({"kind": "tom"}, union, Cat=cat) == []
    assert errors({"x": 1}, union, Cat=cat) == []


def test_references_through_references_and_into_files_beside_the_folder_are_judged() -> None:
    document = load(
        """\
        openapi: 3.1.0
        info: {}
        paths: {}
        components:
          schemas:
            S: { items: { $ref: '#/components/schemas/A/properties/x' } }
            A: { $ref: '../o t/ü.yaml#/B' }
        """,
        {"../o t/ü.yaml": "B: { properties: { x: { $ref: '#/C' } } }\nC: { type: array, items: { $ref: '#/C' } }\n"},
    )
    check = SchemaEngine(document).check(schema(document, "S"))

    assert check.is_valid([[[]], []])
    assert [str(error) for error in check.errors([[[1]]], "answer")] == ["answer#/0/0/0 has to be array"]


def test_a_schema_that_is_none_is_refused_with_its_place() -> None:
    document = of_schemas({"S": {"items": ref("T")}, "T": {"type": "file"}})

    with pytest.raises(ContractError, match=r"openapi.json:1 #/components/schemas/S is no usable schema: "):
        SchemaEngine(document).check(schema(document, "S"))


def test_one_place_is_compiled_once() -> None:
    document = of_schemas({"S": {"type": "string"}})
    engine = SchemaEngine(document)

    assert engine.check(schema(document, "S")) is engine.check(schema(document, "S"))
