"""All operations of a contract and all methods of an interface."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from switchover.contract import Document, Operation, OperationReader, SchemaEngine
from switchover.contract.interface import Method, methods_of
from switchover.contract.naming import is_same, snake
from switchover.errors import BindError
from switchover.port.bind.operation import plan_for
from switchover.port.bind.shadows import warnings_of, with_shadows
from switchover.port.callers import caller_form
from switchover.port.exceptions import ErrorClasses, classes_by_key
from switchover.port.matching import remembered
from switchover.port.plan import CallerForm, Plan

_PARAMETER: Final = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, eq=False)
class Binding:
    """What binding finds out: plans by method name, the caller's form, and what was passed over."""

    plans: Mapping[str, Plan]
    caller: CallerForm | None
    warnings: tuple[str, ...]


def bind(
    document: Document,
    interface: type,
    *,
    caller: type | None = None,
    errors: ErrorClasses = None,
    operations: Collection[str] | None = None,
) -> Binding:
    """Hold a contract against an interface.

    Raises:
        BindError: they differ; all differences are listed.
    """
    if wrong := [*_no_class(interface), *_no_selection(operations)]:
        raise BindError(f"{document.name} cannot be bound:", wrong)
    binder = _Binder(document, interface, caller, errors)
    with remembered(binder.annotations()):
        plans = binder.plans(operations)
    if count := len(binder.differences):
        places = "one place" if count == 1 else f"{count} places"
        headline = f"{document.name} and {interface.__module__}.{interface.__qualname__} differ in {places}:"
        raise BindError(headline, binder.differences)
    return Binding(plans, binder.caller, tuple(binder.warnings))


class _Binder:
    def __init__(self, document: Document, interface: type, caller: type | None, errors: ErrorClasses) -> None:
        self.document = document
        self.interface = interface
        self.methods = methods_of(interface)
        self.engine = SchemaEngine(document)
        self.warnings: list[str] = []
        self.classes, self.differences = classes_by_key(errors, interface)
        self.caller_type = caller
        self.caller: CallerForm | None = None
        if caller is not None:
            self.caller, found = caller_form(caller)
            self.differences += found

    def plans(self, wanted: Collection[str] | None) -> dict[str, Plan]:
        plans: dict[str, Plan] = {}
        read = [item for item in OperationReader(self.document).read() if wanted is None or _is_wanted(item[0], wanted)]
        operations = [operation for operation, _ in read]
        self._check_wanted(wanted or (), operations)
        self._check_unique(operations)
        for operation, notes in read:
            self.warnings += [f"{operation.id}: {finding}" for finding in notes.warnings]
            self.differences += [f"{operation.id}: {finding}" for finding in notes.errors]
            method = self._method_of(operation)
            plan, found = plan_for(operation, method, self) if method is not None else (None, [])
            if method is None:
                found = [f"{operation.id}: {self.interface.__name__} has no method `{snake(operation.id)}`"]
            self.differences += found
            if plan is not None:
                plans[plan.method] = shadowed = with_shadows(plan, operations)
                self.warnings += warnings_of(shadowed)
        self._check_methods(operations, is_partial=wanted is not None)
        self.engine.finish()
        return plans

    def annotations(self) -> list[Any]:
        """What the methods take and return."""
        hints = [hint for method in self.methods.values() for hint in method.hints.values()]
        return [hint for hint in hints if hint is not self.caller_type]

    def _method_of(self, operation: Operation) -> Method | None:
        return next((method for name, method in self.methods.items() if is_same(name, operation.id)), None)

    def _check_wanted(self, wanted: Collection[str], read: list[Operation]) -> None:
        for name in wanted:
            if not any(is_same(name, operation.id) for operation in read):
                self.differences.append(f"{name}: the contract has no such operation")

    def _check_unique(self, read: list[Operation]) -> None:
        names: dict[str, Operation] = {}
        addresses: dict[tuple[str, str], Operation] = {}
        for operation in read:
            first = names.setdefault(snake(operation.id), operation)
            if first is not operation:
                self.differences.append(
                    f"{operation.id}: {operation.node.where} has the operationId of {first.node.where}"
                )
            other = addresses.setdefault((operation.method, _PARAMETER.sub("{}", operation.path)), operation)
            if other is not operation:
                what = f"{operation.method} {operation.path} is the address of {other}"
                self.differences.append(f"{operation.id}: {what}; names of parameters do not tell addresses apart")

    def _check_methods(self, read: list[Operation], *, is_partial: bool) -> None:
        bound: dict[str, str] = {}
        for name, method in self.methods.items():
            operation = next((operation for operation in read if is_same(name, operation.id)), None)
            if operation is None:
                if not is_partial and not method.is_optional:
                    what = f"the contract has no operation for this method of {self.interface.__name__}"
                    self.differences.append(f"{name}: {what}")
            elif bound.setdefault(operation.id, name) != name:
                self.differences.append(f"{name}: {operation.id} is answered by {bound[operation.id]} already")


def _no_class(interface: Any) -> list[str]:
    return [] if isinstance(interface, type) else [f"{interface!r} is no class"]


def _no_selection(operations: Any) -> list[str]:
    """A text is made of texts, and a mapping would say more than is read: neither is what was meant."""
    if operations is None:
        return []
    if isinstance(operations, str | bytes | Mapping) or not isinstance(operations, Collection):
        return [f"operations is {operations!r}; name the operations in a list or set"]
    return [f"operations has {name!r}, which is no name" for name in operations if not isinstance(name, str)]


def _is_wanted(operation: Operation, wanted: Collection[str]) -> bool:
    return any(is_same(name, operation.id) for name in wanted)
