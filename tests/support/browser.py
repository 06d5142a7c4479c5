"""A real Chromium, driven by Playwright; what its pages complain about is kept."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from support.programs import REQUIRED, require_program
from support.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

WAIT_MS: Final = 20_000

# Before any script of a page: what the policy refused, and what an injected script would do to be seen.
_WATCH: Final = """
addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
window.alert = (said) => console.error(`alert: ${said}`);
"""


@dataclass
class Watched:
    """Somebody's tabs, and everything that should not have happened on them: errors, warnings, requests that leave this machine.

    Attributes:
        context: cookies and storage of theirs alone.
        page: the first tab.
        complaints: in order; what was expected is taken out by `unexpected`.
    """

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)
    _session: CDPSession | None = None

    def expect(self, text: str) -> None:
        """One complaint with this text is meant to come: browsers tell of every refused request."""
        self._expected.append(text)

    def slow_down(self, bytes_up: int) -> None:
        """What the first tab sends takes its time: bytes per second; -1 for none."""
        if self._session is None:
            self._session = self.context.new_cdp_session(self.page)
            self._session.send("Network.enable")
        limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_up}
        self._session.send("Network.emulateNetworkConditions", limits)

    def unexpected(self) -> list[str]:
        """Complaints that nobody expected."""
        left = list(self.complaints)
        for text in self._expected:
            found = next((complaint for complaint in left if text in complaint), None)
            if found is not None:
                left.remove(found)
        return left


@dataclass(frozen=True)
class Chromium:
    """The running browser."""

    browser: Browser

    @contextmanager
    def person(self, **options: Any) -> Iterator[Watched]:
        """Somebody with cookies of their own. `options`: as Playwright has them, instead of English, in Japan."""
        context = self.browser.new_context(**{"locale": "en-GB", "timezone_id": "Asia/Tokyo", **options})
        try:
            context.set_default_timeout(WAIT_MS)
            context.add_init_script(_WATCH)
            watched = Watched(context, context.new_page())
            context.on("console", lambda said: watched.complaints.append(f"{said.type}: {said.text}"))
            context.on("weberror", lambda error: watched.complaints.append(str(error.error)))
            context.on("request", lambda asked: _check(asked.url, watched))
            yield watched
        finally:
            context.close()


@contextmanager
def chromium() -> Iterator[Chromium]:
    """A browser. Without Chromium or Playwright the test is skipped, and fails where everything is required."""
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
            yield Chromium(browser)
        finally:
            browser.close()


def becomes(page: Page, expression: str, argument: Any = None) -> None:
    """Wait until JavaScript says so. Playwright's own waiting evaluates strings in the page, which the policy of ours does not allow."""
    eventually(lambda: page.evaluate(expression, argument), WAIT_MS / 1000, what=expression)


def _check(url: str, watched: Watched) -> None:
    if not url.startswith(("http://127.0.0.1:", "http://localhost:", "data:")):
        watched.complaints.append(f"asked {url}")
