"""Schemas that refer to one another: what reading, compiling and comparing them costs, counted in steps."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from switchover.contract import OperationReader, SchemaEngine, Shape, reader
from unit.contract.documents import load, of_schemas, schema


def reference(index: int) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/S{index}"}


def complete(count: int) -> dict[str, Any]:
    """Schemas of which each has a member of every other one's form, and a number."""
    members = {f"p{index}": reference(index) for index in range(count)}
    return {
        f"S{index}": {"type": "object", "properties": {**members, "n": {"type": "integer"}}} for index in range(count)
    }


def test_schemas_that_refer_to_one_another_are_compiled_once() -> None:
    document = of_schemas(complete(40))
    engine = SchemaEngine(document)
    checks = [engine.check(schema(document, f"S{index}")) for index in range(40)]
    engine.finish()

    assert all(check.is_valid({"p3": {"p0": {"n": 1}}}) for check in checks)
    assert not any(check.is_valid({"p3": {"p0": {"n": "one"}}}) for check in checks)


def test_errors_of_schemas_that_share_a_validator_name_places_in_the_value() -> None:
    schemas = complete(10)
    schemas["S0"]["required"] = ["n"]
    schemas["S0"]["additionalProperties"] = False
    document = of_schemas(schemas)
    check = SchemaEngine(document).check(schema(document, "S0"))

    found = check.errors({"p1": {"p0": {"n": "one"}}, "more": 1}, "body")
    assert sorted(map(str, found)) == [
        "body#/more is not known",
        "body#/n is required",
        "body#/p1/p0/n has to be integer",
    ]
    assert check.strangers({"n": 1, "more": 1}) == [["more"]]
    assert [str(error) for error in check.errors(1, "body")] == ["body has to be object"]


def test_a_shared_validator_takes_schemas_that_are_asked_for_after_it_was_used() -> None:
    document = of_schemas(complete(10))
    engine = SchemaEngine(document)

    for index in range(10):
        check = engine.check(schema(document, f"S{index}"))
        assert check.is_valid({"n": 1})
        assert not check.is_valid({"n": "one"})


def test_members_that_are_all_of_one_another_are_one_shape() -> None:
    both = {"allOf": [reference(0), reference(1)]}
    read = reader()
    document = of_schemas(
        {
            "S0": {"type": "object", "properties": {"all": {"type": "array", "items": both}}},
            "S1": {"type": "object", "properties": {"all": {"type": "array", "items": both}}, "required": ["all"]},
        }
    )

    first = _items(_items(read(schema(document, "S0"))))
    assert first.properties["all"].is_required
    assert _items(_items(first)) is first


def _items(shape: Shape) -> Shape:
    below = shape.properties["all"].shape.items
    assert below is not None
    return below.shape


MOST_STEPS = 5_000_000
"""Calls of Python functions: seconds, where there was no end. Most graphs take a hundredth of it."""


@pytest.mark.parametrize("seed", range(6))
def test_any_graph_of_schemas_is_read_and_compiled_in_bounded_work(seed: int) -> None:
    schemas = graph(random.Random(seed))
    paths = {f"/{name}": {"get": operation(name)} for name in schemas}
    document = load(json.dumps({**json.loads(HEAD_JSON), "paths": paths, "components": {"schemas": schemas}}))

    def compile_all() -> None:
        engine = SchemaEngine(document)
        for found, _ in OperationReader(document).read():
            content = found.answers[0].content
            assert content is not None
            engine.check(content.schema)
        engine.finish()

    assert steps(compile_all) <= MOST_STEPS


HEAD_JSON = '{"openapi": "3.1.0", "info": {"title": "Test", "version": "1"}}'


KINDS = ["ref"] * 4 + ["allOf", "oneOf", "anyOf", "items", "map", "text"]


def operation(name: str) -> dict[str, Any]:
    schema_ = {"$ref": f"#/components/schemas/{name}"}
    content = {"application/json": {"schema": schema_}}
    return {"operationId": f"get{name}", "responses": {"200": {"description": "ok", "content": content}}}


def graph(chance: random.Random) -> dict[str, Any]:
    """Up to 40 objects whose members are made of references to one another."""
    count = chance.randint(2, 40)

    def part(depth: int) -> dict[str, Any]:
        kind = chance.choice(KINDS) if depth < 2 else "ref"
        match kind:
            case "allOf" | "oneOf" | "anyOf":
                return {kind: [part(depth + 1) for _ in range(chance.randint(1, 3))]}
            case "items":
                return {"type": "array", "items": part(depth + 1)}
            case "map":
                return {"type": "object", "additionalProperties": part(depth + 1)}
            case "text":
                return {"type": ["string", "null"], "enum": ["a", "b", None]}
        return reference(chance.randrange(count))

    def members() -> dict[str, Any]:
        return {f"p{chance.randrange(8)}": part(0) for _ in range(chance.randint(1, 10))}

    return {f"S{index}": {"type": "object", "properties": members()} for index in range(count)}


def steps(do: Callable[[], None]) -> int:
    """How many Python functions are called: the same on every machine."""
    count = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        do()
    finally:
        sys.setprofile(before)
    return count
