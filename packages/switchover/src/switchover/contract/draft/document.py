"""A first contract for a typed class: OpenAPI 3.1 that loads, and binds back to the same class."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from switchover.contract.annotations import NotAWireType, WireType, wire_type
from switchover.contract.draft.defaults import NoDefault, default_of
from switchover.contract.draft.dump import dumped
from switchover.contract.draft.failures import DraftedError, raised_by
from switchover.contract.draft.operation import described
from switchover.contract.draft.problems import PROBLEM, Problems, hints_of
from switchover.contract.draft.routes import Route, fallback, route_of
from switchover.contract.draft.schemas import HintSchemas
from switchover.contract.findings import PythonFinding
from switchover.contract.interface import Method, methods_of
from switchover.contract.naming import plain
from switchover.contract.operations.parameters import CALLER_HEADER
from switchover.contract.operations.servers import url_problem
from switchover.errors import ContractError

_OPEN: Final = "no method takes a caller, so the contract has no `security`, and a service lets anyone call: give it some, unless that is meant"


@dataclass(frozen=True, slots=True)
class Draft:
    """A first contract: its text, what a person should look at, and the exceptions that it documents."""

    text: str
    notes: tuple[str, ...]
    errors: tuple[type[Exception], ...] = ()


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
        self.problems: list[PythonFinding] = []

    def draft(self, title: str, server: str) -> Draft:
        if (problem := url_problem(server)) is not None:
            self._problem("", f"cannot be served at {server!r}, which {problem}")
        methods = methods_of(self.interface)
        self._check_names("methods", methods)
        planned = [made for method in methods.values() if (made := self._planned(method)) is not None]
        self._check_codes(planned)
        if self.problems:
            raise ContractError(f"{self.interface.__name__} cannot be drafted:", self.problems)
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
        if planned and not any(item.has_caller for item in planned):
            self.notes.append(_OPEN)
        errors = dict.fromkeys(error.cls for item in planned for error in item.errors)
        return Draft(dumped(document), tuple(dict.fromkeys(self.notes)), tuple(errors))

    def _problem(self, method: str, message: str) -> None:
        place = f"{self.interface.__module__}:{self.interface.__qualname__}"
        self.problems.append(PythonFinding(f"{place}.{method}" if method else place, message))

    def _planned(self, method: Method) -> Planned | None:
        for problem in method.problems:
            self._problem(method.name, problem)
        if method.problems:
            return None
        listed = method.parameters
        has_caller = bool(listed) and self.caller is not None and method.hints[listed[0].name] is self.caller
        arguments = {item.name: item for item in listed[has_caller:]}
        self._check_names("arguments", arguments, method.name)
        wires: dict[str, WireType] = {}
        for name in (*arguments, "return"):
            try:
                wires[name] = wire_type(method.hints[name])
            except NotAWireType as error:
                what = "returns what" if name == "return" else f"has the argument {name!r}, which"
                self._problem(method.name, f"{what} cannot cross as JSON: {error}")
        self._check_defaults(method, [item for name, item in arguments.items() if name in wires])
        if len(wires) <= len(arguments):
            return None
        route = route_of(method.name, arguments.values(), lambda name: wires[name].takes)
        errors = self._errors(method)
        return Planned(method, arguments, wires, route, errors, has_caller=has_caller)

    def _check_defaults(self, method: Method, arguments: list[inspect.Parameter]) -> None:
        for argument in arguments:
            if argument.default is not argument.empty and argument.default is not None:
                try:
                    default_of(method, argument)
                except NoDefault as error:
                    self._problem(method.name, f"gives {argument.name!r} {error}")

    def _errors(self, method: Method) -> list[DraftedError]:
        errors = raised_by(method, inspect.getattr_static(self.interface, method.name), self.notes)
        for error in errors:
            for name, hint, _ in error.members:
                try:
                    wire_type(hint)
                except NotAWireType as reason:
                    self._problem(
                        method.name,
                        f"raises {error.cls.__name__}, which is made with {name!r}, which cannot cross as JSON: {reason}",
                    )
        return errors

    def _check_names(self, what: str, names: Iterable[str], method: str = "") -> None:
        first: dict[str, str] = {}
        for name in names:
            other = first.setdefault(plain(name), name)
            if other != name:
                both = f"has the {what} {other!r} and {name!r}, which differ in case style only"
                self._problem(method, f"{both}; that does not tell them apart in a contract")

    def _check_codes(self, planned: Iterable[Planned]) -> None:
        first: dict[str, type[Exception]] = {}
        for error in (error for item in planned for error in item.errors):
            other = first.setdefault(error.code, error.cls)
            if other is not error.cls:
                both = f"{other.__module__}.{other.__qualname__} and {error.cls.__module__}.{error.cls.__qualname__}"
                self._problem("", f"raises {both} with the code {error.code!r}; give one of them a `code` of its own")


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
        route, count = item.route, 1
        while not _is_free(route, taken, templates):
            route, count = fallback(item.method.name, item.route, count), count + 1
        taken.add((route.http_method, _blind(route.path)))
        templates.setdefault(_blind(route.path), route.path)
        yield replace(item, route=route)


def _is_free(route: Route, taken: set[tuple[str, str]], templates: Mapping[str, str]) -> bool:
    blind = _blind(route.path)
    return (route.http_method, blind) not in taken and templates.get(blind, route.path) == route.path


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
