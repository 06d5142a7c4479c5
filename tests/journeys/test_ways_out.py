"""Every way to be sent on, with every spelling of somewhere else that browsers know: nobody leaves the diary."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest

from support.processes import Running
from support.sign_in_issuer import CLIENT, sign_in_issuer
from support.visitor import Visitor, free_port, shown_web

EVIL: Final = "evil.example"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with shown_web(tmp_path_factory.mktemp("web"), {"LIVETRIP_WEB_DEV_SIGN_IN": "1"}) as running:
        yield running


SPELLINGS: Final = [
    f"//{EVIL}", f"///{EVIL}", f"////{EVIL}", f"/\\{EVIL}", f"\\\\{EVIL}", f"\\/{EVIL}", f"/\t/{EVIL}", f"\t//{EVIL}",
    f"/\n/{EVIL}", f"/\r\n/{EVIL}", f" //{EVIL}", f"https:{EVIL}", f"https:/{EVIL}", f"https://{EVIL}", f"HTTPS://{EVIL}",
    f"http:\\\\{EVIL}", f"javascript:alert('{EVIL}')", f"data:text/html,{EVIL}", f"//{EVIL}/trips", f"/%09/{EVIL}",
    f"/%2f{EVIL}", f"/%5c{EVIL}", f"%2f%2f{EVIL}", f"%68ttps://{EVIL}", f"//127.0.0.1@{EVIL}", f"@{EVIL}", f".{EVIL}",
    f"/.//{EVIL}", f"/..//{EVIL}", f"/;//{EVIL}", f"/trips\\@{EVIL}", f"//{EVIL}%00.127.0.0.1", f"\x00//{EVIL}",
    f"/\u2028/{EVIL}", f"／／{EVIL}", f"/／{EVIL}", f"〱{EVIL}", f"?//{EVIL}", f"#//{EVIL}",
    f"/x\r\nset-cookie: stolen=1; x={EVIL}", f"/x\nlocation: https://{EVIL}", f"/x嘊嘍location: https://{EVIL}",
    f"/x%0d%0alocation: https://{EVIL}", f"/x\x85location: {EVIL}",
]  # fmt: skip


def landed(answer: httpx.Response) -> str:
    """The host that a browser goes to: it drops tabs and line ends, and reads a backslash as a slash (URL Standard, section 4.4)."""
    assert answer.status_code == 303, answer.text
    assert len(answer.headers.get_list("location")) == 1
    assert "stolen" not in str(answer.headers.get_list("set-cookie"))
    location = re.sub(r"[\t\r\n]", "", answer.headers["location"]).strip().replace("\\", "/")
    return urlsplit(urljoin(str(answer.url), location)).netloc


def of_sign_in(visitor: Visitor, csrf: str, following: str) -> httpx.Response:
    form = {"csrf": csrf, "name": "ben", "next": following}
    return visitor.client.post("/sign-in", data=form, headers={"origin": visitor.origin})


def of_preferences(visitor: Visitor, csrf: str, following: str) -> httpx.Response:
    form = {"csrf": csrf, "language": "en", "next": following}
    return visitor.client.post("/preferences", data=form, headers={"origin": visitor.origin})


def of_door(visitor: Visitor, csrf: str, following: str) -> httpx.Response:
    return visitor.client.get("/sign-in", params={"next": following})


def of_door_spelt_twice(visitor: Visitor, csrf: str, following: str) -> httpx.Response:
    return visitor.client.get("/sign-in", params={"next": quote(following, safe="")})


WAYS: Final = [of_sign_in, of_preferences, of_door, of_door_spelt_twice]


def token(visitor: Visitor) -> str:
    return visitor.open("/trips").form("/preferences").fields["csrf"]


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
def test_nobody_is_sent_out_of_the_diary(web: Running, way: Callable[[Visitor, str, str], httpx.Response]) -> None:
    with Visitor(web.address) as carol:
        carol.submit(carol.open("/sign-in"), name="carol")
        landings = {}
        for following in SPELLINGS:
            landings[following] = landed(way(carol, token(carol), following))
    own = urlsplit(web.address).netloc
    assert {following: host for following, host in landings.items() if host != own} == {}


def test_a_page_of_the_diary_is_where_one_gets_to(web: Running) -> None:
    """Or the refusals above would show nothing."""
    with Visitor(web.address) as carol:
        carol.submit(carol.open("/sign-in"), name="carol")
        for way in WAYS[:3]:
            assert way(carol, token(carol), "/trips/new?x=1").headers["location"] == "/trips/new?x=1"


def test_nobody_comes_out_of_the_diary_by_way_of_the_issuer(tmp_path: Path) -> None:
    port = free_port()
    with sign_in_issuer(time.time) as issuer:
        settings = {
            "LIVETRIP_WEB_URL": f"http://127.0.0.1:{port}",
            "LIVETRIP_WEB_OIDC_ISSUER": issuer.url,
            "LIVETRIP_WEB_OIDC_CLIENT_ID": CLIENT,
        }
        with shown_web(tmp_path / "web", settings, port=port) as web, Visitor(web.address) as carol:
            for following in SPELLINGS:
                there = carol.client.get("/sign-in/issuer", params={"next": following}).headers["location"]
                assert there.startswith(f"{issuer.url}/authorize?")
                assert EVIL not in there
                back = carol.client.get("/sign-in/callback", params=issuer.authorize(there))
                assert landed(back) == f"127.0.0.1:{port}", following
