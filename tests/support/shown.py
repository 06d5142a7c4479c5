"""What `livetrip up` shows, as a process."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.processes import STOP_SECONDS, clean_environment


@contextmanager
def shown_diary(mode: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Where the diary is, with the sample data in it, and its process; stopped by Ctrl-C."""
    command = [sys.executable, "-m", "livetrip_cli", "up", "--port", "0", "--sample-data"]
    with (folder / "stderr.log").open("wb") as stderr:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=folder,
            env=clean_environment(BACKEND_MODE=mode),
        )  # fmt: skip
    assert process.stdout is not None
    try:
        said = ""
        for line in process.stdout:
            said = line
            if line.startswith("the diary is at "):
                break
        found = re.match(r"the diary is at (http://127\.0\.0\.1:\d+); sign in as aiko", said)
        assert found is not None, (folder / "stderr.log").read_text("utf-8")
        yield found[1], process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS)
        process.stdout.close()
