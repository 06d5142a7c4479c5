"""`switchover draft`: a first contract from a typed class or a module of functions."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from switchover.cli.settings import UsageError, imported, imported_interface, shown
from switchover.contract import Document, OperationReader
from switchover.contract.draft import Choice, Draft, draft
from switchover.contract.naming import is_same
from switchover.errors import BindError, ContractError
from switchover.port.bind import bind


def run(options: argparse.Namespace) -> int:
    """Write a first contract to a file or to standard output, and notes to standard error."""
    root = Path.cwd()
    output = _output(options)
    interface = imported_interface(options.interface, root)
    caller = imported(options.caller, root) if options.caller else None
    choice = Choice(_listed(options.only) or None, _listed(options.safe), _listed(options.unsafe))
    made, notes = _bound_back(interface, caller, choice, options)
    if output is None:
        print(made.text, end="")
    else:
        _write(output, made.text)
    for note in notes:
        print(f"switchover: note: {note}", file=sys.stderr)
    for finding in made.left_out:
        print(f"switchover: left out: {finding}", file=sys.stderr)
    if output is not None:
        print(f"wrote {shown(output)}: {len(made.methods)} operations")
    return 0


def _output(options: argparse.Namespace) -> Path | None:
    """Return the file to write; None for standard output. Raises UsageError for one that exists, without --force."""
    if options.output in (None, "-"):
        return None
    path = Path(options.output).resolve()
    if path.is_dir():
        raise UsageError(f"{shown(path)} is a folder; name a file")
    if path.exists() and not options.force:
        raise UsageError(
            f"{shown(path)} exists, and may have been reviewed; --force overwrites it, -o names another file"
        )
    if not path.parent.is_dir():
        raise UsageError(f"{shown(path)} cannot be written: there is no folder {shown(path.parent)}; make it first")
    return path


def _write(path: Path, text: str) -> None:
    """Write all of it or nothing."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _listed(values: list[str] | None) -> tuple[str, ...]:
    """The names given by an option, separated by commas or by repeating it."""
    return tuple(name for value in values or () for piece in value.split(",") if (name := piece.strip()))


def _bound_back(
    interface: type, caller: type | None, choice: Choice, options: argparse.Namespace
) -> tuple[Draft, list[str]]:
    """Draft, and bind the contract to the class again. An operation that does not bind is left out.

    Raises:
        ContractError: no operation binds.
    """
    made = draft(interface, caller=caller, title=options.title, server=options.server, choice=choice)
    refused = _unbound(made, interface, caller)
    if refused:
        choice = replace(choice, refused=refused)
        try:
            made = draft(interface, caller=caller, title=options.title, server=options.server, choice=choice)
        except ContractError as error:
            headline = f"{interface.__name__} has what no contract says as it does:"
            raise ContractError(headline, error.items) from error
    return made, [*made.notes, *_binding_notes(made, interface, caller)]


def _unbound(made: Draft, interface: type, caller: type | None) -> dict[str, list[str]]:
    """The methods whose operation does not bind back, each with the reasons."""
    try:
        document = Document.read("draft.yaml", lambda _: made.text.encode())
    except ContractError as error:
        raise ContractError(f"{interface.__name__} has what no contract says as it does:", error.items) from error
    refused: dict[str, list[str]] = {}
    for operation, _ in OperationReader(document).read():
        try:
            bind(document, interface, caller=caller, errors=made.errors or None, operations=[operation.id])
        except BindError as error:
            name = next(name for name in made.methods if is_same(name, operation.id))
            refused[name] = [str(item) for item in error.items]
    return refused


def _binding_notes(made: Draft, interface: type, caller: type | None) -> list[str]:
    """What has to be given to `bind` beside the class."""
    document = Document.read("draft.yaml", lambda _: made.text.encode())
    notes = []
    only = list(made.methods)
    try:
        bind(document, interface, caller=caller, errors=made.errors or None)
    except BindError:
        notes.append(
            f"not every method of {interface.__name__} is an operation: bind with operations={only}, "
            "or bind a Protocol that has these methods"
        )
    try:
        bind(document, interface, caller=caller, operations=only)
    except BindError:
        names = ", ".join(cls.__name__ for cls in made.errors)
        notes.append(f"the interface's module does not know all of its exceptions; bind it with errors=[{names}]")
    return notes
