"""What the contracts of others have, and a port can do without: the operation is honoured, and a warning says what is passed over."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchover.contract import Document, Media, Operation, select
from switchover.contract.findings import Notes

DONE = {"204": {"description": "d"}}
JSON = {"application/json": {"schema": {"type": "object"}}}


def query(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "q", "in": "query", "schema": schema, **more}]}


def responding(content: dict[str, Any], status: str = "200") -> dict[str, Any]:
    return {"responses": {status: {"description": "d", "content": content}}}


def read(paths: dict[str, Any]) -> tuple[list[tuple[Operation, Notes]], list[str]]:
    whole = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    selection = select(Document.read("openapi.json", lambda _: json.dumps(whole).encode()))
    return list(selection.honoured), selection.refusals


def one(operation: dict[str, Any], method: str = "get", path: str = "/x") -> tuple[Operation, list[str]]:
    [(found, notes)], refusals = read({path: {method: {"operationId": "op", "responses": DONE, **operation}}})
    assert refusals == []
    return found, [warning.message for warning in notes.warnings]


@pytest.mark.parametrize(
    ("method", "operation", "warning"),
    [
        ("get", {"responses": {**DONE, "302": {"description": "d"}}}, "answers 302, which is passed over"),
        (
            "get",
            {"requestBody": {"content": JSON}},
            "is the body of a GET, which HTTP gives no meaning to, and is passed over",
        ),
        ("post", responding(JSON, "204"), "gives 204 a body, which is passed over"),
        ("head", responding(JSON), "gives the answer to HEAD a body, which is passed over"),
        (
            "get",
            query({"type": "string"}, allowEmptyValue=True),
            "is query.q with `allowEmptyValue`, which is passed over",
        ),
        (
            "post",
            {"callbacks": {"done": {"{$request.body#/url}": {"post": {"responses": DONE}}}}},
            "are `callbacks`, which are passed over; they are calls that the service makes",
        ),
        (
            "get",
            responding({"text/plain": {"schema": {"type": "string", "maxLength": 9}}}),
            "restricts text/plain, which is passed over; only JSON is held against a schema",
        ),
        ("get", query({}), "is query.q, which may be array or object or scalar; a call with an object, or with"),
        (
            "get",
            query({"type": ["string", "array"]}),
            "is query.q, which may be array or scalar; a call with an object",
        ),
        (
            "get",
            query({"type": ["string", "integer"]}),
            "is query.q, which may be integer or string; text does not tell",
        ),
        (
            "get",
            query({"anyOf": [{"enum": ["all", "7"]}, {"type": "number"}]}),
            "is query.q, which may be number or string; text does not tell these apart",
        ),
        (
            "get",
            query({"type": "object", "properties": {"a": {"type": ["string", "boolean"]}}}),
            "is query.q with 'a' inside, which may be boolean or string",
        ),
        (
            "get",
            query({"type": "array", "items": {"type": ["integer", "null"]}}),
            "is query.q with null inside; a style",
        ),
        (
            "get",
            query({"type": ["string", "null"]}, required=True),
            "is query.q, which is required and may be null; a style",
        ),
        (
            "get",
            query({"type": ["string", "null"], "default": "a"}),
            "is query.q, which may be null and is 'a' when it is left out; a style cannot write null",
        ),
    ],
)
def test_it_is_passed_over_with_a_warning(method: str, operation: dict[str, Any], warning: str) -> None:
    found, warnings = one(operation, method)

    assert [said[: len(warning)] for said in warnings] == [warning]
    assert found.body is None


@pytest.mark.parametrize(
    ("path", "operation", "name"),
    [
        ("/pets/{petId}", {}, "getPetsByPetId"),
        ("/", {}, "getRoot"),
        ("/a.b/{x}", {"operationId": "***"}, "getABByX"),
        ("/pets", {"operationId": "123"}, "getPets"),
    ],
)
def test_an_operation_without_a_name_is_called_after_its_method_and_path(
    path: str, operation: dict[str, Any], name: str
) -> None:
    places = [
        {"name": each, "in": "path", "required": True, "schema": {"type": "string"}} for each in ("petId", "x", "y")
    ]
    told = [place for place in places if f"{{{place['name']}}}" in path]
    [(found, notes)], refusals = read({path: {"get": {"responses": DONE, "parameters": told, **operation}}})

    assert refusals == []
    assert found.id == name
    assert notes.warnings[0].message.endswith(f"; it is called {name}, after its method and path")


def test_names_of_the_contract_come_first_and_are_given_out_once() -> None:
    def get(**more: str) -> dict[str, Any]:
        return {"get": {"responses": DONE, **more}}

    read_, _ = read(
        {"/a": get(), "/b": get(operationId="get_a"), "/c": get(operationId="getA"), "/d": get(operationId="get-D")}
    )

    assert [operation.id for operation, _ in read_] == ["getA2", "get_a", "getC", "get-D"]


def test_json_without_a_schema_is_anything_and_a_range_of_media_types_is_bytes() -> None:
    found, warnings = one(responding({"application/json": {"example": {"a": 1}}}))
    assert found.answers[0].content is not None
    assert (found.answers[0].content.media, found.answers[0].content.shape.is_anything) == (Media.JSON, True)
    assert warnings == []

    found, _ = one({"requestBody": {"content": {"*/*": {}}}, **responding({"image/*": {"schema": {}}})}, "put")
    assert found.answers[0].content is not None
    assert found.body is not None
    assert (found.answers[0].content.media, found.body.content.media) == (Media.BINARY, Media.BINARY)


def test_a_lone_default_is_the_success() -> None:
    found, _ = one({"responses": {"default": {"description": "d", "content": JSON}, "404": {"description": "d"}}})

    [answer] = found.answers
    assert (answer.status, answer.is_range, answer.content is not None) == (200, True, True)
    assert [failure.status for failure in found.failures] == [404]
