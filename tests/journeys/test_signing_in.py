"""People sign in at a real issuer, and out again: its own code, keys and answers, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from support.accessible import axe, barriers
from support.browser import chromium
from support.issuer import Issuer, IssuerApp, running_issuer
from support.loopback import Asked, Told, loopback, told
from support.pages import Page
from support.processes import KEY, Running
from support.visitor import Visitor, free_port, shown_web
from support.waiting import eventually
from switchover.trust.principal import Identity, decode_identity

SECRET = "a-secret-of-the-diary: 0123456789"
BACK = "/sign-in/callback"
FAILED = "The sign-in did not work"


@dataclass(frozen=True)
class Diary:
    """Pages, and the issuer that signs people in to them; by names of two sites, so that browsers keep them apart."""

    origin: str
    issuer: Issuer
    web: Running

    def visitor(self) -> Visitor:
        return Visitor(self.origin)

    def log(self) -> str:
        return self.web.log.read_text("utf-8")


@contextmanager
def opened(folder: Path, issuer: Issuer, *, secret: str | None = SECRET, **environment: str) -> Iterator[Diary]:
    port = free_port()
    app = IssuerApp(f"diary-{port}", f"http://localhost:{port}", secret)
    issuer.admit(app)
    settings = {
        "LIVETRIP_WEB_URL": app.origin,
        "LIVETRIP_WEB_OIDC_ISSUER": issuer.url,
        "LIVETRIP_WEB_OIDC_CLIENT_ID": app.id,
        "LIVETRIP_WEB_OIDC_SCOPE": "openid profile groups",
        **({"LIVETRIP_WEB_OIDC_CLIENT_SECRET": secret} if secret else {}),
        **environment,
    }
    with shown_web(folder, settings, port=port) as web:
        yield Diary(app.origin, issuer, web)


@pytest.fixture(scope="module")
def own_issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with running_issuer(tmp_path_factory.mktemp("issuer")) as running:
        yield running


@pytest.fixture(scope="module")
def diary(own_issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Diary]:
    with opened(tmp_path_factory.mktemp("web"), own_issuer) as running:
        yield running


def signed_in(visitor: Visitor, account: str = "account-of-aiko", page: str = "/trips/new") -> Page:
    """All the way from a page that is somebody's own."""
    door = visitor.open(page)
    assert door.path == "/sign-in"
    there = visitor.open(next(link for link in door.links if link.startswith("/sign-in/issuer")))
    assert there.path.startswith("/interaction/")
    return visitor.submit(there, account=account)


def answered(visitor: Visitor, account: str = "account-of-aiko", address: str = "/sign-in/issuer") -> dict[str, str]:
    """What the issuer sends somebody back with, before the diary gets it."""
    there = visitor.open(address)
    form, back = there.form(), f"{visitor.origin}{BACK}"
    answer = visitor.client.post(there.url, data={**form.fields, "account": account})
    assert answer.next_request is not None
    return dict(parse_qsl(urlsplit(visitor.stopped(str(answer.next_request.url), back)).query))


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def trace(page: Page) -> str:
    found = re.search(r"<code>([0-9a-f]{32})</code>", page.html)
    assert found is not None, page.text
    return found[1]


def test_somebody_signs_in_and_is_where_they_wanted_to_be(diary: Diary) -> None:
    with diary.visitor() as visitor:
        page = signed_in(visitor)
        assert page.path == "/trips/new"
        assert "Signed in as Aiko Kobayashi" in page.text
        asked = query(next(hop for hop in visitor.hops if hop.startswith(f"{diary.issuer.url}/auth?")))
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
        back = query(next(hop for hop in visitor.hops if BACK in hop))
        assert set(back) == {"code", "state", "iss"}
        assert (back["state"], back["iss"]) == (asked["state"], diary.issuer.url)
        assert visitor.submit(page, title="Kyoto", start_date="2026-11-20", end_date="2026-11-24").status == 200


