"""Is the package on disk still the one that the contract becomes?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

_CONTRACT: Final = "openapi"
"""The folder of a package that holds the contract and nothing else."""


def differences(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Names of the files that are missing or differ, and of those that the contract does not have any more."""
    differing = [name for name, content in files.items() if _content(folder / name) != content]
    return differing + _left_over(folder, files)


def write(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write a package; the names of the files that changed. Files that the contract does not have any more are removed."""
    changed = differences(folder, files)
    for name in changed:
        path = folder / name
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
        else:
            path.unlink()
    return changed


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _left_over(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    found = (path for path in (folder / _CONTRACT).rglob("*") if path.is_file())
    return sorted(name for path in found if (name := path.relative_to(folder).as_posix()) not in files)
