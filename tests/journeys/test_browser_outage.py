"""In service mode, while the service is gone: a clear page that waits for nobody, nothing lost that was typed, and on as soon as it is back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from support.browser import Watched, becomes, chromium
from support.processes import KEY, STOP_SECONDS, Running, clean_environment, running, running_api
from support.traveller import Traveller

if TYPE_CHECKING:
    from playwright.sync_api import Page

TEXT = "A deer ate the map, and the service with it."


class Service:
    """A service that can be killed, and comes back where it was."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._running = self._begin("0")
        self.address = self._running.address

    def die(self) -> None:
        self._running.process.kill()
        self._running.process.wait(STOP_SECONDS)

    def come_back(self) -> None:
        self._running = self._begin(self.address.rpartition(":")[2])

    def _begin(self, port: str) -> Running:
        return self._stack.enter_context(running_api(self._folder, "--port", port, LIVETRIP_SERVICE_KEY=KEY))


@contextmanager
def pages_of_a_service(folder: Path) -> Iterator[tuple[str, Service]]:
    with ExitStack() as stack:
        service = Service(folder, stack)
        environment = clean_environment(
            BACKEND_MODE="service",
            LIVETRIP_SERVICE_URL=service.address,
            LIVETRIP_SERVICE_KEY=KEY,
            LIVETRIP_WEB_DEV_SIGN_IN="1",
        )
        (own := folder / "web").mkdir()
        command = [sys.executable, "-m", "livetrip_cli", "web", "--port", "0"]
        yield stack.enter_context(running(command, own, environment)).address, service


def meets_nobody(watched: Watched, page: Page, address: str) -> None:
    """Open a page: it says what is the matter, and asks for nothing by itself, also when an hour has passed."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    watched.expect("503")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 503
    assert answer.headers["retry-after"] == "10"
    assert "refresh" not in answer.headers
    page.get_by_role("heading", name="The diary cannot be reached").wait_for()
    assert page.locator("meta[http-equiv]").count() == 0
    page.clock.run_for("01:00:00")
    assert asked == [address]


def test_an_outage_costs_nothing_that_was_typed_and_ends_by_one_click(tmp_path: Path) -> None:
    with chromium() as browser, browser.person() as watched, pages_of_a_service(tmp_path) as (address, service):
        traveller, page = Traveller(watched, address), watched.page
        traveller.signs_in()
        traveller.plans_a_trip()
        page.get_by_role("link", name="Write an entry").click()
        page.get_by_label("What happened?").fill(TEXT)
        page.get_by_text("Draft kept in this browser").wait_for()
        service.die()
        watched.expect("503")
        page.get_by_role("button", name="Write it down").click()
        page.get_by_text("The diary cannot be reached at the moment. Nothing is lost").wait_for()
        assert page.get_by_label("What happened?").input_value() == TEXT

        other = watched.context.new_page()
        other.clock.install()
        form = page.url + "/new"
        meets_nobody(watched, other, form)
        assert other.evaluate("Object.keys(localStorage).length") == 1

        service.come_back()
        other.get_by_role("link", name="Try again").click()
        other.get_by_role("button", name="Bring it back").click()
        assert other.get_by_label("What happened?").input_value() == TEXT

        page.get_by_role("button", name="Write it down").click()
        page.get_by_role("status").filter(has_text="The entry is written.").wait_for()
        assert page.get_by_text(TEXT).count() == 1
        becomes(page, "Object.keys(localStorage).length === 0")
        assert watched.unexpected() == []
