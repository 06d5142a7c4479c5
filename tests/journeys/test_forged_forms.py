"""Every form of the pages, sent by somebody else's page, over HTTP: refused, and nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import pytest

from livetrip_web import pages
from support.processes import Running
from support.visitor import Visitor, shown_web

EVIL: Final = "evil.example"
TRIP: Final = {"title": "Kyoto", "start_date": "2026-11-20", "end_date": "2026-11-24"}


def posts() -> list[str]:
    """Every address that takes a form, as the modules of the pages declare it."""
    modules = [import_module(f"{pages.__name__}.{name}") for _, name, _ in iter_modules(pages.__path__)]
    routers = [module.router for module in modules if hasattr(module, "router")]
    found = {route.path for router in routers for route in router.routes if "POST" in getattr(route, "methods", ())}
    assert len(found) > 11
    return sorted(found)


@dataclass(frozen=True)
class Diary:
    """Pages with the development sign-in; aiko has a trip with an entry, ben has nothing."""

    web: Running
    aiko: Visitor
    ben: Visitor
    trip: str
    entry: str

    def address(self, path: str) -> str:
        """An address of aiko's, of a declared one."""
        ids = {"trip_id": self.trip, "entry_id": self.entry}
        return re.sub(r"\{(\w+):uuid\}", lambda found: ids.get(found[1], str(uuid4())), path)

    def state(self) -> list[str]:
        """Whatever a forged form could have changed: what aiko reads."""
        pages = [self.aiko.open(path) for path in ("/trips", f"/trips/{self.trip}", "/sign-out")]
        return [page.text for page in pages]

    def token(self, visitor: Visitor) -> str:
        return visitor.open("/trips").form("/preferences").fields["csrf"]


@pytest.fixture(scope="module")
def diary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Diary]:
    folder = tmp_path_factory.mktemp("web")
    with (
        shown_web(folder, {"LIVETRIP_WEB_DEV_SIGN_IN": "1"}) as web,
        Visitor(web.address) as aiko,
        Visitor(web.address) as ben,
    ):
        for visitor, name in ((aiko, "aiko"), (ben, "ben")):
            visitor.submit(visitor.open("/sign-in"), name=name)
        trip = aiko.submit(aiko.open("/trips/new"), **TRIP).path
        entry = {"text": "Moss.", "happened": "2026-11-21T07:30", "offset": "540"}
        written = aiko.submit(aiko.open(f"{trip}/entries/new"), **entry)
        found = next(link for link in written.links if re.fullmatch(rf"{trip}/entries/[0-9a-f-]{{36}}", link))
        yield Diary(web, aiko, ben, trip.rpartition("/")[2], found.rpartition("/")[2])


Forgery = Callable[[Diary, dict[str, str]], dict[str, Any]]
FIELDS: Final = {
    **TRIP, "text": "Forged.", "happened": "2026-11-21T07:30", "offset": "540", "key": "k" * 24, "version": "1",
    "name": "mallory", "language": "ja", "everywhere": "1", "content_type": "image/jpeg", "byte_size": "1",
}  # fmt: skip
FORGERIES: Final[dict[str, Forgery]] = {
    "without a token": lambda diary, form: {"data": {**form, "csrf": ""}},
    "the token of another": lambda diary, form: {"data": {**form, "csrf": diary.token(diary.ben)}},
    "another origin": lambda diary, form: {"data": form, "headers": {"origin": f"https://{EVIL}"}},
    "another port": lambda diary, form: {"data": form, "headers": {"origin": "http://127.0.0.1:1"}},
    "no origin to tell": lambda diary, form: {"data": form, "headers": {"origin": "null"}},
    "another site": lambda diary, form: {"data": form, "headers": {"sec-fetch-site": "cross-site"}},
    "a sister site": lambda diary, form: {"data": form, "headers": {"sec-fetch-site": "same-site"}},
    "a token in the address": lambda diary, form: {"data": {**form, "csrf": ""}, "params": {"csrf": form["csrf"]}},
    "a token in a header": lambda diary, form: {
        "data": {**form, "csrf": ""},
        "headers": {"x-csrf-token": form["csrf"]},
    },
    "as plain text": lambda diary, form: {
        "content": "&".join(f"{name}={quote(value)}" for name, value in form.items()),
        "headers": {"content-type": "text/plain"},
    },
    "as JSON": lambda diary, form: {"json": form},
    "as a file": lambda diary, form: {"data": {**form, "csrf": ""}, "files": {"x": b"y"}},
    "with nothing": lambda diary, form: {},
}


WITH_A_FILE: Final = "/trips/{trip_id:uuid}/photos/new"
"""Takes nothing but `multipart/form-data`, with proof before the file."""


@pytest.mark.parametrize("path", posts())
def test_no_form_of_another_page_changes_anything(diary: Diary, path: str) -> None:
    before = diary.state()
    form = {**FIELDS, "csrf": diary.token(diary.aiko)}
    address = diary.address(path)
    answers = {name: diary.aiko.client.post(address, **forged(diary, form)) for name, forged in FORGERIES.items()}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code not in (400, 403)} == {}
    unreadable = {"as plain text", "as JSON", "as a file", "with nothing"}
    assert path == WITH_A_FILE or {name for name, answer in answers.items() if answer.status_code == 400} <= unreadable
    assert all("<h1>" in answer.text for answer in answers.values())
    assert diary.state() == before


@pytest.mark.parametrize(
    "forgery", [name for name in FORGERIES if name not in ("as plain text", "as JSON", "with nothing")]
)
def test_nor_does_one_with_a_file(diary: Diary, forgery: str) -> None:
    before = diary.state()
    form = {**FIELDS, "csrf": diary.token(diary.aiko)}
    sent = {**FORGERIES[forgery](diary, form), "files": {"photo": ("moss.jpg", b"\xff\xd8\xff", "image/jpeg")}}
    answer = diary.aiko.client.post(diary.address(WITH_A_FILE), **sent)
    assert (answer.status_code, "<h1>" in answer.text) == (403, True)
    assert diary.state() == before


@pytest.mark.parametrize("path", posts())
def test_nothing_is_changed_by_looking(diary: Diary, path: str) -> None:
    before = diary.state()
    csrf = diary.token(diary.aiko)
    for headers in ({}, {"x-http-method-override": "POST"}, {"x-http-method": "DELETE"}):
        params = {**FIELDS, "csrf": csrf, "_method": "POST"}
        answer = diary.aiko.client.get(diary.address(path), params=params, headers=headers)
        assert answer.status_code in (200, 303, 404, 405, 422), answer.text
    assert diary.state() == before


def test_a_form_of_ours_does_change_something(diary: Diary) -> None:
    """Or the refusals above would show nothing."""
    with Visitor(diary.web.address) as eve:
        eve.submit(eve.open("/sign-in"), name="eve")
        assert eve.submit(eve.open("/trips/new"), **TRIP).status == 200
        assert eve.submit(eve.open("/trips"), "/sign-out").path == "/signed-out"
