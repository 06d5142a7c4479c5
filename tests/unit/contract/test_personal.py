"""What a contract marks as personal, however it is reached."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.contract import Personal, lint
from switchover.contract.operations.reading import OperationReader
from unit.contract.documents import HEAD, load, of_schemas

MARK = {"x-pii": True}
TEXT = {"type": "string", **MARK}


def personal(schema: dict[str, Any], *, whole: bool = False, **others: Any) -> Personal:
    """What is personal in the schema S, beside others."""
    node = of_schemas({"S": schema, **others}).root.get("components")
    assert node is not None
    return Personal(node.at("schemas").at("S"), whole=whole)


REF = {"$ref": "#/components/schemas/T"}


@pytest.mark.parametrize(
    ("schema", "path", "places"),
    [
        (TEXT, [], [""]),
        ({"properties": {"a": TEXT}}, ["a"], ["/a"]),
        ({"properties": {"a": REF}}, ["a"], ["/a"]),
        ({"properties": {"a": {**REF, "description": "d"}}}, ["a", "b", 0], ["/a"]),
        ({"allOf": [{"properties": {"a": TEXT}}]}, ["a"], ["/a"]),
        ({"oneOf": [{"type": "null"}, TEXT]}, [], [""]),
        ({"anyOf": [{"properties": {"a": {"anyOf": [{}, TEXT]}}}]}, ["a"], ["/a"]),
        ({"if": {}, "then": {"properties": {"a": TEXT}}}, ["a"], ["/a"]),
        ({"else": TEXT}, [], [""]),
        ({"dependentSchemas": {"b": {"properties": {"a": TEXT}}}}, ["a"], ["/a"]),
        ({"items": TEXT}, [3], ["/*"]),
        ({"items": {"properties": {"a": TEXT}}}, ["3", "a"], ["/*/a"]),
        ({"contains": TEXT}, [3], ["/*"]),
        ({"prefixItems": [{}, TEXT]}, [1], ["/1"]),
        ({"unevaluatedItems": TEXT}, [1], ["/*"]),
        ({"additionalProperties": TEXT}, ["any"], ["/*"]),
        ({"additionalProperties": TEXT}, ["7"], ["/*"]),
        ({"unevaluatedProperties": TEXT}, ["any"], ["/*"]),
        ({"patternProperties": {"^a": TEXT}}, ["any"], ["/*"]),
        ({**MARK, "properties": {"a": {}}}, ["a"], [""]),
    ],
)
def test_the_mark_covers_the_value_and_everything_in_it(
    schema: dict[str, Any], path: list[str | int], places: list[str]
) -> None:
    found = personal(schema, T=TEXT)
    assert found.covers(path)
    assert list(found.places()) == places


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({}, []),
        ({"properties": {"a": TEXT}}, []),
        ({"properties": {"a": TEXT}}, ["b"]),
        ({"properties": {"a": {"x-pii": False}}}, ["a"]),
        ({"prefixItems": [{}, TEXT]}, [0]),
        ({"properties": {"x-pii": {"type": "string"}}}, ["a"]),
        ({"not": TEXT}, []),
        ({"items": TEXT}, ["a"]),
        (True, [0, "a"]),
    ],
)
def test_it_covers_nothing_else(schema: Any, path: list[str | int]) -> None:
    assert not personal(schema).covers(path)


def test_what_is_neither_true_nor_false_is_taken_for_true() -> None:
    assert personal({"x-pii": "yes"}).covers([])


def test_a_whole_value_may_be_personal_whatever_its_schema_says() -> None:
    found = personal({"properties": {"a": {}}}, whole=True)
    assert found.covers(["a"])
    assert list(found.places()) == [""]
    assert found.shown(["a", "b"]) == ["a", "…"]


def test_a_schema_within_itself_is_entered_once() -> None:
    tree = {"properties": {"name": TEXT, "below": {"type": "array", "items": {"$ref": "#/components/schemas/S"}}}}
    found = personal(tree)
    assert sorted(found.places()) == ["/name"]
    assert found.covers(["below", 0, "below", 4, "name"])
    assert not found.covers(["below", 0, "below"])


def test_references_in_the_place_of_a_group_are_followed() -> None:
    found = personal({"properties": {"$ref": "#/components/schemas/T/properties"}}, T={"properties": {"a": TEXT}})
    assert found.covers(["a"])


@pytest.mark.parametrize(
    ("schema", "path", "shown"),
    [
        ({"additionalProperties": TEXT}, ["aiko"], ["…"]),
        ({"additionalProperties": TEXT}, ["0815"], ["…"]),
        ({"additionalProperties": {"properties": {"a": TEXT}}}, ["aiko", "a"], ["…", "a"]),
        ({"propertyNames": TEXT, "additionalProperties": {}}, ["aiko", "a", 0], ["…", "…", 0]),
        ({"patternProperties": {"^a": TEXT}}, ["aiko"], ["…"]),
        ({**MARK, "type": "object"}, ["aiko"], ["…"]),
        ({**MARK, "properties": {"a": {"type": "object"}}}, ["a", "aiko"], ["a", "…"]),
        ({"properties": {"a": TEXT}}, ["a"], ["a"]),
        ({"properties": {"a": TEXT}}, ["misspelt"], ["…"]),
        ({"properties": {"a": {}}}, ["misspelt"], ["misspelt"]),
        ({"additionalProperties": {"items": {}}}, ["aiko", 0], ["aiko", 0]),
        ({"items": {**MARK, "type": "object"}}, ["0", "aiko"], ["0", "…"]),
        ({"items": TEXT, "additionalProperties": TEXT}, ["0"], ["…"]),
    ],
)
def test_names_that_the_contract_does_not_give_are_values(
    schema: dict[str, Any], path: list[str | int], shown: list[str | int]
) -> None:
    assert personal(schema).shown(path) == shown


def test_pointers_are_shown_in_the_same_way() -> None:
    found = personal({"additionalProperties": TEXT, "properties": {"a/b": {"items": {}}}})
    assert [found.shown_pointer(path) for path in ("", "/a~1b/0", "/~0aiko")] == ["", "/a~1b/0", "/…"]


@given(st.text(), st.text())
def test_no_name_below_a_mark_is_told_unless_the_contract_gives_it(one: str, other: str) -> None:
    names = {"known"}
    assert personal({**MARK, "properties": {"known": {}}}).shown([one, other]) == [one if one in names else "…", "…"]


# -- linting


def marks(text: str) -> list[str]:
    return [str(finding) for finding in lint.marks(load(HEAD + text))]


def test_marks_have_to_be_booleans_in_schemas_or_parameters() -> None:
    text = """\
