"""The package that a contract becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from switchover.contract.document import Document
from switchover.contract.findings import Finding, Location
from switchover.contract.generate.arguments import arguments_of
from switchover.contract.generate.bundle import Bundle, reach
from switchover.contract.generate.failures import error_classes, errors_text
from switchover.contract.generate.models import Collision, enums_in, models_text
from switchover.contract.generate.names import GENERATED_WITHOUT, Names
from switchover.contract.generate.protocol import CALLER, method_lines, returned
from switchover.contract.generate.text import line, quoted
from switchover.contract.generate.types import Annotations
from switchover.contract.model import Operation
from switchover.contract.operations.selection import Selection, select
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

    @property
    def caller_name(self) -> str:
        """Name of the caller type."""
        return self.caller.rpartition(":")[2] if self.caller else "Caller"


def generate(document: Document, target: Target, selection: Selection | None = None) -> dict[str, bytes]:
    """The files of the package, by name: models, errors, the Protocol, and the contract itself, byte for byte.

    What cannot be honoured is left out, and named in the Protocol. `selection` says which operations there are to be.

    Raises:
        ContractError: nothing is left; every reason is named.
    """
    selection = without_conflicts(document, selection or select(document))
    if not selection.honoured and selection.left_out:
        raise ContractError(f"{document.name} uses what cannot be honoured:", selection.refusals)
    try:
        return _files(document, target, selection, hoists=False)
    except Collision:
        return _files(document, target, selection, hoists=True)


def _files(document: Document, target: Target, selection: Selection, *, hoists: bool) -> dict[str, bytes]:
    operations = [operation for operation, _ in selection.honoured]
    reserved = (target.interface, target.base_error, target.caller_name)
    is_whole = not (selection.left_out or selection.others or document.faults)
    bundle = Bundle(document, reserved=reserved, among=None if is_whole else reach(operations), hoists=hoists)
    annotations, error_annotations = Annotations(bundle), Annotations(bundle)
    classes = error_classes(operations, error_annotations, bundle.taken).by_code
    operations = [_with_own_caller(operation) for operation in operations] if target.caller else operations
    caller = target.caller_name if any(operation.names_caller for operation in operations) else None
    signatures = [
        (operation, arguments_of(operation, annotations, caller), returned(operation, annotations))
        for operation in operations
    ]
    models = models_text(bundle, document.name)
    enums = enums_in(models)
    methods = [
        text
        for operation, arguments, returns in signatures
        for text in method_lines(operation, arguments, returns, classes, enums=enums, is_async=target.is_async)
    ]
    own_caller = caller if target.caller is None else None
    exported = {
        "errors": [target.base_error, *(item.name for item in classes.values())],
        "models": bundle.names,
        "port": [target.interface, *([own_caller] if own_caller else [])],
    }
    imports = error_annotations.imports
    texts = {
        "models.py": models,
        "errors.py": errors_text(classes.values(), target.base_error, imports, document.name),
        "port.py": _port_text(document, target, annotations, methods, caller) + without_text(target, selection),
        "__init__.py": _init_text(document, exported),
    }
    files = {name: text.encode() for name, text in texts.items()}
    files.update({f"openapi/{name}": source.content for name, source in _inside(document).items()})
    return files


def without_conflicts(document: Document, selection: Selection) -> Selection:
    """Leave out the operations whose failures have no exception class that stands for the same code elsewhere as well."""
    operations = [operation for operation, _ in selection.honoured]
    annotations = Annotations(Bundle(document, among=()))
    conflicts = error_classes(operations, annotations, Names()).conflicts
    return selection.without(conflicts) if conflicts else selection


def without_text(target: Target, selection: Selection) -> str:
    """Return what the module says after the Protocol about the operations that it does without; "" if there are none."""
    reasons = {item.name: "; ".join(item.reasons) for item in selection.left_out}
    reasons |= dict.fromkeys(selection.others, "it was not asked for")
    if not reasons:
        return ""
    lines = [f"        {quoted(name)}: {quoted(reason)}," for name, reason in sorted(reasons.items())]
    head = (
        f'setattr(  # what of the contract is left out, and why\n    {target.interface},\n    "{GENERATED_WITHOUT}",\n'
    )
    return "\n".join([f"\n\n{head}    {{", *lines, "    },", ")", ""])


def _with_own_caller(operation: Operation) -> Operation:
    """A team that names its own caller type means it wherever credentials are needed."""
    return replace(operation, names_caller=operation.needs_caller)


def _inside(document: Document) -> Mapping[str, Source]:
    outside = [name for name in document.sources if name.startswith("..")]
    if outside:
        message = f"lies outside the folder of {document.name}; move it inside"
        findings = [Finding(Location(name, 0), message) for name in outside]
        raise ContractError(f"{document.name} cannot be packaged:", findings)
    return document.sources


def _title(document: Document) -> str:
    info = document.root.value.get("info")
    title = info.get("title") if isinstance(info, dict) else None
    return line(title or document.name)


def _port_text(
    document: Document, target: Target, annotations: Annotations, methods: list[str], caller: str | None
) -> str:
    has_literal = "from typing import Literal" in annotations.imports
    imports = annotations.imports - {"from typing import Literal"}
    imports |= {"from typing import Literal, Protocol" if has_literal else "from typing import Protocol"}
    own, helper = [], ""
    if caller and target.caller is None:
        imports |= {"import re", "from dataclasses import dataclass"}
        helper = CALLER + "\n\n"
    elif caller and target.caller is not None:
        module, _, name = target.caller.partition(":")
        own.append(f"from {module} import {name}")
    if annotations.models:
        own.append(_import_block("models", annotations.models))
    standard = sorted((item for item in imports if not _is_third(item)), key=lambda item: (item[:4] == "from", item))
    third = sorted(item for item in imports if _is_third(item))
    groups = ["\n".join(group) for group in (standard, third, own) if group]
    title = _title(document)
    parts = [
        f'"""{title} as Python sees it. Generated by `switchover generate`; edit the contract instead."""',
        "from __future__ import annotations",
        *groups,
    ]
    body = "\n".join(methods).rstrip() or "    ..."
    return "\n\n".join(parts) + f'\n\n\n{helper}class {target.interface}(Protocol):\n    """{title}."""\n\n{body}\n'


def _is_third(line: str) -> bool:
    return "pydantic" in line or "switchover" in line


def _import_block(module: str, names: Iterable[str]) -> str:
    return "\n".join([f"from .{module} import (", *(f"    {name}," for name in sorted(names)), ")"])


def _init_text(document: Document, exported: Mapping[str, list[str]]) -> str:
    title = _title(document)
    head = f'"""{title}: models, failures and the interface. Generated by `switchover generate`; edit the contract instead."""'
    everything = sorted({"CONTRACT", *(name for names in exported.values() for name in names)})
    lines = [
        head,
        "",
        *(_import_block(module, names) for module, names in exported.items() if names),
        "",
        f"CONTRACT = {quoted(f'openapi/{document.name}')}",
        '"""Where the contract lies inside this package."""',
        "",
        "__all__ = [",
        *(f'    "{name}",' for name in everything),
        "]",
        "",
    ]
    return "\n".join(lines)
