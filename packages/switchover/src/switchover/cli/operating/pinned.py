"""The digest of the contract as `contract.lock` has it: one small file is read, and no contract.

`switchover.contract.lock` writes the file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from switchover.cli.settings import UsageError, shown

LOCK: Final = "contract.lock"
_WRITE: Final = "`switchover freeze` writes it"


def pinned_digest(contract: Path) -> str:
    """Return the digest of a contract, from the lock beside its root file: that of the agreed contract.

    Raises:
        UsageError: there is no lock, or it holds no digest of the whole; the text says what to do.
    """
    path = contract.with_name(LOCK)
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no {shown(path)}; {_WRITE}") from None
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, no TOML, a number of thousands of digits
        raise UsageError(f"{shown(path)} cannot be read: {error}; {_WRITE}") from error
    files = data.get("files")
    found = data.get("digest")
    if found is None and isinstance(files, dict) and len(files) == 1:
        (found,) = files.values()
    if not isinstance(found, str):
        raise UsageError(f"{shown(path)} holds no digest of the whole contract; {_WRITE}")
    return found