def test_each_sign_in_asks_in_words_of_its_own_and_begins_a_session_of_its_own(diary: Diary) -> None:
    seen: dict[str, set[str]] = {"state": set(), "nonce": set(), "code_challenge": set(), "session": set()}
    for _ in range(2):
        with diary.visitor() as visitor:
            visitor.open("/sign-in")
            before = visitor.cookie("session")
            signed_in(visitor)
            asked = query(next(hop for hop in visitor.hops if "/auth?" in hop))
            for name, values in seen.items():
                values.add(visitor.cookie("session") if name == "session" else asked[name])
            assert visitor.cookie("session") != before
    assert {name: len(values) for name, values in seen.items()} == dict.fromkeys(seen, 2)


def test_a_client_without_a_secret_is_let_in_by_pkce_alone(own_issuer: Issuer, tmp_path: Path) -> None:
    with opened(tmp_path / "web", own_issuer, secret=None) as diary, diary.visitor() as visitor:
        assert "Signed in as Ben" in signed_in(visitor, "account-of-ben").text


def test_user_and_groups_reach_the_service(own_issuer: Issuer, tmp_path: Path) -> None:
    seen: list[str] = []

    def service(asked: Asked) -> Told:
        seen.append(asked.headers.get("x-switchover-caller", ""))
        return told({"items": [], "nextCursor": None})

    with loopback(service) as backend:
        settings = {"LIVETRIP_SERVICE_URL": backend.url, "LIVETRIP_SERVICE_KEY": KEY, "BACKEND_MODE": "service"}
        with opened(tmp_path / "web", own_issuer, **settings) as diary, diary.visitor() as visitor:
            assert "No trips yet" in signed_in(visitor, page="/trips").text
    assert {decode_identity(header) for header in seen if header} == {
        Identity("account-of-aiko", frozenset({"staff", "写真係"}))
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "another"}, "state"),
        ({"state": None}, "state"),
        ({"iss": "https://mixed-up.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"code": "another"}, "code"),
        ({"code": None}, "refused"),
        ({"error": "access_denied"}, "refused"),
    ],
)
def test_an_answer_that_was_changed_signs_nobody_in(diary: Diary, changes: dict[str, str | None], reason: str) -> None:
    with diary.visitor() as visitor:
        told_back = {**answered(visitor), **changes}
        page = visitor.open(f"{BACK}?{urlencode({k: v for k, v in told_back.items() if v is not None})}")
        assert (page.status, FAILED in page.text) == (400, True)
        said = f"trace {trace(page)}: nobody was signed in: {reason}"
        eventually(lambda: said in diary.log(), what=said)  # it is written in the background
        assert told_back["code"] is None or told_back["code"] not in page.html
        assert not visitor.is_in()


def test_an_answer_is_good_once_and_for_the_browser_that_asked(diary: Diary) -> None:
    with diary.visitor() as visitor, diary.visitor() as other:
        back = f"{BACK}?{urlencode(answered(visitor))}"
        assert other.open(back).status == 400
        asking = visitor.cookie("signing-in")
        assert visitor.open(back).status == 200
        assert visitor.open(back).status == 400
        other.client.cookies.set("signing-in", asking, domain="localhost.local")
        page = other.open(back)  # the whole of it was copied; the code is spent
        assert (page.status, FAILED in page.text) == (400, True)
        assert not other.is_in()


def test_a_code_of_somebody_else_s_sign_in_is_not_taken(diary: Diary) -> None:
    with diary.visitor() as visitor, diary.visitor() as attacker:
        stolen, own = answered(visitor)["code"], answered(attacker, "account-of-ben")
        page = attacker.open(f"{BACK}?{urlencode({**own, 'code': stolen})}")
        assert page.status == 400
        assert not attacker.is_in()


def test_who_refuses_at_the_issuer_is_told_plainly(diary: Diary) -> None:
    with diary.visitor() as visitor:
        page = visitor.submit(visitor.open("/sign-in/issuer"), refuse="1")
        assert (page.status, page.path, FAILED in page.text) == (400, BACK, True)
        trace(page)


