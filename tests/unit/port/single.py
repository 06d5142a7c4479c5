"""Contracts of one operation, and an interface made for it."""

from __future__ import annotations

import json
from typing import Any

from switchover import Contract, Port
from switchover.port.plan import Plan


def document(operation: dict[str, Any], path: str = "/things", method: str = "post", **more: Any) -> Contract:
    """A contract of one operation, `send`."""
    described = {"operationId": "send", "responses": {"204": {"description": "."}}, **operation}
    whole = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {path: {method: described}}, **more}
    return Contract.read("t.json", lambda _: json.dumps(whole).encode())


def json_body(schema: Any, *, is_required: bool = True) -> dict[str, Any]:
    """A request body."""
    return {"required": is_required, "content": {"application/json": {"schema": schema}}}


def json_answer(schema: Any, status: str = "200") -> dict[str, Any]:
    """A success with a body."""
    return {status: {"description": ".", "content": {"application/json": {"schema": schema}}}}


def interface(hints: dict[str, Any], **defaults: Any) -> type:
    """A class with the method `send`: `return` and the arguments, those with a default last."""
    arguments = [name if name not in defaults else f"{name}=_{name}" for name in hints if name != "return"]
    namespace: dict[str, Any] = {f"_{name}": value for name, value in defaults.items()}
    exec(f"async def send(self, {', '.join(arguments)}): ...", namespace)
    namespace["send"].__annotations__ = {"return": None, **hints}
    return type("Interface", (), {"send": namespace["send"]})


def port_for(operation: dict[str, Any], hints: dict[str, Any], **defaults: Any) -> Port[Any]:
    """One operation, bound."""
    return document(operation).bind(interface(hints, **defaults))


def plan_for(operation: dict[str, Any], hints: dict[str, Any], **defaults: Any) -> Plan:
    """The plan of one operation."""
    return port_for(operation, hints, **defaults).plans["send"]


def body_plan(schema: Any, hint: Any) -> Plan:
    """The plan of an operation that takes a body."""
    return plan_for({"requestBody": json_body(schema)}, {"value": hint})


def answer_plan(schema: Any, hint: Any) -> Plan:
    """The plan of an operation that answers."""
    return plan_for({"responses": json_answer(schema)}, {"return": hint})
