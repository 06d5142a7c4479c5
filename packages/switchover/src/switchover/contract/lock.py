"""`contract.lock`: the digests that were agreed, so that changing the contract is a deliberate act."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Final

from switchover.contract.document import Document
from switchover.contract.findings import Finding, Location
from switchover.errors import ContractError

_HEADER: Final = """\
# The contract as it was agreed. Changed the contract on purpose? Run `switchover freeze`, and review both together.
"""


def lock_path(contract: str | Path) -> Path:
    """Where the lock of a contract is: `contract.lock` beside its root file."""
    return Path(contract).with_name("contract.lock")


def lock_text(document: Document) -> str:
    """Return the lock of a document: one digest for each file, and, where there are several, that of the whole."""
    # Basic strings of TOML escape what strings of JSON escape.
    lines = [
        f'{json.dumps(name, ensure_ascii=False)} = "{digest}"' for name, digest in sorted(_digests(document).items())
    ]
    whole = f'\ndigest = "{document.digest}"\n' if len(lines) > 1 else ""
    return _HEADER + whole + "\n[files]\n" + "\n".join(lines) + "\n"


def verify_lock(document: Document, path: Path) -> None:
    """Hold a document against its lock.

    Raises:
        ContractError: they differ, or there is no lock; with every difference.
    """
    findings = [Finding(Location(path.name, 1), message) for message in _differences(document, path)]
    if findings:
        raise ContractError(f"{document.name} is not the contract that was agreed:", findings)


def _differences(document: Document, path: Path) -> list[str]:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return [f"does not exist; `switchover freeze` writes {path.name}"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return [f"cannot be read ({error}); `switchover freeze` writes it anew"]
    locked = table.get("files")
    if not isinstance(locked, dict):
        return ["has no [files]; `switchover freeze` writes it anew"]
    found = _digests(document)
    changed = [
        f"pins another {name}; if the change is meant, run `switchover freeze`"
        for name in found
        if name in locked and locked[name] != found[name]
    ]
    added = [
        f"does not pin {name}; if it belongs to the contract, run `switchover freeze`"
        for name in found
        if name not in locked
    ]
    removed = [
        f"pins {name}, which the contract does not have any more; run `switchover freeze`"
        for name in locked
        if name not in found
    ]
    if not (changed or added or removed) and table.get("digest", document.digest) != document.digest:
        return ["has another digest of the whole than its files have; run `switchover freeze`"]
    return changed + added + removed


def _digests(document: Document) -> dict[str, str]:
    return {name: "sha256:" + hashlib.sha256(source.content).hexdigest() for name, source in document.sources.items()}
