"""The kit as others install it: what an extra promises, it brings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.processes import ROOT

CALLED = """
from library.catalogue import Book, Catalogue
from library.port import catalogue_port
from switchover import AsgiTransport
from switchover.port import hosting

port = catalogue_port()
with AsgiTransport(port.serve(Catalogue(), trust="open")) as transport:
    print(port.http(transport=transport).add_book(Book("9784003101018", "Kokoro", 1914)).title, hosting.__name__)
"""


def test_the_extra_for_serving_is_enough_to_serve(tmp_path: Path) -> None:
    uv = (sys.executable, "-m", "uv", "--quiet")
    _run(tmp_path, *uv, "venv", "--python", sys.executable, str(tmp_path / "venv"))
    python, kit = (
        str(tmp_path / "venv" / "bin" / "python"),
        f"switchover[serve] @ {(ROOT / 'packages/switchover').as_uri()}",
    )
    _run(tmp_path, *uv, "pip", "install", "--python", python, "--constraints", str(ROOT / "requirements.lock"), kit)
    assert _run(tmp_path, python, "-c", CALLED) == "Kokoro switchover.port.hosting\n"


def _run(folder: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
