"""A first contract for a typed class: OpenAPI 3.1 that loads, and binds back to the same class."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml
from pydantic import TypeAdapter

from switchover.contract.annotations import NotAWireType, PortJsonSchema, WireType, wire_type
from switchover.contract.draft.failures import DraftedError, raised_by
from switchover.contract.draft.routes import Route, fallback, route_of
from switchover.contract.findings import Finding, Location
from switchover.contract.interface import Method, methods_of
from switchover.contract.parameters import CALLER_HEADER
from switchover.contract.shape import Shape
from switchover.errors import WIRE_ERRORS, ContractError, InvalidRequest

_REFERENCE: Final = "#/components/schemas/{model}"
_ALWAYS: Final = ("malformed_request", "not_acceptable", "internal_error", "service_unavailable")
_WITH_CALLER: Final = ("unauthenticated", "forbidden")
_WITH_BODY: Final = ("payload_too_large", "unsupported_media_type")
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "Stable; programs decide by it."},
        "detail": {"type": "string", "description": "For people; may change."},
        "traceId": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    },
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A first contract: its text, and what a person should look at."""

    text: str
    notes: tuple[str, ...]


def draft(interface: type, *, caller: type | None = None, title: str | None = None, server: str = "/api") -> Draft:
    """Write a first contract for a typed class.

    Args:
        interface: a class or Protocol with annotated methods.
        caller: the type of the first argument of methods that act for somebody.
        title: of the contract; the class's name if not given.
        server: base path.

    Raises:
        ContractError: a method cannot be an operation; all of them are named.
    """
    return _Drafter(interface, caller).draft(title or interface.__name__, server)


