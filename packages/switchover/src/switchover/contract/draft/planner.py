"""The methods of a class that can be operations, with their routes and failures, and what keeps the others out."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from switchover.contract.annotations import NotAWireType, WireType, wire_type
from switchover.contract.draft.defaults import NoDefault, default_of
from switchover.contract.draft.failures import DraftedError, raised_by
from switchover.contract.draft.readmodel import proposal
from switchover.contract.draft.routes import Route, route_of
from switchover.contract.draft.safety import Guess, guess
from switchover.contract.findings import PythonFinding
from switchover.contract.interface import Method, other_members
from switchover.contract.naming import plain


@dataclass(frozen=True, slots=True)
class Choice:
    """What the team decides about a draft, by names of methods.

    Attributes:
        only: the methods to draft; None for all.
        safe: methods that change nothing.
        unsafe: methods that change something.
        refused: methods to leave out, each with the reasons.
    """

    only: Collection[str] | None = None
    safe: Collection[str] = ()
    unsafe: Collection[str] = ()
    refused: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Planned:
    """One method, and where it goes."""

    method: Method
    arguments: dict[str, inspect.Parameter]
    wires: dict[str, WireType]
    route: Route
    errors: list[DraftedError]
    has_caller: bool
    guess: Guess


class Planner:
    """Plans the methods of one class.

    Attributes:
        notes: what a person should look at.
        problems: what keeps methods, or the whole class, from having a contract.
    """

    def __init__(self, interface: type, caller: type | None, choice: Choice) -> None:
        self.interface = interface
        self.caller = caller
        self.choice = choice
        self.notes: list[str] = []
        self.problems: list[PythonFinding] = []

    def finding(self, method: str, message: str) -> PythonFinding:
        """A sentence about a method, or about the class if `method` is empty."""
        place = f"{self.interface.__module__}:{self.interface.__qualname__}"
        return PythonFinding(f"{place}.{method}" if method else place, message)

    def problem(self, method: str, message: str) -> None:
        """Note what keeps a method, or the class if `method` is empty, from having a contract."""
        self.problems.append(self.finding(method, message))

    def check_choice(self, methods: Mapping[str, Method]) -> None:
        """Note names that are no methods, and those that contradict one another."""
        for option in ("only", "safe", "unsafe"):
            for name in getattr(self.choice, option) or ():
                if name not in methods:
                    there_are = ", ".join(methods) or "none"
                    self.problem("", f"has no method {name!r}, which --{option} names; its methods are {there_are}")
        for name in self.choice.safe:
            if name in self.choice.unsafe:
                self.problem(name, "is named by both --safe and --unsafe")

    def plan(self, methods: Mapping[str, Method]) -> Iterator[Planned]:
        """The methods that can be operations; the others become problems, or notes if they are probably helpers."""
        names: dict[str, str] = {}
        codes: dict[str, type[Exception]] = {}
        for method in self._wanted(methods):
            before = len(self.problems)
            if (other := names.setdefault(plain(method.name), method.name)) != method.name:
                what = f"differs in case style only from {other!r}, and a contract cannot tell such names apart"
                self.problem(method.name, what)
            planned = self._planned(method)
            if planned is not None:
                self._check_codes(planned, codes)
            if planned is not None and len(self.problems) == before:
                yield planned
            elif method.is_optional and self.choice.only is None:
                reasons = "; ".join(item.message for item in self.problems[before:])
                del self.problems[before:]
                self.notes.append(f"{method.name}, a static or class method, is left out: {reasons}")

    def _wanted(self, methods: Mapping[str, Method]) -> Iterator[Method]:
        for name, method in methods.items():
            if self.choice.only is None or name in self.choice.only:
                reasons = self.choice.refused.get(name, ())
                for reason in reasons:
                    self.problem(name, reason)
                if not reasons:
                    yield method
        if self.choice.only is None:
            for name, what in other_members(self.interface).items():
                self.notes.append(f"{name} is {what}, and is left out; write a method if callers need it")

    def _planned(self, method: Method) -> Planned | None:
        for problem in method.problems:
            self.problem(method.name, problem)
        if method.problems:
            return None
        listed = method.parameters
        has_caller = bool(listed) and self.caller is not None and method.hints[listed[0].name] is self.caller
        arguments = {item.name: item for item in listed[has_caller:]}
        self._check_names(arguments, method.name)
        wires: dict[str, WireType] = {}
        for name in (*arguments, "return"):
            try:
                wires[name] = wire_type(method.hints[name])
            except NotAWireType as error:
                what = "returns what" if name == "return" else f"has the argument {name!r}, which"
                reason = f"{what} cannot cross as JSON: {error}{proposal(method.hints[name])}"
                self.problem(method.name, reason)
        self._check_defaults(method, [item for name, item in arguments.items() if name in wires])
        if len(wires) <= len(arguments):
            return None
        found = guess(method, self.choice.safe, self.choice.unsafe)
        route = route_of(method.name, arguments.values(), lambda name: wires[name].takes, is_safe=found.is_safe)
        errors = self._errors(method)
        return Planned(method, arguments, wires, route, errors, has_caller=has_caller, guess=found)

    def _check_defaults(self, method: Method, arguments: list[inspect.Parameter]) -> None:
        for argument in arguments:
            if argument.default is not argument.empty and argument.default is not None:
                try:
                    default_of(method, argument)
                except NoDefault as error:
                    self.problem(method.name, f"gives {argument.name!r} {error}")

    def _errors(self, method: Method) -> list[DraftedError]:
        errors = raised_by(method, self.notes)
        for error in errors:
            for name, hint, _ in error.members:
                try:
                    wire_type(hint)
                except NotAWireType as reason:
                    made = f"raises {error.cls.__name__}, which is made with {name!r}"
                    self.problem(method.name, f"{made}, which cannot cross as JSON: {reason}")
        return errors

    def _check_names(self, names: Iterable[str], method: str) -> None:
        first: dict[str, str] = {}
        for name in names:
            other = first.setdefault(plain(name), name)
            if other != name:
                both = f"has the arguments {other!r} and {name!r}, which differ in case style only"
                self.problem(method, f"{both}; that does not tell them apart in a contract")

    def _check_codes(self, planned: Planned, first: dict[str, type[Exception]]) -> None:
        for error in planned.errors:
            other = first.setdefault(error.code, error.cls)
            if other is not error.cls:
                both = f"{other.__module__}.{other.__qualname__} and {error.cls.__module__}.{error.cls.__qualname__}"
                what = f"raises {error.cls.__name__}, and {both} have the code {error.code!r}"
                self.problem(planned.method.name, f"{what}; give one of them a `code` of its own")
