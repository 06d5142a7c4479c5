"""The Python modules that a repository ships: without its tests and benchmarks, and without what is not its own."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOREIGN: Final = frozenset({"node_modules", "site-packages", "venv", "env", "build", "dist", "__pycache__"})
_UNSHIPPED: Final = frozenset({"tests", "test", "testing", "benchmarks", "examples"})


@dataclass(frozen=True, slots=True)
class Module:
    """One file, parsed. `path` is relative to the repository."""

    path: Path
    tree: ast.Module


def modules(root: Path, mentioning: re.Pattern[bytes]) -> Iterator[Module]:
    """Every module that mentions something and can be parsed, by path. Parsing all of them would take seconds."""
    for path in _files(root):
        try:
            text = path.read_bytes()
            if mentioning.search(text):
                yield Module(path.relative_to(root), ast.parse(text))
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue  # it runs nowhere either, or is not for this version of Python


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_own(Path(folder) / name))
        for name in sorted(files):
            if (
                name.endswith(".py")
                and not name.startswith("test_")
                and not name.endswith("_test.py")
                and name != "conftest.py"
            ):
                yield Path(folder) / name


def _is_own(folder: Path) -> bool:
    name = folder.name
    is_hidden, is_environment = name.startswith("."), (folder / "pyvenv.cfg").is_file()
    return not (is_hidden or is_environment or name in _FOREIGN or name in _UNSHIPPED)
