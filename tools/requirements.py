"""Write requirements.lock: the resolution, pinned and hashed, without the address of any package index.

`uv.lock` names the index it was made with, so it is not committed; this export is. `--check` resolves the workspace again, held to the
pins of the lock: what a package index has gained since does not matter, a dependency that the lock does not satisfy does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
LOCK: Final = ROOT / "requirements.lock"

_HEADER: Final = "# The resolution of this workspace, without the workspace itself. `make lock` writes it.\n"
_COMMAND: Final = (
    "uv", "export", "--quiet", "--all-groups", "--all-packages", "--no-emit-workspace", "--no-header", "--no-annotate",
    "--format", "requirements.txt",
)  # fmt: skip
_MANIFESTS: Final = ("pyproject.toml", "packages/*/pyproject.toml", "services/*/pyproject.toml")


def export(root: Path) -> str:
    """The text of requirements.lock, of the workspace in a folder."""
    done = subprocess.run(_COMMAND, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"the workspace cannot be resolved:\n{done.stderr}")
    if "://" in done.stdout:
        raise SystemExit("the export names an address; a lock of this repository names none")
    return _HEADER + done.stdout


def pins(text: str) -> list[str]:
    """`name==version ; marker` of each package in a lock."""
    lines = (line.removesuffix("\\").strip() for line in text.splitlines() if line and not line.startswith(("#", " ")))
    return list(lines)


def held_to(held: list[str]) -> list[str]:
    """Pins of a new resolution that may not leave those of the lock."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for manifest in (found for pattern in _MANIFESTS for found in ROOT.glob(pattern)):
            copy = root / manifest.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(manifest.read_text("utf-8"), "utf-8")
        workspace = root / "pyproject.toml"
        constraints = f"[tool.uv]\nconstraint-dependencies = {json.dumps(held)}\n"
        workspace.write_text(workspace.read_text("utf-8").replace("[tool.uv]\n", constraints, 1), "utf-8")
        return pins(export(root))


def main() -> int:
    """Write the lock, or hold it against the workspace; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.requirements", description="Write requirements.lock.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the lock is not current")
    options = parser.parse_args()
    if not options.check:
        LOCK.write_text(export(ROOT), "utf-8")
        return 0
    locked = pins(LOCK.read_text("utf-8")) if LOCK.is_file() else []
    wanted = held_to(locked)
    for sign, lines in (("+", set(wanted) - set(locked)), ("-", set(locked) - set(wanted))):
        for line in sorted(lines):
            print(f"{sign} {line}", file=sys.stderr)
    if wanted != locked:
        print("requirements.lock is not current; run `make lock`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
