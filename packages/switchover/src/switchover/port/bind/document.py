"""All operations of a contract and all methods of an interface."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from switchover.contract import Document, LeftOut, Operation, SchemaEngine, select
from switchover.contract.generate.names import GENERATED_WITHOUT
from switchover.contract.interface import Method, methods_of
from switchover.contract.naming import is_same, snake
from switchover.errors import BindError
from switchover.port.bind.operation import plan_for
from switchover.port.bind.shadows import warnings_of, with_shadows
from switchover.port.callers import caller_form
from switchover.port.exceptions import ErrorClasses, classes_by_key
from switchover.port.matching import remembered
from switchover.port.plan import CallerForm, Plan


@dataclass(frozen=True, eq=False)
class Binding:
    """What binding finds out: plans by method name, the caller's form, what was passed over, and what was left out."""

    plans: Mapping[str, Plan]
    caller: CallerForm | None
    warnings: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def bind(
    document: Document,
    interface: type,
    *,
    caller: type | None = None,
    errors: ErrorClasses = None,
    operations: Collection[str] | None = None,
    strict: bool = False,
) -> Binding:
    """Hold a contract against an interface. Operations that cannot be honoured are left out, unless `strict`.

    Raises:
        BindError: they differ, or there is nothing left; all differences are listed.
    """
    if wrong := [*_no_class(interface), *_no_selection(operations)]:
        raise BindError(f"{document.name} cannot be bound:", wrong)
    binder = _Binder(document, interface, caller, errors)
    with remembered(binder.annotations()):
        plans = binder.plans(operations)
    if strict or operations is not None or not (plans or binder.differences):
        binder.differences += [item for left_out in binder.left_out for item in left_out.items]
    if count := len(binder.differences):
        places = "one place" if count == 1 else f"{count} places"
        headline = f"{document.name} and {interface.__module__}.{interface.__qualname__} differ in {places}:"
        raise BindError(headline, binder.differences)
    binder.warnings += map(str, binder.left_out)
    return Binding(plans, binder.caller, tuple(binder.warnings), tuple(binder.left_out))


class _Binder:
    def __init__(self, document: Document, interface: type, caller: type | None, errors: ErrorClasses) -> None:
        self.document = document
        self.interface = interface
        self.methods = methods_of(interface)
        self.engine = SchemaEngine(document)
        self.warnings: list[str] = []
        self.left_out: list[LeftOut] = []
        self.classes, self.differences = classes_by_key(errors, interface)
        self.caller_type = caller
        self.caller: CallerForm | None = None
        if caller is not None:
            self.caller, found = caller_form(caller)
            self.differences += found

    def plans(self, wanted: Collection[str] | None) -> dict[str, Plan]:
        plans: dict[str, Plan] = {}
        selection = select(self.document, wanted)
        self.left_out += selection.left_out
        self.differences += [f"{name}: the contract has no such operation" for name in selection.unknown]
        operations = [operation for operation, _ in selection.honoured]
        for operation, notes in selection.honoured:
            method = self._method_of(operation)
            if method is None and wanted is None and operation.id in self._generated_without:
                self.left_out.append(LeftOut(operation.id, (self._generated_without[operation.id],)))
                continue
            self.warnings += [f"{operation.id}: {finding}" for finding in notes.warnings]
            plan, found = plan_for(operation, method, self) if method is not None else (None, [])
            if method is None:
                found = [f"{operation.id}: {self.interface.__name__} has no method `{snake(operation.id)}`"]
            self.differences += found
            if plan is not None:
                plans[plan.method] = shadowed = with_shadows(plan, operations)
                self.warnings += warnings_of(shadowed)
        names = [operation.id for operation in operations]
        self._check_methods([*names, *(item.name for item in self.left_out)], is_partial=wanted is not None)
        self.engine.finish()
        return plans

    def annotations(self) -> list[Any]:
        """What the methods take and return."""
        hints = [hint for method in self.methods.values() for hint in method.hints.values()]
        return [hint for hint in hints if hint is not self.caller_type]

    @property
    def _generated_without(self) -> Mapping[str, str]:
        """The operations that a generated interface does without, each with the reason."""
        found: Mapping[str, str] = getattr(self.interface, GENERATED_WITHOUT, {})
        return found

    def _method_of(self, operation: Operation) -> Method | None:
        return next((method for name, method in self.methods.items() if is_same(name, operation.id)), None)

    def _check_methods(self, known: list[str], *, is_partial: bool) -> None:
        bound: dict[str, str] = {}
        for name, method in self.methods.items():
            operation = next((operation for operation in known if is_same(name, operation)), None)
            if operation is None:
                if not is_partial and not method.is_optional:
                    what = f"the contract has no operation for this method of {self.interface.__name__}"
                    self.differences.append(f"{name}: {what}")
            elif bound.setdefault(operation, name) != name:
                self.differences.append(f"{name}: {operation} is answered by {bound[operation]} already")


def _no_class(interface: Any) -> list[str]:
    return [] if isinstance(interface, type) else [f"{interface!r} is no class"]


def _no_selection(operations: Any) -> list[str]:
    """A text is made of texts, and a mapping would say more than is read: neither is what was meant."""
    if operations is None:
        return []
    if isinstance(operations, str | bytes | Mapping) or not isinstance(operations, Collection):
        return [f"operations is {operations!r}; name the operations in a list or set"]
    return [f"operations has {name!r}, which is no name" for name in operations if not isinstance(name, str)]