paths:
  /x:
    get:
      x-pii: true
      operationId: op
      parameters:
        - { name: q, in: query, x-pii: true, schema: { type: string, x-pii: false } }
        - { name: r, in: query, x-pii: 1, schema: { type: string } }
      responses:
        '200':
          description: d
          content:
            application/json:
              x-pii: true
              schema: { $ref: '#/components/schemas/S' }
components:
  schemas:
    S: { type: object, properties: { x-pii: { type: string, x-pii: 'yes' }, b: { x-pii: true } } }
"""
    assert marks(text) == [
        "openapi.yaml:6 #/paths/~1x/get/x-pii marks a Operation Object, where it says nothing; mark the schema, or the parameter",
        "openapi.yaml:10 #/paths/~1x/get/parameters/1/x-pii has to be true or false; until then it is taken for true",
        "openapi.yaml:16 #/paths/~1x/get/responses/200/content/application~1json/x-pii marks a Media Type Object, where it says nothing; "
        "mark the schema, or the parameter",
        "openapi.yaml:20 #/components/schemas/S/properties/x-pii/x-pii has to be true or false; until then it is taken for true",
    ]


def test_an_operation_tells_what_is_personal_in_it() -> None:
    text = """\
paths:
  /x/{id}:
    post:
      operationId: op
      parameters:
        - { name: id, in: path, required: true, x-pii: true, schema: { type: string } }
        - { name: q, in: query, schema: { type: string } }
      requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string, x-pii: true } } } } } }
      responses:
        '200': { description: d, content: { application/json: { schema: { type: array, items: { type: string, x-pii: true } } } } }
        '409':
          description: d
          content:
            application/problem+json:
              schema: { type: object, properties: { code: { const: c }, due: { type: string, x-pii: true } } }
        '410': { description: d }
"""
    ((operation, _),) = OperationReader(load(HEAD + text)).read()
    assert operation is not None
    assert operation.body is not None
    assert operation.answers[0].content is not None
    taken, open_one = operation.parameters
    assert (list(taken.personal.places()), list(open_one.personal.places())) == ([""], [])
    assert list(operation.body.content.personal.places()) == ["/a"]
    assert list(operation.answers[0].content.personal.places()) == ["/*"]
    told = [failure.personal for failure in operation.failures]
    assert [list(found.places()) if found is not None else None for found in told] == [["/due"], None]
