"""One traveller at a real browser, on what `livetrip up` starts."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from journeys.conftest import MODES
from support.browser import chromium
from support.processes import STOP_SECONDS, clean_environment


@contextmanager
def diary(mode: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
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


@pytest.mark.parametrize("mode", MODES)
def test_a_traveller_signs_in_writes_and_keeps_a_draft(mode: str, tmp_path: Path) -> None:
    with chromium() as watched, diary(mode, tmp_path) as (address, process):
        page = watched.page
        page.goto(address)
        page.get_by_label("Name").fill("aiko")
        page.get_by_role("button", name="Open the diary").click()
        page.get_by_role("link", name="Kyoto in autumn").click()
        page.get_by_role("link", name="Write an entry").click()
        page.get_by_label("What happened?").fill("A draft that nobody saved.")
        page.get_by_text("Draft kept in this browser").wait_for()
        page.reload()
        assert page.get_by_label("What happened?").input_value() == ""
        page.get_by_role("button", name="Bring it back").click()
        assert page.get_by_label("What happened?").input_value() == "A draft that nobody saved."
        page.get_by_role("button", name="Write it down").click()
        page.get_by_role("status").filter(has_text="The entry is written.").wait_for()
        page.get_by_text("A draft that nobody saved.").wait_for()
        page.wait_for_function("Object.keys(localStorage).length === 0")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="You are signed out").wait_for()
        assert watched.complaints == []
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 0
