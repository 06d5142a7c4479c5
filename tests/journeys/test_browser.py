"""One traveller at a real browser, on what `livetrip up` starts: in-process, over the service, and while traffic moves to it and back."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from journeys.conftest import MODES
from livetrip_adapters import live_trip_port
from livetrip_adapters.rollout import live_trip_plan
from support.browser import Chromium, becomes, chromium
from support.careless import CarelessTraveller
from support.loopback import Told, loopback
from support.pictures import picture
from support.processes import KEY, STOP_SECONDS, Running, clean_environment, running, running_api
from support.shown import shown_diary
from support.tour import Tour
from support.traveller import Traveller
from support.waiting import eventually
from switchover import FileRolloutStore
from switchover.rollout import RolloutState, Share
from switchover.rollout.orders import Operator

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Route

WAVES = ["first", "reads", "writes"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with chromium() as opened:
        yield opened


def tell(traveller: Traveller, folder: Path) -> None:
    """The whole story."""
    traveller.signs_in()
    traveller.plans_a_trip()
    traveller.writes()
    traveller.edits()
    traveller.meets_herself()
    traveller.uploads(folder)
    traveller.signs_out()


def test_what_a_page_should_not_do_is_heard(browser: Chromium) -> None:
    page = b"<!doctype html><title>-</title><script>1</script><img src='http://192.0.2.1/spy.gif'><script src=loud.js></script>"
    policy = {"content-type": "text/html", "content-security-policy": "script-src 'self'"}
    loud = {"content-type": "text/javascript"}
    with (
        browser.person() as watched,
        loopback(
            lambda asked: (
                Told(200, b"throw new Error('loud')", loud) if "loud" in asked.target else Told(200, page, policy)
            )
        ) as foreign,
    ):
        watched.page.route("http://192.0.2.1/**", lambda route: route.abort())
        watched.page.goto(foreign.url)
        heard = "\n".join(watched.unexpected())
    for said in ("policy: script-src-elem inline", "asked http://192.0.2.1/spy.gif", "ERR_FAILED", "loud"):
        assert said in heard


@pytest.mark.parametrize("mode", MODES)
def test_a_traveller_keeps_a_diary(mode: str, browser: Chromium, tmp_path: Path) -> None:
    with browser.person() as watched, shown_diary(mode, tmp_path) as (address, process):
        tell(Traveller(watched, address), tmp_path)
        assert watched.unexpected() == []
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 0


@pytest.mark.parametrize("mode", MODES)
def test_nothing_that_a_careless_traveller_wrote_is_lost(mode: str, browser: Chromium, tmp_path: Path) -> None:
    with browser.person() as watched, shown_diary(mode, tmp_path) as (address, _):
        kaede = CarelessTraveller(watched, address)
        kaede.signs_in()
        kaede.plans_a_trip()
        kaede.writes_in_two_tabs()
        kaede.goes_back_and_saves_again()
        kaede.finds_an_old_draft_of_what_was_changed_since()
        kaede.is_signed_out_while_she_writes()
        kaede.speaks_another_language()
        kaede.leaves_while_a_photo_is_on_its_way()
        kaede.signs_out_and_keeps_her_drafts()
        assert watched.unexpected() == []


@pytest.mark.parametrize("mode", MODES)
def test_photos_come_and_go_under_the_one_address_that_was_opened(mode: str, browser: Chromium, tmp_path: Path) -> None:
    """`localhost` is another origin than the one that the pages know of themselves, as the end of a tunnel is."""
    with browser.person() as watched, shown_diary(mode, tmp_path) as (address, _):
        opened, asked = address.replace("127.0.0.1", "localhost"), list[str]()
        watched.page.on("request", lambda request: asked.append(request.url))
        tour = Tour(watched, opened)
        tour.sign_in()
        tour.photograph()
        heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
        named_otherwise: list[FilePayload] = [
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": heic},
            {**picture(0, "moss.dat"), "mimeType": "application/octet-stream"},
        ]
        watched.page.locator("#files").set_input_files(named_otherwise)
        for state, said in (("heic", "IMG_1.jpg"), ("heic", "This is a HEIC photo"), ("done", "moss.dat")):
            watched.page.locator(f".upload[data-state={state}]").filter(has_text=said).wait_for()
        watched.page.goto(opened + dict(tour.addresses())["photo"])
        becomes(watched.page, "document.querySelector('.print img').naturalWidth === 1280")
        watched.page.get_by_role("link", name="Open the original").click()
        becomes(watched.page, "document.images[0]?.naturalWidth === 1600")
        assert [url for url in asked if not url.startswith(f"{opened}/")] == []
        assert watched.unexpected() == []


class Mover:
    """Moves everything to the service and takes it back, in the middle of what somebody does."""

    def __init__(self, store: FileRolloutStore, service: Running) -> None:
        self._operator = Operator(store, live_trip_plan(live_trip_port()), who="tests")
        self._service = service
        self._seen = self._asked = 0
        self.over_http: list[tuple[str, bool]] = []

    def move(self, chapter: str) -> None:
        """What is ordered in the middle of a chapter: up while she writes and while two tabs differ, back during both."""
        self.look(f"until she {chapter}")
        operator = self._operator
        if chapter == "writes":
            self._obeyed(operator.set_share(Share(10_000), WAVES, why="onwards"))
        elif chapter == "meets_herself":
            self._obeyed(operator.rollback(why="she met herself"))
            self._obeyed(operator.resume(why="and got over it"))
        else:
            self._obeyed(operator.rollback(["reads", "writes"], why="halfway through her photos"))

    def look(self, when: str) -> None:
        """Was the service called since the last time?"""
        calls = self._told()
        self.over_http.append((when, calls > self._seen))
        self._seen = calls

    def _told(self) -> int:
        """How many calls the service has told of, once it has told of one that is made now: lines come in the order in which calls end."""
        self._asked += 1
        httpx.get(f"{self._service.address}/api/health").raise_for_status()
        eventually(lambda: self._lines('"operation":"getHealth"') == self._asked, 10, what="a line of the last call")
        return self._lines('"operation"') - self._asked

    def _lines(self, mark: str) -> int:
        return self._service.log.read_text("utf-8").count(mark)

    def _obeyed(self, state: RolloutState) -> None:
        obeyed = self._operator.wait_obeyed(state.version, 20)
        assert obeyed.is_complete(), str(obeyed)


@contextmanager
def moving(folder: Path) -> Iterator[tuple[str, Mover]]:
    """Pages that follow a rollout, and whoever orders it; the service works on the same database and the same photos."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    database = f"sqlite:///{folder / 'livetrip.sqlite3'}"
    store = FileRolloutStore(folder / "rollout")
    origins = {"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_PHOTOS_ORIGINS": address}
    with running_api(folder, "--port", "0", **origins) as service:
        environment = clean_environment(
            BACKEND_MODE="service",
            LIVETRIP_SERVICE_URL=service.address,
            LIVETRIP_SERVICE_KEY=KEY,
            LIVETRIP_DATABASE_URL=database,
            LIVETRIP_ROLLOUT=f"file:{folder / 'rollout'}",
            LIVETRIP_WEB_DEV_SIGN_IN="1",
            LIVETRIP_WEB_STORAGE_ORIGINS=service.address,
        )
        own = folder / "web"
        own.mkdir()
        command = [sys.executable, "-m", "livetrip_cli", "web", "--port", address.rpartition(":")[2]]
        with running(command, own, environment):
            eventually(lambda: len(store.workers()) == 1, 30, what="the pages' sign of life")
            yield address, Mover(store, service)
    store.close()


def test_a_traveller_notices_nothing_while_her_calls_move_to_the_service_and_back(
    browser: Chromium, tmp_path: Path
) -> None:
    with browser.person() as watched, moving(tmp_path) as (address, mover):
        tell(Traveller(watched, address, mover.move), tmp_path)
        mover.look("to the end")
        assert watched.unexpected() == []
        assert mover.over_http == [
            ("until she writes", False),
            ("until she meets_herself", True),
            ("until she uploads", False),
            ("to the end", False),
        ]


def test_a_photo_that_takes_long_to_be_looked_into_is_asked_about_again(browser: Chromium, tmp_path: Path) -> None:
    asked: list[str] = []

    def late(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=503, json={"detail": "not yet"})
        else:
            route.continue_()

    with browser.person() as watched, shown_diary("monolith", tmp_path) as (address, _):
        watched.page.route("**/completed", late)
        watched.expect("503")
        tour = Tour(watched, address)
        tour.sign_in()
        tour.photograph()
        assert watched.unexpected() == []
    assert len(asked) == len(set(asked)) + 1 == 4
