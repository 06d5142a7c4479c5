"""The package that a contract becomes, and whether the one on disk still is it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from switchover.contract.document import Document
from switchover.contract.findings import Finding, Location
from switchover.contract.generate.bundle import Bundle
from switchover.contract.generate.failures import error_classes, errors_text
from switchover.contract.generate.models import models_text
from switchover.contract.generate.protocol import CALLER, method_lines
from switchover.contract.generate.types import Annotations
from switchover.contract.model import Operation
from switchover.contract.reading import OperationReader
from switchover.contract.source import Source
from switchover.errors import ContractError


@dataclass(frozen=True, slots=True)
class Target:
    """What to generate.

    Attributes:
        interface: name of the Protocol.
        caller: `module:Class` of the team's own caller type; None to generate one.
        is_async: `async def`, or `def`.
    """

    interface: str
    caller: str | None = None
    is_async: bool = True

    @property
    def base_error(self) -> str:
        """Name of the base class of the exceptions."""
        return f"{self.interface}Error"


def generate(document: Document, target: Target) -> dict[str, bytes]:
    """The files of the package, by name: models, errors, the Protocol, and the contract itself, byte for byte.

    Raises:
        ContractError: the contract uses something that cannot be honoured; all of it is named.
    """
    operations = _operations(document)
    bundle = Bundle(document)
    annotations = Annotations(bundle)
    error_annotations = Annotations(bundle)
    classes = error_classes(operations, error_annotations)
    needs_caller = any(operation.needs_caller for operation in operations)
    caller = (target.caller.rpartition(":")[2] if target.caller else "Caller") if needs_caller else None
    methods = [
        line
        for operation in operations
        for line in method_lines(operation, annotations, classes, caller, is_async=target.is_async)
    ]
    texts = {
        "models.py": models_text(bundle, document.name),
        "errors.py": errors_text(classes.values(), target.base_error, error_annotations.imports, document.name),
        "port.py": _port_text(document, target, annotations, methods, caller),
        "__init__.py": _init_text(document, target, bundle, [item.name for item in classes.values()], caller),
    }
    files = {name: text.encode() for name, text in texts.items()}
    files.update({f"openapi/{name}": source.content for name, source in _inside(document).items()})
    return files


def write(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write a package; the names of the files that changed."""
    changed = differences(folder, files)
    for name in changed:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
    return changed


def differences(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Names of the files that are missing or differ."""
    return [
        name
        for name, content in files.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]


def _operations(document: Document) -> list[Operation]:
    operations: list[Operation] = []
    findings: list[Finding] = []
    for operation, notes in OperationReader(document).read():
        operations.append(operation)
        findings += notes.errors
    if findings:
        raise ContractError(f"{document.name} uses what cannot be honoured:", findings)
    return operations


def _inside(document: Document) -> Mapping[str, Source]:
    outside = [name for name in document.sources if name.startswith("..")]
    if outside:
        findings = [
            Finding(Location(name, 1), f"lies outside the folder of {document.name}; move it inside")
            for name in outside
        ]
        raise ContractError(f"{document.name} cannot be packaged:", findings)
    return document.sources


def _port_text(
    document: Document, target: Target, annotations: Annotations, methods: list[str], caller: str | None
) -> str:
    imports = set(annotations.imports)
    imports.add(
        "from typing import Literal, Protocol"
        if "from typing import Literal" in imports
        else "from typing import Protocol"
    )
    imports.discard("from typing import Literal")
    own = []
    if caller and target.caller is None:
        imports.add("from dataclasses import dataclass")
    models = sorted(annotations.models)
    if caller and target.caller is not None:
        module, _, name = target.caller.partition(":")
        own.append(f"from {module} import {name}")
    standard = sorted(line for line in imports if "pydantic" not in line)
    third = sorted(line for line in imports if "pydantic" in line)
    if models:
        own.append(f"from .models import (\n{''.join(f'    {name},{chr(10)}' for name in models)})")
    groups = ["\n".join(group) for group in (standard, third, own) if group]
    title = document.root.value.get("info", {}).get("title", document.name)
    head = f'"""{title} as Python sees it. Generated by `switchover generate`; edit the contract instead."""\n\nfrom __future__ import annotations\n\n'
    body = "\n\n".join(groups) + "\n\n\n"
    if caller and target.caller is None:
        body += CALLER + "\n\n"
    body += f'class {target.interface}(Protocol):\n    """{title}."""\n\n' + "\n".join(methods).rstrip() + "\n"
    return head + body


def _init_text(document: Document, target: Target, bundle: Bundle, errors: list[str], caller: str | None) -> str:
    names = {
        "errors": [target.base_error, *errors],
        "models": bundle.names,
        "port": [target.interface, *([caller] if caller and target.caller is None else [])],
    }
    title = document.root.value.get("info", {}).get("title", document.name)
    lines = [
        f'"""{title}: models, failures and the interface. Generated by `switchover generate`; edit the contract instead."""',
        "",
    ]
    for module, exported in names.items():
        if exported:
            lines += [f"from .{module} import (", *(f"    {name}," for name in sorted(exported)), ")"]
    everything = sorted({name for exported in names.values() for name in exported})
    lines += ["", f'CONTRACT = "openapi/{document.name}"', '"""Where the contract lies inside this package."""', ""]
    lines += ["__all__ = [", *(f'    "{name}",' for name in sorted(["CONTRACT", *everything])), "]", ""]
    return "\n".join(lines)
