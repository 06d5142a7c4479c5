"""None where the contract has no null: left out wherever it stands, and null kept where it means something."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from unit.port.single import document, interface, json_answer, json_body

NOTE = {"type": "object", "properties": {"memo": {"type": "string"}, "mood": {"type": ["string", "null"]}}}
TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "branches": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    },
}


class Note(BaseModel):
    memo: str | None = None
    mood: str | None = None


class Tree(BaseModel):
    name: str | None = None
    branches: list[Tree] | None = None


def sent(schema: Any, hint: Any, value: Any) -> bytes | None:
    contract = document(
        {"requestBody": json_body(schema), "responses": json_answer(schema)}, components={"schemas": {"Tree": TREE}}
    )
    plan = contract.bind(interface({"value": hint, "return": hint})).plans["send"]
    return plan.requests.write([value]).body


def test_a_tree_is_pruned_down_to_its_leaves() -> None:
    tree = Tree(branches=[Tree(name="a", branches=None), Tree(name=None, branches=[])])
    assert sent({"$ref": "#/components/schemas/Tree"}, Tree, tree) == b'{"branches":[{"name":"a"},{"branches":[]}]}'


def test_a_tuple_is_pruned_place_by_place() -> None:
    schema = {"type": "array", "prefixItems": [NOTE, {"type": ["string", "null"]}], "minItems": 2, "maxItems": 2}
    assert sent(schema, tuple[Note, str | None], (Note(memo=None, mood=None), None)) == b'[{"mood":null},null]'