def test_signing_out_here_and_there(diary: Diary) -> None:
    with diary.visitor() as visitor, diary.visitor() as thief:
        page = signed_in(visitor)
        thief.client.cookies.set("session", visitor.cookie("session"), domain="localhost.local")
        assert thief.is_in()
        out = visitor.submit(page, "/sign-out")
        assert not visitor.is_in()
        thief.client.cookies.clear()
        thief.client.cookies.set("session", visitor.cookie("session"), domain="localhost.local")
        assert not thief.is_in()
        there = visitor.open(next(link for link in out.links if link.startswith(diary.issuer.url)))
        assert visitor.submit(there, "/session/end/confirm", logout="yes").path == "/signed-out"
        assert visitor.open("/sign-in/issuer").path.startswith("/interaction/")


def test_an_issuer_may_change_its_keys(diary: Diary) -> None:
    def is_let_in() -> bool:
        with diary.visitor() as visitor:
            return signed_in(visitor).status == 200

    assert is_let_in()
    diary.issuer.rotate()
    eventually(is_let_in, what="the sign-in with new keys")


def test_an_issuer_that_is_down_is_a_clear_page_and_one_that_is_back_signs_in(tmp_path: Path) -> None:
    with running_issuer(tmp_path) as issuer, opened(tmp_path / "web", issuer) as diary, diary.visitor() as visitor:
        issuer.stop()
        assert visitor.open("/sign-in").status == 200
        page = visitor.open("/sign-in/issuer?next=/trips/new")
        assert (page.status, page.headers["retry-after"]) == (503, "10")
        assert "The sign-in cannot be reached" in page.text
        eventually(lambda: trace(page) in diary.log(), what="the line of the request")
        issuer.start()
        again = next(link for link in page.links if link.startswith("/sign-in/issuer"))
        back = f"{BACK}?{urlencode(answered(visitor, address=again))}"
        issuer.stop()
        page = visitor.open(back)
        assert (page.status, "The sign-in cannot be reached" in page.text) == (503, True)
        assert "/sign-in" in page.links
        assert "code=" not in page.html
        issuer.start()
        assert signed_in(visitor).path == "/trips/new"


def test_nothing_that_opens_a_door_is_in_the_log(diary: Diary) -> None:
    with diary.visitor() as visitor:
        signed_in(visitor)
        secrets = [SECRET, visitor.cookie("session"), "eyJ"]
        for hop in visitor.hops:
            secrets += [value for name, value in query(hop).items() if name in ("code", "state", "nonce")]
    assert len(secrets) > 6
    assert [secret for secret in secrets if secret in diary.log()] == []


def test_a_real_browser_signs_in_and_out(diary: Diary) -> None:
    with chromium() as browser, browser.person() as watched:
        page = watched.page
        page.goto(f"{diary.origin}/trips")
        page.get_by_role("link", name="Sign in with your account").click()
        page.get_by_label("Account").fill("account-of-aiko")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("link", name="Signed in as Aiko Kobayashi").wait_for()
        page.get_by_role("heading", name="Trips", exact=True).wait_for()
        assert page.evaluate("document.cookie") == ""
        cookies = {cookie["name"]: cookie for cookie in watched.context.cookies(diary.origin)}
        assert cookies["session"]["httpOnly"]
        assert cookies["session"]["sameSite"] == "Lax"
        page.get_by_role("link", name="Signed in as Aiko Kobayashi").click()
        page.get_by_role("heading", name="Sign out", exact=True).wait_for()
        assert barriers(page, axe()) == []
        page.get_by_role("button", name="Sign out everywhere").click()
        page.get_by_role("heading", name="You are signed out").wait_for()
        copy = cookies["session"]["value"]
        watched.context.add_cookies([{"name": "session", "value": copy, "url": diary.origin}])
        page.goto(f"{diary.origin}/trips")
        page.get_by_role("link", name="Sign in with your account").wait_for()
        assert watched.unexpected() == []