class _Drafter:
    def __init__(self, interface: type, caller: type | None) -> None:
        self.interface = interface
        self.caller = caller
        self.notes: list[str] = []
        self.schemas: dict[str, Any] = {}
        self.responses: dict[str, Any] = {}
        self.problems: list[str] = []
        self.has_callers = False

    def draft(self, title: str, server: str) -> Draft:
        paths: dict[str, dict[str, Any]] = {}
        for name, method in methods_of(self.interface).items():
            self.problems += [f"{name} {problem}" for problem in method.problems]
            if not method.problems:
                self._add(paths, method)
        if self.problems:
            where = Location(inspect.getsourcefile(self.interface) or self.interface.__module__, 1)
            raise ContractError(
                f"{self.interface.__name__} cannot be drafted:", [Finding(where, problem) for problem in self.problems]
            )
        document = {
            "openapi": "3.1.0",
            "info": {"title": title, "version": "0.1.0", **_description(self.interface)},
            "servers": [{"url": server}],
            "paths": paths,
            "components": self._components(),
        }
        text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
        return Draft(text, tuple(self.notes))

    def _components(self) -> dict[str, Any]:
        components: dict[str, Any] = {"schemas": {**self.schemas, "Problem": _PROBLEM}, "responses": self.responses}
        if self.has_callers:
            components["securitySchemes"] = {
                "service": {"type": "http", "scheme": "bearer"},
                "caller": {"type": "apiKey", "in": "header", "name": CALLER_HEADER},
            }
        return components

    def _add(self, paths: dict[str, dict[str, Any]], method: Method) -> None:
        arguments = method.parameters
        has_caller = bool(arguments) and self.caller is not None and method.hints.get(arguments[0].name) is self.caller
        arguments = arguments[has_caller:]
        self.has_callers |= has_caller
        try:
            wires = {item.name: wire_type(method.hints[item.name]) for item in arguments}
        except NotAWireType as error:
            self.problems.append(f"{method.name} has an argument that cannot cross as JSON: {error}")
            return
        route = route_of(method, arguments, lambda name: wires[name].takes)
        if route.http_method.lower() in paths.get(route.path, {}):
            route = fallback(method, route)
        operation = self._operation(
            method, route, {item.name: item for item in arguments}, wires, has_caller=has_caller
        )
        paths.setdefault(route.path, {})[route.http_method.lower()] = operation

    def _operation(
        self,
        method: Method,
        route: Route,
        arguments: Mapping[str, inspect.Parameter],
        wires: Mapping[str, WireType],
        *,
        has_caller: bool,
    ) -> dict[str, Any]:
        summary = (method.doc or method.name.replace("_", " ")).partition("\n")[0].rstrip(".")
        operation: dict[str, Any] = {"operationId": _camel(method.name), "summary": summary}
        if has_caller:
            operation["security"] = [{"service": [], "caller": []}]
        parameters = [self._parameter("path", arguments[name], method) for name in route.in_path]
        parameters += [self._parameter("query", arguments[name], method) for name in route.in_query]
        if parameters:
            operation["parameters"] = parameters
        if route.in_body:
            operation["requestBody"] = self._body(method, route, arguments, wires)
        operation["responses"] = {
            **self._success(method, route),
            **self._failures(method, route, has_caller=has_caller),
        }
        return operation

    def _parameter(self, place: str, argument: inspect.Parameter, method: Method) -> dict[str, Any]:
        schema = self._schema(method.hints[argument.name])
        required = argument.default is argument.empty
        if not required and argument.default is not None and "$ref" not in schema:
            schema = {
                **schema,
                "default": TypeAdapter(method.hints[argument.name]).dump_python(argument.default, mode="json"),
            }
        if not required and argument.default is None:
            schema = _without_null(schema)
        found: dict[str, Any] = {"name": _camel(argument.name), "in": place}
        if required or place == "path":
            found["required"] = True
        return {**found, "schema": schema}

    def _body(
        self, method: Method, route: Route, arguments: Mapping[str, inspect.Parameter], wires: Mapping[str, WireType]
    ) -> dict[str, Any]:
        only = route.in_body[0]
        if len(route.in_body) == 1 and _is_object(wires[only].takes):
            is_required = arguments[only].default is inspect.Parameter.empty
            schema = self._schema(method.hints[only])
            return {
                "required": is_required,
                "content": {"application/json": {"schema": schema if is_required else _without_null(schema)}},
            }
        required = [name for name in route.in_body if arguments[name].default is inspect.Parameter.empty]
        schema = {
            "type": "object",
            **({"required": [_camel(name) for name in required]} if required else {}),
            "additionalProperties": False,
            "properties": {_camel(name): self._member(arguments[name], method) for name in route.in_body},
        }
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    def _member(self, argument: inspect.Parameter, method: Method) -> dict[str, Any]:
        schema = self._schema(method.hints[argument.name])
        if argument.default is argument.empty or argument.default is None or "$ref" in schema:
            return schema
        return {
            **schema,
            "default": TypeAdapter(method.hints[argument.name]).dump_python(argument.default, mode="json"),
        }

    def _success(self, method: Method, route: Route) -> dict[str, Any]:
        hint = method.hints["return"]
        if hint is type(None):
            return {"204": {"description": "Done."}}
        schema = self._schema(hint)
        return {
            "201" if route.is_creation else "200": {
                "description": "The result.",
                "content": {"application/json": {"schema": schema}},
            }
        }

    def _failures(self, method: Method, route: Route, *, has_caller: bool) -> dict[str, Any]:
        function = inspect.getattr_static(self.interface, method.name)
        by_status: dict[int, list[DraftedError]] = {}
        for error in raised_by(method, function, self.notes):
            by_status.setdefault(error.status, []).append(error)
        codes = [*_ALWAYS, *(_WITH_CALLER if has_caller else ()), *(_WITH_BODY if route.in_body else ())]
        if route.in_path or route.in_query or route.in_body:
            codes.append("invalid_request")
        kit = {error.status: error.code for error in WIRE_ERRORS if error.code in codes}
        return {
            str(status): self._failure(status, by_status.get(status, []), kit.get(status))
            for status in sorted({*by_status, *kit})
        }

    def _failure(self, status: int, errors: list[DraftedError], kit: str | None) -> dict[str, Any]:
        names = [*(error.cls.__name__ for error in errors), *([_pascal(kit)] if kit else [])]
        options = [self._option(error.code, error.members) for error in errors]
        if kit:
            options.append(self._option(kit, _INVALID if kit == InvalidRequest.code else ()))
        schema = options[0] if len(options) == 1 else {"oneOf": options}
        described = {
            "description": " or ".join(names) + ".",
            "content": {"application/problem+json": {"schema": schema}},
        }
        key = "Or".join(names)
        self.responses.setdefault(key, described)
        return {"$ref": f"#/components/responses/{key}"}

    def _option(self, code: str, members: Iterable[tuple[str, Any, bool]]) -> dict[str, Any]:
        listed = list(members)
        own: dict[str, Any] = {
            "properties": {"code": {"const": code}, **{_camel(name): self._schema(hint) for name, hint, _ in listed}}
        }
        if required := [_camel(name) for name, _, is_required in listed if is_required]:
            own = {"required": required, **own}
        return {"allOf": [{"$ref": "#/components/schemas/Problem"}, own]}

    def _schema(self, hint: Any) -> dict[str, Any]:
        """The schema of an annotation; the models in it become components."""
        schema = TypeAdapter(hint).json_schema(
            mode="validation", ref_template=_REFERENCE, schema_generator=PortJsonSchema
        )
        for name, model in schema.pop("$defs", {}).items():
            self.schemas[name] = _tidy(model)
        if "properties" in schema and schema.get("title") and isinstance(schema["title"], str):
            name = schema["title"]
            self.schemas[name] = _tidy(schema)
            return {"$ref": _REFERENCE.format(model=name)}
        tidy: dict[str, Any] = _tidy(schema)
        return tidy


_INVALID: Final = (("errors", list[dict[str, str]], True),)


def _tidy(value: Any, *, is_map: bool = False) -> Any:
    """Without the titles that pydantic makes up of names."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _tidy(below, is_map=key in ("properties", "$defs") and not is_map)
        for key, below in value.items()
        if is_map or not (key == "title" and isinstance(below, str))
    }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An argument that is None when it is not sent is never sent as null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    if len(options) == 1:
        return {**options[0], **rest}
    return {**rest, "anyOf": options} if options else schema


def _is_object(shape: Shape) -> bool:
    return shape.kinds == {"object"}


def _description(interface: type) -> dict[str, str]:
    doc = inspect.getdoc(interface)
    return {"description": doc} if doc and interface.__doc__ else {}


def _camel(name: str) -> str:
    first, *rest = name.strip("_").split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _pascal(code: str) -> str:
    return "".join(word.capitalize() for word in code.split("_"))


class _Dumper(yaml.SafeDumper):
    """Writes each use of a schema out, instead of anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
