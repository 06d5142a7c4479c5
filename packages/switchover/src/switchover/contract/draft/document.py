"""A first contract for a typed class: OpenAPI 3.1 that loads, and binds back to the same class."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from switchover.contract.annotations import NotAWireType, WireType, wire_type
from switchover.contract.draft.dump import dumped
from switchover.contract.draft.failures import DraftedError, raised_by
from switchover.contract.draft.operation import described
from switchover.contract.draft.problems import PROBLEM, Problems, hints_of
from switchover.contract.draft.routes import Route, fallback, route_of
from switchover.contract.draft.schemas import HintSchemas
from switchover.contract.findings import Finding, Location
from switchover.contract.interface import Method, methods_of
from switchover.contract.naming import plain
from switchover.contract.operations.parameters import CALLER_HEADER
from switchover.errors import ContractError


@dataclass(frozen=True, slots=True)
class Draft:
    """A first contract: its text, and what a person should look at."""

    text: str
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Planned:
    """One method, and where it goes."""

    method: Method
    arguments: dict[str, inspect.Parameter]
    wires: dict[str, WireType]
    route: Route
    errors: list[DraftedError]
    has_caller: bool


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
        self.problems: list[str] = []

    def draft(self, title: str, server: str) -> Draft:
        methods = methods_of(self.interface)
        self._check_names("methods", methods)
        planned = [made for method in methods.values() if (made := self._planned(method)) is not None]
        self._check_codes(planned)
        if self.problems:
            where = Location(inspect.getsourcefile(self.interface) or self.interface.__module__, 1)
            findings = [Finding(where, problem) for problem in self.problems]
            raise ContractError(f"{self.interface.__name__} cannot be drafted:", findings)
        schemas = HintSchemas(_hints(planned))
        problems = Problems(schemas)
        paths: dict[str, dict[str, Any]] = {}
        for item in _routed(planned):
            operation = described(item.method, item.route, item.arguments, item.wires, schemas, self.notes)
            if item.has_caller:
                operation["security"] = [{"service": [], "caller": []}]
            operation["responses"].update(problems.of(item.route, item.errors, has_caller=item.has_caller))
            paths.setdefault(item.route.path, {})[item.route.http_method.lower()] = operation
        document = {
            "openapi": "3.1.0",
            "info": {"title": title, "version": "0.1.0", **_description(self.interface)},
            "servers": [{"url": server}],
            "paths": paths,
            "components": {
                "schemas": {**schemas.components, problems.name: PROBLEM},
                "responses": problems.responses,
                **_security(planned),
            },
        }
        return Draft(dumped(document), tuple(dict.fromkeys(self.notes)))

    def _planned(self, method: Method) -> Planned | None:
        self.problems += [f"{method.name} {problem}" for problem in method.problems]
        if method.problems:
            return None
        listed = method.parameters
        has_caller = bool(listed) and self.caller is not None and method.hints[listed[0].name] is self.caller
        arguments = {item.name: item for item in listed[has_caller:]}
        self._check_names(f"arguments of {method.name}", arguments)
        wires: dict[str, WireType] = {}
        for name in (*arguments, "return"):
            try:
                wires[name] = wire_type(method.hints[name])
            except NotAWireType as error:
                what = "returns what" if name == "return" else f"has the argument {name!r}, which"
                self.problems.append(f"{method.name} {what} cannot cross as JSON: {error}")
        if len(wires) <= len(arguments):
            return None
        route = route_of(method.name, arguments.values(), lambda name: wires[name].takes)
        errors = self._errors(method)
        return Planned(method, arguments, wires, route, errors, has_caller=has_caller)

    def _errors(self, method: Method) -> list[DraftedError]:
        errors = raised_by(method, inspect.getattr_static(self.interface, method.name), self.notes)
        for error in errors:
            for name, hint, _ in error.members:
                try:
                    wire_type(hint)
                except NotAWireType as reason:
                    self.problems.append(
                        f"{error.cls.__name__} is made with {name!r}, which cannot cross as JSON: {reason}"
                    )
        return errors

    def _check_names(self, what: str, names: Iterable[str]) -> None:
        first: dict[str, str] = {}
        for name in names:
            other = first.setdefault(plain(name), name)
            if other != name:
                self.problems.append(
                    f"the {what} {other!r} and {name!r} differ in case style only, which does not tell them apart in a contract"
                )

    def _check_codes(self, planned: Iterable[Planned]) -> None:
        first: dict[str, type[Exception]] = {}
        for error in (error for item in planned for error in item.errors):
            other = first.setdefault(error.code, error.cls)
            if other is not error.cls:
                both = f"{other.__module__}.{other.__qualname__} and {error.cls.__module__}.{error.cls.__qualname__}"
                self.problems.append(f"{both} have the code {error.code!r}; give one of them a `code` of its own")


def _hints(planned: Iterable[Planned]) -> Iterator[Any]:
    for item in planned:
        yield from (item.method.hints[name] for name in (*item.arguments, "return"))
        yield from hints_of(item.errors)
    yield from hints_of(())


def _routed(planned: Iterable[Planned]) -> Iterator[Planned]:
    """Each method with a route that no other has. Names of parameters do not tell paths apart."""
    taken: set[tuple[str, str]] = set()
    templates: dict[str, str] = {}
    for item in planned:
        blind = _blind(item.route.path)
        route = item.route
        if (route.http_method, blind) in taken or templates.setdefault(blind, route.path) != route.path:
            route = fallback(item.method.name, item.route)
        taken.add((route.http_method, _blind(route.path)))
        templates.setdefault(_blind(route.path), route.path)
        yield replace(item, route=route)


def _blind(path: str) -> str:
    return "/".join("{}" if piece.startswith("{") else piece for piece in path.split("/"))


def _security(planned: Iterable[Planned]) -> dict[str, Any]:
    schemes = {
        "service": {"type": "http", "scheme": "bearer"},
        "caller": {"type": "apiKey", "in": "header", "name": CALLER_HEADER},
    }
    return {"securitySchemes": schemes} if any(item.has_caller for item in planned) else {}


def _description(interface: type) -> dict[str, str]:
    doc = inspect.getdoc(interface)
    return {"description": doc} if doc and interface.__doc__ else {}
