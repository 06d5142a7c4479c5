"""Cases that several projects share: a folder beside this repository, where there is one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from support.processes import ROOT

VARIABLE = "SWITCHOVER_SHARED_CASES"
"""Names the folder; without it, `shared/cases` is looked for beside the repository and its parents."""


def shared_cases(name: str) -> list[Any]:
    """Return parameters: the cases of a file, or one that is skipped where the folder is absent."""
    folder = _folder()
    if folder is None:
        absent = pytest.mark.skip(reason=f"no folder of shared cases; {VARIABLE} names one")
        return [pytest.param({"case": "no shared cases"}, marks=absent, id="no shared cases")]
    found = json.loads((folder / name).read_text("utf-8"))
    return [pytest.param(case, id=case["case"]) for case in found]


def _folder() -> Path | None:
    if named := os.environ.get(VARIABLE):
        return Path(named)
    beside = (parent / "shared" / "cases" for parent in ROOT.parents)
    return next((folder for folder in beside if folder.is_dir()), None)
