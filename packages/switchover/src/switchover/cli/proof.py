"""A generated package, held against its own contract before it is written: it imports, and it binds."""

from __future__ import annotations

import importlib
import re
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from switchover.contract import Document, Finding, Location, Node, Operation, Selection
from switchover.contract.generate import Target, generate, without_conflicts, write
from switchover.errors import BindError, ContractError
from switchover.port.bind import bind


@dataclass(frozen=True)
class Package:
    """A package that fits its contract, and the operations that it was made of."""

    files: Mapping[str, bytes]
    selection: Selection


def package_of(document: Document, target: Target, selection: Selection) -> Package:
    """Generate a package and prove it: it imports, and the contract binds to it.

    Operations that no generated model says as the contract does are left out. A caller type of the team's is left out of the
    proof: its module may need the package that is only being made.

    Raises:
        ContractError: nothing is left, or the package cannot be imported; each reason with its place in the contract.
    """
    without = replace(target, caller=None)
    selection = without_conflicts(document, selection)
    while True:
        files = generate(document, without, selection)
        refused = refusals_of(document, without, files, selection)
        if not refused:
            return Package(files if target == without else generate(document, target, selection), selection)
        selection = selection.without(refused)
        if not selection.honoured:
            raise ContractError(f"{document.name} says what no generated model says as well:", selection.refusals)


def refusals_of(
    document: Document, target: Target, files: Mapping[str, bytes], selection: Selection
) -> dict[str, list[str]]:
    """Return what keeps operations from being bound to what was generated of them, by operation.

    Raises:
        ContractError: it is not known which operation is to blame.
    """
    with _imported(document, files) as module:
        errors: type[Exception] = getattr(module, target.base_error)
        try:
            bind(document, getattr(module, target.interface), caller=getattr(module, "Caller", None), errors=errors)
        except BindError as error:
            # Types of the package are named without the name that it has only here.
            said = [str(item).replace(f"{module.__name__}.", "") for item in error.items]
        else:
            return {}
    found: dict[str, list[str]] = {}
    operations = {operation.id: operation for operation, _ in selection.honoured}
    for difference in said:
        name = re.split(r" / |: ", difference, maxsplit=1)[0]
        if name not in operations:
            raise ContractError(f"{document.name} cannot be generated:", [document.root.finding(difference)])
        found.setdefault(name, []).append(str(_placed(operations[name], difference)))
    return found


@contextmanager
def _imported(document: Document, files: Mapping[str, bytes]) -> Iterator[ModuleType]:
    """The package under a name that nothing else has, and that is forgotten afterwards."""
    name = f"switchover_proof_{uuid.uuid4().hex}"
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder, name), files)
        sys.path.insert(0, folder)
        try:
            module = importlib.import_module(name)
        except Exception as error:
            finding = Finding(Location(document.name, 0), f"{type(error).__name__}: {error}".replace(name, "it"))
            raise ContractError(f"{document.name} becomes a package that cannot be imported:", [finding]) from error
        finally:
            sys.path.remove(folder)
        try:
            yield module
        finally:
            for known in [known for known in sys.modules if known.partition(".")[0] == name]:
                del sys.modules[known]


def _placed(operation: Operation, difference: str) -> Finding:
    """A sentence about an operation, at what it speaks about."""
    rest = difference.removeprefix(operation.id)
    said = rest.partition(": ")[2] if rest.startswith(" / ") else ""
    return _part(operation, said).finding(difference)


def _part(operation: Operation, said: str) -> Node:
    """The parameter, body, answer or failure that the rest of the sentence begins with; else the operation."""
    parts: list[tuple[str, Any]] = [(parameter.label, parameter.schema) for parameter in operation.parameters]
    parts += [("body", operation.body.content.schema)] if operation.body else []
    parts += [(f"answer {answer.status}", answer.content.schema) for answer in operation.answers if answer.content]
    parts += [(f"failure {failure.status} {failure.code}", failure.node) for failure in operation.failures]
    return next((node for label, node in parts if said.startswith(label)), operation.node)
