"""A real Chromium, driven by Playwright; what it complains about is kept."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from support.programs import REQUIRED, require_program

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass
class Watched:
    """A page, and everything that should not have happened on it: errors, warnings, requests that leave this machine."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Watched]:
    """One page of a browser of its own. Without Chromium or Playwright the test is skipped, and fails where everything is required."""
    path = require_program("chromium", "chromium-browser", "google-chrome")
    if importlib.util.find_spec("playwright") is None:
        reason = "playwright is not installed (uv sync)"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{reason}, and {REQUIRED}=1 does not let a test be skipped")
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a newcomer need not have it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            page = browser.new_page(locale="en-GB", timezone_id="Asia/Tokyo")
            watched = Watched(page)
            page.on("console", lambda said: watched.complaints.append(f"{said.type}: {said.text}"))
            page.on("pageerror", lambda error: watched.complaints.append(str(error)))
            page.on("request", lambda asked: _check(asked.url, watched))
            yield watched
        finally:
            browser.close()


def _check(url: str, watched: Watched) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:")):
        watched.complaints.append(f"asked {url}")
