"""One method as an operation: parameters, body, success."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final

from switchover.contract.annotations import WireType
from switchover.contract.draft.defaults import default_of
from switchover.contract.draft.names import camel
from switchover.contract.draft.routes import Route
from switchover.contract.draft.schemas import HintSchemas, without_null
from switchover.contract.interface import Method
from switchover.contract.shapes.shape import Shape

_BYTES: Final[dict[str, Any]] = {"application/octet-stream": {}}

Arguments = Mapping[str, inspect.Parameter]
Wires = Mapping[str, WireType]


def described(
    method: Method, route: Route, arguments: Arguments, wires: Wires, schemas: HintSchemas, notes: list[str]
) -> dict[str, Any]:
    """The operation of a method, without its failures."""
    return _Describer(method, route, arguments, wires, schemas, notes).operation()


class _Describer:
    def __init__(
        self,
        method: Method,
        route: Route,
        arguments: Arguments,
        wires: Wires,
        schemas: HintSchemas,
        notes: list[str],
    ) -> None:
        self.method = method
        self.route = route
        self.arguments = arguments
        self.wires = wires
        self.schemas = schemas
        self.notes = notes

    def operation(self) -> dict[str, Any]:
        doc = self.method.doc or self.method.name.replace("_", " ")
        operation: dict[str, Any] = {
            "operationId": camel(self.method.name),
            "summary": doc.partition("\n")[0].rstrip("."),
        }
        parameters = [self.parameter("path", name) for name in self.route.in_path]
        parameters += [self.parameter("query", name) for name in self.route.in_query]
        if parameters:
            operation["parameters"] = parameters
        if self.route.in_body:
            operation["requestBody"] = self.body()
        operation["responses"] = self.success()
        return operation

    def parameter(self, place: str, name: str) -> dict[str, Any]:
        argument = self.arguments[name]
        required = argument.default is argument.empty or place == "path"
        schema = self.member(name)
        if argument.default is None:
            schema = without_null(schema)
        return {"name": camel(name), "in": place, **({"required": True} if required else {}), "schema": schema}

    def body(self) -> dict[str, Any]:
        only = self.route.in_body[0]
        is_alone = len(self.route.in_body) == 1
        is_required = self.arguments[only].default is inspect.Parameter.empty
        if is_alone and self.method.hints[only] is bytes:
            return {"required": is_required, "content": _BYTES}
        if is_alone and _may_be_object(self.wires[only].takes):
            # An object that it is a member of would be one that it could be itself, and binding would take it for that.
            schema = self.schemas.of(self.method.hints[only])
            schema = without_null(schema) if self.arguments[only].default is None else schema
            return {"required": is_required, "content": {"application/json": {"schema": schema}}}
        required = [name for name in self.route.in_body if self.arguments[name].default is inspect.Parameter.empty]
        schema = {
            "type": "object",
            **({"required": [camel(name) for name in required]} if required else {}),
            "additionalProperties": False,
            "properties": {camel(name): self.member(name) for name in self.route.in_body},
        }
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    def member(self, name: str) -> dict[str, Any]:
        """The schema of an argument, with its default where JSON has one like it."""
        argument = self.arguments[name]
        schema = self.schemas.of(self.method.hints[name])
        if argument.default is argument.empty or argument.default is None:
            return schema
        default = default_of(self.method, argument)
        return {**schema, "default": default} if default == _plain(argument.default) else schema

    def success(self) -> dict[str, Any]:
        hint = self.method.hints["return"]
        if hint is type(None):
            return {"204": {"description": "Done."}}
        content = _BYTES if hint is bytes else {"application/json": {"schema": self.schemas.of(hint)}}
        return {"201" if self.route.is_creation else "200": {"description": "The result.", "content": content}}


def _may_be_object(shape: Shape) -> bool:
    return "object" in shape.kinds


def _plain(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else getattr(default, "value", default)
