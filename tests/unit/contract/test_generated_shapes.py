"""Schemas of others become models that say as much."""

from __future__ import annotations

import json
from typing import Any

from switchover.cli.proof import package_of
from switchover.contract import Document, select
from switchover.contract.generate import Target

TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def json_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


SCHEMAS: dict[str, Any] = {
    "Undeclared": {"type": "object", "required": ["a", "b"], "properties": {"a": TEXT}},
    "Base": {"type": "object", "properties": {"a": TEXT, "c": NUMBER}},
    "Extended": {"allOf": [ref("Base"), {"type": "object", "required": ["c", "d"], "properties": {"d": TEXT}}]},
    "Untagged": {"anyOf": [ref("Base"), {"type": "object", "properties": {"z": TEXT}}, TEXT]},
    "Nullable": {"type": ["object", "null"], "properties": {"a": TEXT}},
    "AnyRequired": {
        "type": "object",
        "properties": {"a": TEXT, "b": TEXT},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "Holder": {
        "type": "object",
        "properties": {"twin": {"type": "object", "properties": {"q": TEXT}}, "x": {"oneOf": [TEXT, NUMBER]}},
    },
    "Twin": {"type": "object", "properties": {"a": TEXT}},
    "OtherTwin": {"type": "object", "properties": {"a": TEXT}},
}


def test_models_say_what_the_schemas_say() -> None:
    paths: dict[str, Any] = {
        f"/{name}": {
            "post": {
                "operationId": f"send{name}",
                "requestBody": {"required": True, **json_of(ref(name))},
                "responses": {"200": {"description": "d", **json_of(ref(name))}},
            }
        }
        for name in SCHEMAS
    }
    both = {
        status: {"description": "d", **json_of(ref(name))} for status, name in (("200", "Twin"), ("201", "OtherTwin"))
    }
    paths["/twins"] = {"get": {"operationId": "twins", "responses": both}}
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }
    document = Document.read("openapi.json", lambda _: json.dumps(whole).encode())
    made = package_of(document, Target("Port", is_async=False), select(document))

    assert made.selection.left_out == ()
    port, models = made.files["port.py"].decode(), made.files["models.py"].decode()
    assert "body: Nullable | None) -> Nullable | None:" in port
    assert "def twins(self) -> Twin | OtherTwin:" in port
    assert "class HolderTwin(BaseModel):" in models  # an inline object is not named like a component
