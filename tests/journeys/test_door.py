"""The door of the pages, over HTTP: what it gives browsers to keep, what is too much for it, and who stands before it by another name."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from support.pages import Page
from support.processes import Running, livetrip
from support.visitor import Visitor, public_web, shown_web

EVIL: Final = "evil.example"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with shown_web(tmp_path_factory.mktemp("web"), {"LIVETRIP_WEB_DEV_SIGN_IN": "1"}) as running:
        yield running


# -- cookies


def flags(answer: httpx.Response) -> dict[str, set[str]]:
    """What is said of each cookie, by name."""
    cookies = (line.split("; ") for line in answer.headers.get_list("set-cookie"))
    return {parts[0].partition("=")[0]: {part for part in parts[1:] if "Max-Age" not in part} for parts in cookies}


def test_over_https_cookies_are_for_this_host_and_https_alone(tmp_path: Path) -> None:
    strict = {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"}
    with public_web(tmp_path / "web") as web:
        page = web.ask("GET", "/sign-in")
        assert flags(page) == {"__Host-session": strict}
        assert flags(web.ask("GET", "/sign-in/issuer"))["__Host-signing-in"] == strict
        cookie = page.headers["set-cookie"].partition(";")[0].partition("=")[2]
        form = {"csrf": Page(page).form("/preferences").fields["csrf"], "language": "ja", "theme": "dark"}
        chosen = web.ask("POST", "/preferences", cookie=f"__Host-session={cookie}", data=form)
        assert flags(chosen) == {"__Host-language": strict, "__Host-theme": strict}
        # One without the prefix may come from a neighbour of the domain, or from http: it is nobody's.
        assert flags(web.ask("GET", "/sign-in", cookie=f"session={cookie}")) == {"__Host-session": strict}
        assert flags(web.ask("GET", "/sign-in", cookie=f"__Host-session={cookie}")) == {}


def test_on_this_machine_they_are_as_strict_as_http_lets_them(web: Running) -> None:
    strict = {"Path=/", "HttpOnly", "SameSite=Lax"}
    with httpx.Client(base_url=web.address, headers={"origin": web.address}) as client:
        seen = flags(page := client.get("/sign-in"))
        csrf = Page(page).form("/preferences").fields["csrf"]
        seen |= flags(client.post("/preferences", data={"csrf": csrf, "language": "en", "theme": "dark"}))
        seen |= flags(client.post("/sign-in", data={"csrf": csrf, "name": "dora"}))
        form = Page(client.get("/trips/new", follow_redirects=True)).form("/trips")
        trip = {"title": "Kyoto", "start_date": "2026-11-20", "end_date": "2026-11-24"}
        seen |= flags(client.post("/trips", data={**form.fields, **trip}))
    assert seen == dict.fromkeys(("session", "language", "theme", "notice"), strict)


# -- too much


def test_what_is_too_large_is_refused_however_it_comes(web: Running) -> None:
    def chunks() -> Iterator[bytes]:
        yield form
        for _ in range(300):
            yield b"x" * 1024

    with Visitor(web.address) as dora:
        dora.submit(dora.open("/sign-in"), name="dora")
        form = b"csrf=" + dora.open("/trips").form("/preferences").fields["csrf"].encode() + b"&title="
        kind = {"content-type": "application/x-www-form-urlencoded", "origin": web.address}
        for content in (form + b"x" * 300_000, chunks()):
            answer = dora.client.post("/trips", content=content, headers=kind)
            assert (answer.status_code, "That is too much at once" in answer.text) == (413, True)
        many = form + b"".join(b"&f%d=" % number for number in range(70))
        assert dora.client.post("/trips", content=many, headers=kind).status_code == 400
        assert dora.is_in()
    assert "Traceback" not in web.log.read_text("utf-8")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("", {"cookie": "session=" + "x" * 40_000}),
        ("", {"x-long": "x" * 40_000}),
        ("", {f"x-{number}": "x" * 80 for number in range(500)}),
        ("x" * 40_000, {}),
        ("?" + "x" * 40_000, {}),
    ],
)
def test_so_is_a_request_that_says_too_much_of_itself(web: Running, path: str, headers: dict[str, str]) -> None:
    assert httpx.get(f"{web.address}/{path}", headers=headers).status_code == 431


# -- the development sign-in


@pytest.mark.parametrize(
    "environment",
    [
        {"LIVETRIP_WEB_HOST": "0.0.0.0"},
        {"LIVETRIP_WEB_HOST": "::", "LIVETRIP_WEB_URL": "http://127.0.0.1:8080", "LIVETRIP_WEB_SESSION_KEY": "k" * 32},
        {"LIVETRIP_WEB_HOST": "192.0.2.7", "LIVETRIP_WEB_URL": "https://diary.example", "LIVETRIP_WEB_SESSION_KEY": "k" * 32},
        {"LIVETRIP_WEB_URL": "https://diary.example", "LIVETRIP_WEB_SESSION_KEY": "k" * 32},
    ],
)  # fmt: skip
def test_the_development_sign_in_does_not_start_where_others_get_to(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    refused = livetrip("web", "--port", "0", cwd=tmp_path, LIVETRIP_WEB_DEV_SIGN_IN="1", **environment)
    assert refused.returncode == 2
    assert "LIVETRIP_WEB_DEV_SIGN_IN lets anyone in as anyone" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_is_not_there_without_its_setting(tmp_path: Path) -> None:
    with public_web(tmp_path / "web") as web:
        page = web.ask("GET", "/sign-in")
        assert "Development" not in page.text
        cookie = page.headers["set-cookie"].partition(";")[0]
        form = {"csrf": Page(page).form("/preferences").fields["csrf"], "name": "aiko"}
        answer = web.ask("POST", "/sign-in", cookie=cookie, data=form)
        assert (answer.status_code, "set-cookie" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    "lines",
    [
        f"Host: {EVIL}",
        f"Host: 127.0.0.1.{EVIL}",
        f"Host: localhost.{EVIL}",
        f"Host: 127.0.0.1@{EVIL}",
        f"Host: {EVIL}#127.0.0.1",
        "Host: 0.0.0.0",
        "Host: 2130706433",
        "Host: 0x7f.1",
        "Host: [::ffff:203.0.113.7]",
        "Host:",
        "X-Nothing: 1",
        f"Host: 127.0.0.1\r\nHost: {EVIL}",
        f"Host: {EVIL}\r\nHost: 127.0.0.1",
        f"Host: 127.0.0.1\r\nX-Forwarded-Host: {EVIL}",
        "Host: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.7",
        "Host: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 127.0.0.1",
        "Host: 127.0.0.1\r\nX-Forwarded-For: 127.0.0.1, 203.0.113.7",
        "Host: 127.0.0.1\r\nX-Forwarded-For: unknown",
        "Host: 127.0.0.1\r\nX-Real-IP: 203.0.113.7",
        "Host: 127.0.0.1\r\nForwarded: for=127.0.0.1",
    ],
)
def test_it_opens_for_nobody_who_comes_by_another_name_or_from_elsewhere(web: Running, lines: str) -> None:
    parts = urlsplit(web.address)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(f"GET /sign-in HTTP/1.1\r\n{lines}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.split(b" ", 2)[1] in (b"400", b"421"), answer
    assert b"Development" not in answer
    assert b"set-cookie" not in answer.lower()
