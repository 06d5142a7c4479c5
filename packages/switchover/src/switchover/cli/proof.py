"""A generated package, held against its own contract before it is written: it imports, and it binds."""

from __future__ import annotations

import importlib
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from switchover.contract import Document, Finding, Location, Node, Operation, OperationReader
from switchover.contract.generate import Target, generate, write
from switchover.errors import BindError, ContractError
from switchover.port.bind import bind


def prove(document: Document, target: Target, files: Mapping[str, bytes]) -> None:
    """Import the package from a folder of its own, and bind the contract to it.

    A caller type of the team's is left out of it: its module may need the package that is only being made.

    Raises:
        ContractError: models and contract do not say the same; each difference with its place in the contract.
    """
    if target.caller is not None:
        target = replace(target, caller=None)
        files = generate(document, target)
    with _imported(document, files) as module:
        errors: type[Exception] = getattr(module, target.base_error)
        try:
            bind(document, getattr(module, target.interface), caller=getattr(module, "Caller", None), errors=errors)
        except BindError as error:
            # Types of the package are named without the name that it has only here.
            findings = [_placed(document, str(item).replace(f"{module.__name__}.", "")) for item in error.items]
            raise ContractError(f"{document.name} says what no generated model says as well:", findings) from error


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


def _placed(document: Document, difference: str) -> Finding:
    """A sentence about an operation, at what it speaks about."""
    for operation, _ in OperationReader(document).read():
        for separator in (" / ", ": "):
            start = f"{operation.id}{separator}"
            if difference.startswith(start):
                said = difference.removeprefix(start).partition(": ")[2] if separator == " / " else ""
                return _part(operation, said).finding(difference)
    return document.root.finding(difference)


def _part(operation: Operation, said: str) -> Node:
    """The parameter, body, answer or failure that the rest of the sentence begins with; else the operation."""
    parts: list[tuple[str, Any]] = [(parameter.label, parameter.schema) for parameter in operation.parameters]
    parts += [("body", operation.body.content.schema)] if operation.body else []
    parts += [(f"answer {answer.status}", answer.content.schema) for answer in operation.answers if answer.content]
    parts += [(f"failure {failure.status} {failure.code}", failure.node) for failure in operation.failures]
    return next((node for label, node in parts if said.startswith(label)), operation.node)
