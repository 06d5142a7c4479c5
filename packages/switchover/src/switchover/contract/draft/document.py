"""A first contract for a typed class: OpenAPI 3.1 that loads, and binds back to the same class."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Final

from switchover.contract.draft.carrying import carrying_notes, places_in
from switchover.contract.draft.dump import dumped
from switchover.contract.draft.operation import described
from switchover.contract.draft.planner import Choice, Planned, Planner
from switchover.contract.draft.problems import PROBLEM, Problems, hints_of
from switchover.contract.draft.routes import Route, fallback
from switchover.contract.draft.schemas import HintSchemas
from switchover.contract.findings import PythonFinding
from switchover.contract.functions import interface_of
from switchover.contract.interface import methods_of
from switchover.contract.operations.parameters import CALLER_HEADER
from switchover.contract.operations.servers import url_problem
from switchover.errors import ContractError

_OPEN: Final = (
    "no method takes a caller, so the contract has no `security`, and a service lets anyone call: "
    "give it some, unless that is meant"
)
_GET: Final = "it may be repeated, rehearsed, and answered in this process on failure"
_OTHER: Final = "it is sent once, never rehearsed, and never answered in this process once it was sent"


@dataclass(frozen=True, slots=True)
class Draft:
    """A first contract.

    Attributes:
        text: the contract, as YAML.
        notes: what a person should look at, every guess included.
        errors: the exceptions that it documents.
        methods: what became operations.
        left_out: the methods that did not, each with the reason.
    """

    text: str
    notes: tuple[str, ...]
    errors: tuple[type[Exception], ...] = ()
    methods: tuple[str, ...] = ()
    left_out: tuple[PythonFinding, ...] = ()


def draft(
    interface: type | ModuleType,
    *,
    caller: type | None = None,
    title: str | None = None,
    server: str = "/api",
    choice: Choice | None = None,
) -> Draft:
    """Write a first contract for a typed class, or for the functions of a module.

    A method that cannot be an operation is left out, with the reason in `Draft.left_out`.

    Args:
        interface: a class or Protocol with annotated methods, or a module with annotated functions.
        caller: the type of the first argument of methods that act for somebody.
        title: of the contract; the class's name if not given.
        server: base path.
        choice: which methods, and which of them only read.

    Raises:
        ContractError: no method can be an operation, or `server` or `choice` is wrong; every reason is listed.
    """
    if isinstance(interface, ModuleType):
        try:
            interface = interface_of(interface)
        except ValueError as error:
            raise ContractError(str(error), ()) from error
    return _Drafter(interface, caller, choice or Choice()).draft(title or interface.__name__, server)


class _Drafter:
    def __init__(self, interface: type, caller: type | None, choice: Choice) -> None:
        self.interface = interface
        self.planner = Planner(interface, caller, choice)
        self.notes = self.planner.notes
        self.problems = self.planner.problems

    def draft(self, title: str, server: str) -> Draft:
        methods = methods_of(self.interface)
        if (problem := url_problem(server)) is not None:
            self.planner.problem("", f"cannot be served at {server!r}, which {problem}")
        self.planner.check_choice(methods)
        self._refuse()
        planned = list(self.planner.plan(methods))
        if not planned:
            reasons = self.problems or [self.planner.finding("", "has no public methods")]
            raise ContractError(f"{self.interface.__name__} cannot be drafted:", reasons)
        schemas = HintSchemas(_hints(planned))
        problems = Problems(schemas)
        paths: dict[str, dict[str, Any]] = {}
        places: dict[str, list[str]] = {}
        for item in _routed(planned):
            operation = described(item.method, item.route, item.arguments, item.wires, schemas, self.notes)
            if item.has_caller:
                operation["security"] = [{"service": [], "caller": []}]
            operation["responses"].update(problems.of(item.route, item.errors, has_caller=item.has_caller))
            paths.setdefault(item.route.path, {})[item.route.http_method.lower()] = operation
            self.notes.append(_guess_note(item))
            for kind, place in places_in(item.method.name, item.arguments, item.method.hints, item.route.in_query):
                places.setdefault(kind, []).append(place)
        self.notes += carrying_notes(places)
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
        if not any(item.has_caller for item in planned):
            self.notes.append(_OPEN)
        errors = dict.fromkeys(error.cls for item in planned for error in item.errors)
        return Draft(
            dumped(document),
            tuple(dict.fromkeys(self.notes)),
            tuple(errors),
            tuple(item.method.name for item in planned),
            tuple(self.problems),
        )

    def _refuse(self) -> None:
        """Raise what concerns no single method."""
        if self.problems:
            raise ContractError(f"{self.interface.__name__} cannot be drafted:", self.problems)


def _guess_note(item: Planned) -> str:
    """What was assumed of a method, what follows from that, and how to say otherwise."""
    name, route = item.method.name, item.route
    address = f"{name} is {route.http_method} {route.path}, {item.guess.why}"
    if route.http_method == "GET":
        return f"{address}: {_GET}" + ("" if item.guess.is_decided else f"; --unsafe {name} if it changes anything")
    if item.guess.is_safe:
        body = next((one for one in item.arguments if one in route.in_body), "")
        return f"{address}, but {body!r} does not fit into a query: {_OTHER}"
    return f"{address}: {_OTHER}" + ("" if item.guess.is_decided else f"; --safe {name} if it only reads")


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
