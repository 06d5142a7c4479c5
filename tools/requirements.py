"""Write requirements.lock: the resolution, pinned and hashed, without the address of any package index.

`uv.lock` names the index it was made with, so it is not committed; this export is. `--check` holds it against a fresh resolution.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).resolve().parents[1] / "requirements.lock"

_HEADER: Final = "# The resolution of this workspace, without the workspace itself. `make lock` writes it.\n"
_COMMAND: Final = (
    "uv", "export", "--quiet", "--all-groups", "--all-packages", "--no-emit-workspace", "--no-header", "--no-annotate",
    "--format", "requirements.txt",
)  # fmt: skip


def export() -> str:
    """The text of requirements.lock."""
    done = subprocess.run(_COMMAND, cwd=LOCK.parent, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"uv export failed:\n{done.stderr}")
    if "://" in done.stdout:
        raise SystemExit("the export names an address; a lock of this repository names none")
    return _HEADER + done.stdout


def main() -> int:
    """Write the lock, or hold it against a fresh resolution; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.requirements", description="Write requirements.lock.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the lock is not current")
    options = parser.parse_args()
    text = export()
    if not options.check:
        LOCK.write_text(text, "utf-8")
        return 0
    if not LOCK.is_file() or LOCK.read_text("utf-8") != text:
        print("requirements.lock is not current; run `make lock`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
