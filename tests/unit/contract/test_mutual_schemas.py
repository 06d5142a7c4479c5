"""Schemas that refer to one another: what reading, compiling and comparing them costs, counted in steps."""

from __future__ import annotations

from typing import Any

from switchover.contract import SchemaEngine
from unit.contract.documents import of_schemas, schema


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
