"""What each command does. Options come in, an exit code goes out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from switchover.cli import settings as configuration
from switchover.cli.settings import Settings, UsageError, is_name, shown
from switchover.contract import (
    Document,
    Operation,
    OperationReader,
    Selection,
    lock_path,
    lock_text,
    select,
    verify_lock,
)
from switchover.contract import generate as generating
from switchover.contract.naming import snake
from switchover.errors import ContractError

Command = Callable[[argparse.Namespace], int]

_MARKS = {
    "ok": "ok",
    "failed": "FAILED",
    "skipped": "skipped",
    "warning": "WARNING",
    "not set": "not set",
    "left out": "left out",
}


def check(options: argparse.Namespace) -> int:
    """Say whether everything holds."""
    if options.token is not None:
        from switchover.cli import token_check  # noqa: PLC0415 - as below

        return token_check.check(options)
    if (
        unused := next((name for name in ("verifier", "audience", "keys") if getattr(options, name)), None)
    ) is not None:
        raise UsageError(f"--{unused} belongs to --token; add `--token -` and give the token on standard input")
    from switchover.cli import check as checking  # noqa: PLC0415 - somebody who goes back need not wait for it

    settings = configuration.load(options.contract)
    lines = []
    for line in checking.run(settings, is_strict=options.strict):
        lines.append(line)
        if not options.json:
            print(f"{line.name:<11} {_MARKS[line.state]:<8} {line.message}", flush=True)
            for detail in line.details:
                print(f"{'':<22}{detail}")
    has_failed = any(line.state == "failed" for line in lines)
    if options.json:
        print(json.dumps({"ok": not has_failed, "checks": [asdict(line) for line in lines]}, indent=2))
    return 1 if has_failed else 0


def generate(options: argparse.Namespace) -> int:
    """Write the package, or say whether it is current."""
    from switchover.cli import check as checking  # noqa: PLC0415 - as in `check`
    from switchover.cli.proof import package_of  # noqa: PLC0415 - as in `check`

    settings = _with_overrides(configuration.load(options.contract), options)
    if settings.package is None or settings.interface is None:
        raise UsageError(
            "where to, and under which name? Give --package FOLDER and --interface NAME, or set them in [tool.switchover]"
        )
    _check_folder(settings.package, settings.contract)
    target = replace(checking.target_of(settings), is_async=not options.sync)
    document = Document.load(settings.contract)
    made = package_of(document, target, _selected(document, settings))
    _tell(made.selection, document, is_strict=options.strict)
    files = made.files
    folder = shown(settings.package)
    if options.check:
        stale = generating.differences(settings.package, files)
        for name in stale:
            print(f"{folder}/{name} differs from the contract")
        print(
            f"{len(stale)} of {len(files)} files have to be generated anew"
            if stale
            else f"all {len(files)} files are current"
        )
        return 1 if stale else 0
    changed = generating.write(settings.package, files)
    for name in changed:
        print(f"wrote {folder}/{name}")
    print(f"{len(files) - len(changed)} of {len(files)} files were current")
    return 0


def _selected(document: Document, settings: Settings) -> Selection:
    selection = select(document, settings.wanted)
    refused = selection.refusals if settings.wanted else []
    unknown = [f"{name}: the contract has no such operation" for name in selection.unknown]
    if unknown or refused:
        raise ContractError(f"{document.name} cannot be generated:", [*unknown, *refused])
    return selection


def _tell(selection: Selection, document: Document, *, is_strict: bool) -> None:
    """Say what was passed over and what was left out.

    Raises:
        ContractError: something was left out, and `is_strict`.
    """
    if is_strict and selection.left_out:
        raise ContractError(f"{document.name} uses what cannot be honoured:", selection.refusals)
    for operation, notes in selection.honoured:
        for finding in notes.warnings:
            _complain(f"{operation.id}: {finding}")
    for left_out in selection.left_out:
        _complain(str(left_out))
    if selection.left_out:
        count = len(selection.honoured) + len(selection.left_out)
        _complain(f"{len(selection.honoured)} of {count} operations are generated")


def _check_folder(package: Path, contract: Path) -> None:
    if not is_name(package.name):
        raise UsageError(f"{shown(package)} is no package: Python cannot import the name {package.name!r}")
    if contract.is_relative_to(package / "openapi"):
        what = "lies where the package keeps its copy, and `generate` removes what else is there"
        raise UsageError(f"{shown(contract)} {what}; move the contract out of {shown(package)}/openapi")


def _with_overrides(settings: Settings, options: argparse.Namespace) -> Settings:
    if options.package is not None:
        settings = replace(settings, package=Path(options.package).resolve())
    if options.interface is not None:
        if not is_name(options.interface):
            raise UsageError(f"--interface {options.interface!r} is no name for a class")
        assert settings.package is not None or options.package is None
        module = settings.package.name if settings.package is not None else "package"
        settings = replace(settings, interface=f"{module}:{options.interface}", caller=None)
    if options.operations is not None:
        names = [name for listed in options.operations for piece in listed.split(",") if (name := piece.strip())]
        settings = replace(settings, operations=tuple(names))
    return settings


def freeze(options: argparse.Namespace) -> int:
    """Pin the contract, or hold it against the pin."""
    settings = configuration.load(options.contract)
    document = Document.load(settings.contract)
    path = lock_path(settings.contract)
    if options.check:
        verify_lock(document, path)
        print(f"{shown(path)} pins this contract")
        return 0
    text = lock_text(document)
    if path.is_file() and path.read_text("utf-8") == text:
        print(f"{shown(path)} pins this contract already")
        return 0
    path.write_text(text, "utf-8")
    print(f"wrote {shown(path)}: {document.digest}")
    return 0


def routes(options: argparse.Namespace) -> int:
    """List the operations."""
    settings = configuration.load(options.contract)
    document = Document.load(settings.contract)
    read = list(OperationReader(document).read())
    if options.json:
        print(json.dumps([_described(operation) for operation, _ in read], indent=2))
        return 0
    rows = [_row(operation) for operation, _ in read]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)) + f"  {row[3]}".rstrip())
    for operation, notes in read:
        for finding in notes.errors:
            _complain(f"{operation.id} cannot be bound: {finding}")
        for finding in notes.warnings:
            _complain(f"{operation.id}: {finding}")
    return 0


def _row(operation: Operation) -> tuple[str, str, str, str]:
    failures = ", ".join(dict.fromkeys(failure.code for failure in operation.failures))
    answers = "/".join(str(answer.status) for answer in operation.answers)
    return operation.method, operation.path, snake(operation.id), f"{answers}  {failures}"


def _described(operation: Operation) -> dict[str, Any]:
    return {
        "operation": operation.id,
        "method": operation.method,
        "path": operation.path,
        "python": snake(operation.id),
        "needs_caller": operation.needs_caller,
        "is_safe": operation.is_safe,
        "parameters": [parameter.label for parameter in operation.parameters],
        "body": operation.body.content.media_type if operation.body else None,
        "answers": [answer.status for answer in operation.answers],
        "failures": [{"status": failure.status, "code": failure.code} for failure in operation.failures],
    }


def _complain(message: str) -> None:
    print(f"switchover: {message}", file=sys.stderr)
