"""Schemas of OpenAPI 3.0, read as what they mean in JSON Schema 2020-12."""

from __future__ import annotations

from typing import Any

import pytest

from switchover.contract import SchemaEngine
from switchover.contract.dialect import translated
from unit.contract.documents import of_schemas, schema, shape_of


def _translated(value: Any, version: str = "3.0.3") -> Any:
    return translated(
        schema(of_schemas({"S": value, "T": {}}, version=version), "S"), lambda node: f"to:{node.pointer}"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"nullable": True}, {}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": "string", "enum": ["a", None], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
        ({"exclusiveMaximum": True}, {}),
        ({"$ref": "#/components/schemas/T", "nullable": True, "description": "d"}, {"$ref": "to:/components/schemas/T"}),
        (
            {"allOf": [{"$ref": "#/components/schemas/T"}], "nullable": True, "description": "d", "default": None},
            {"anyOf": [{"allOf": [{"$ref": "to:/components/schemas/T"}]}, {"type": "null"}], "description": "d", "default": None},
        ),
        (
            {"properties": {"nullable": {"type": "integer", "nullable": True}, "default": {"minimum": 1, "exclusiveMinimum": True}}},
            {"properties": {"nullable": {"type": ["integer", "null"]}, "default": {"exclusiveMinimum": 1}}},
        ),
        ({"items": {"not": {"nullable": True, "type": "array"}}}, {"items": {"not": {"type": ["array", "null"]}}}),
        ({"default": {"nullable": True}, "enum": [{"minimum": 1, "exclusiveMinimum": True}]},) * 2,
        ({"example": {"$ref": "gone"}, "const": {"nullable": True}},) * 2,
    ],
)  # fmt: skip
def test_a_schema_of_3_0_says_what_it_means_in_2020_12(value: Any, expected: Any) -> None:
    assert _translated(value) == expected


def test_a_schema_of_3_1_stays_without_addresses() -> None:
    value = {
        "$anchor": "a",
        "$comment": "c",
        "$ref": "#/components/schemas/T",
        "nullable": True,
        "prefixItems": [True, {}],
    }

    assert _translated(value, "3.1.0") == {
        "$ref": "to:/components/schemas/T",
        "nullable": True,
        "prefixItems": [True, {}],
    }


def test_a_boolean_is_a_schema() -> None:
    assert _translated(False, "3.1.0") is False


def test_references_to_properties_and_lists_are_worked_in() -> None:
    document = of_schemas(
        {
            "S": {
                "properties": {"$ref": "#/components/schemas/T/properties"},
                "allOf": {"$ref": "#/components/schemas/T/allOf"},
            },
            "T": {"properties": {"a": {"type": "string"}}, "allOf": [{"required": ["a"]}]},
        }
    )
    found = translated(schema(document, "S"), lambda node: node.pointer)

    assert found == {"properties": {"a": {"type": "string"}}, "allOf": [{"required": ["a"]}]}


@pytest.mark.parametrize(
    ("value", "valid", "invalid"),
    [
        ({"type": "string", "nullable": True}, ["a", None], [1]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        ({"type": "string", "enum": ["a"], "nullable": True}, ["a", None], ["b"]),
        ({"nullable": True, "allOf": [{"type": "object", "required": ["a"]}]}, [None, {"a": 1}], [{}, 1]),
        (
            {"nullable": True, "oneOf": [{"type": "string"}, {"type": "integer", "nullable": True}]},
            ["a", 1, None],
            [1.5],
        ),
    ],
)
def test_shape_and_engine_read_3_0_alike(value: Any, valid: list[Any], invalid: list[Any]) -> None:
    document = of_schemas({"S": value}, version="3.0.3")
    check = SchemaEngine(document).check(schema(document, "S"))

    assert [check.is_valid(item) for item in valid] == [True] * len(valid)
    assert [check.is_valid(item) for item in invalid] == [False] * len(invalid)
    assert shape_of(value, version="3.0.3").is_nullable == (None in valid)
