"""What is refused before a page is asked, and what browsers are told to refuse."""

from __future__ import annotations

import re
from importlib import resources

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from livetrip_web import Web, make_web
from livetrip_web.edge.addresses import HOME, local_path
from livetrip_web.forms.form import MAX_BYTES
from support.diary import MemoryDiary, Ticking, Unreliable
from support.pages import HERE, Browser, settings

PUBLIC = {
    "url": "https://diary.example", "host": "0.0.0.0", "dev_sign_in": False, "session_key": "k" * 32,
    "oidc_issuer": "https://issuer.example", "oidc_client_id": "diary",
    "storage_origins": "https://photos.example",
}  # fmt: skip
TRIP = {"title": "Kyoto", "start_date": "2026-11-20", "end_date": "2026-11-24"}


async def test_every_answer_tells_browsers_what_to_refuse(aiko: Browser) -> None:
    trip = await aiko.plan()
    css = next(told["href"] for tag, told in (await aiko.open(trip)).tags if told.get("rel") == "stylesheet")
    for address in (trip, "/sign-in", "/nowhere", "/trips?cursor=x", str(css)):
        told = (await aiko.open(address)).headers
        assert told["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert told["x-content-type-options"] == "nosniff"
        assert told["referrer-policy"] == "same-origin"
        assert told["cross-origin-opener-policy"] == "same-origin"
        assert "geolocation=()" in told["permissions-policy"]
        assert "strict-transport-security" not in told


async def test_every_answer_tells_the_trace_of_its_request(aiko: Browser) -> None:
    web = make_web(MemoryDiary().live_trip, settings())
    traces = [(await aiko.open(address)).headers["x-trace-id"] for address in ("/trips", "/trips", "/nowhere")]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="http://elsewhere.example") as foreign:
        traces.append((await foreign.get("/trips")).headers["x-trace-id"])
    web.gate.close()
    traces.append((await Browser(web).open("/trips")).headers["x-trace-id"])
    assert len(set(traces)) == len(traces)
    assert all(re.fullmatch("[0-9a-f]{32}", trace) for trace in traces)


async def test_pages_are_kept_by_nobody_and_styles_for_good(aiko: Browser) -> None:
    page = await aiko.open("/trips")
    assert page.headers["cache-control"] == "no-store"
    css = next(told["href"] for tag, told in page.tags if told.get("rel") == "stylesheet")
    answer = await aiko.open(str(css))
    assert "immutable" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
    assert (await aiko.open(str(css).replace("diary.css", "nothing.css"))).status == 404
    assert (await aiko.open("/static/000000000000/diary.css")).status == 404


async def test_the_style_and_the_scripts_are_a_small_thing_to_load(aiko: Browser) -> None:
    css = next(str(told["href"]) for tag, told in (await aiko.open("/trips")).tags if told.get("rel") == "stylesheet")
    names = [file.name for file in resources.files("livetrip_web").joinpath("static").iterdir()]
    files = [await aiko.client.get(css.replace("diary.css", name)) for name in names]
    assert {file.status_code for file in files} == {200}
    own = {"sec-fetch-site": "same-origin"}
    sent = [await aiko.client.get(css.replace("diary.css", name), headers=own) for name in names]
    assert [file.content for file in sent] == [file.content for file in files]
    assert 5_000 < sum(int(file.headers["content-length"]) for file in sent) < 16_000


@pytest.mark.parametrize(
    ("headers", "is_compressed"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "none", "accept-encoding": "br"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({}, False),
    ],
    ids=["own", "typed", "unable", "foreign", "neighbour", "silent"],
)
async def test_pages_are_compressed_unless_a_page_elsewhere_has_them_sent(
    aiko: Browser, headers: dict[str, str], is_compressed: bool
) -> None:
    plain = await aiko.client.get("/trips")
    answer = await aiko.client.get("/trips", headers=headers)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == ("gzip" if is_compressed else None)
    assert len(answer.text) == len(plain.text)
    size = int(answer.headers["content-length"])
    assert (size < len(plain.content) / 2) is is_compressed
    assert "accept-encoding" in answer.headers.get("vary", "").lower() or not is_compressed


async def test_pages_load_nothing_from_elsewhere(aiko: Browser) -> None:
    trip = await aiko.plan()
    for address in ("/trips", trip, f"{trip}/photos", f"{trip}/entries/new"):
        for _, told in (await aiko.open(address)).tags:
            for name in ("src", "href", "action"):
                value = told.get(name)
                assert value is None or value.startswith(("/", "#")), value
            assert not [name for name in told if name.startswith("on") or name == "style"]


async def test_in_public_photos_may_come_from_their_storage_and_everything_is_https() -> None:
    web = make_web(MemoryDiary().live_trip, settings(**PUBLIC))
    told = (await Browser(web, origin="https://diary.example").open("/sign-in")).headers
    policy = told["content-security-policy"]
    assert "img-src 'self' https://photos.example; connect-src 'self' https://photos.example;" in policy
    assert told["strict-transport-security"] == "max-age=31536000"
    cookie = told["set-cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"):
        assert part in cookie
    assert "Domain" not in cookie


async def test_on_this_machine_the_cookie_is_no_less_careful(browser: Browser) -> None:
    cookie = (await browser.open("/sign-in")).headers["set-cookie"]
    assert cookie.startswith("session=")
    for part in ("; Path=/", "; HttpOnly", "; SameSite=Lax"):
        assert part in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8081"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
async def test_a_form_of_another_site_changes_nothing(aiko: Browser, headers: dict[str, str]) -> None:
    form = (await aiko.open("/trips/new")).form("/trips")
    refused = await aiko.send("/trips", {**form.fields, **TRIP}, **headers)
    assert refused.status == 403
    assert "open for too long" in refused.text
    assert "No trips yet" in (await aiko.open("/trips")).text


async def test_a_form_of_another_site_takes_nobody_s_session_away(web: Web) -> None:
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url=HERE) as browser:
        answer = await browser.post("/trips", data=TRIP, headers=elsewhere)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("token", [None, "", "x", "ä"])
async def test_a_form_without_the_token_of_the_session_changes_nothing(aiko: Browser, token: str | None) -> None:
    form = {**(await aiko.open("/trips/new")).form("/trips").fields, **TRIP}
    form.pop("csrf")
    assert (await aiko.send("/trips", form if token is None else {**form, "csrf": token})).status == 403
    for path in ("/sign-out", "/preferences"):
        assert (await aiko.send(path, {"csrf": token or "", "language": "ja"})).status == 403
    assert "No trips yet" in (await aiko.open("/trips")).text


async def test_the_token_of_somebody_else_is_none(aiko: Browser, web: Web) -> None:
    other = Browser(web)
    await other.sign_in("ben")
    token = (await other.open("/trips/new")).form("/trips").fields["csrf"]
    form = (await aiko.open("/trips/new")).form("/trips").fields
    assert (await aiko.send("/trips", {**form, **TRIP, "csrf": token})).status == 403
    await other.client.aclose()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "[", "0.0.0.0:8080"]
)
async def test_a_name_that_is_not_ours_is_not_answered(browser: Browser, host: str) -> None:
    assert (await browser.client.get("/trips", headers={"host": host})).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8080", "[::1]:8080", "127.0.0.1"])
async def test_this_machine_has_several_names(browser: Browser, host: str) -> None:
    answer = await browser.client.get("/sign-in", headers={"host": host})
    assert answer.status_code == 200


OF_HERE = {"x-forwarded-for": "127.0.0.1", "x-real-ip": "::1", "x-forwarded-host": "localhost:8080"}
FROM_AFAR = [
    {"x-forwarded-for": "203.0.113.7"},
    {"x-forwarded-for": "127.0.0.1, 203.0.113.7"},
    {"x-real-ip": "2001:db8::7"},
    {"forwarded": "for=203.0.113.7"},
    {"x-forwarded-host": "diary.example"},
    {"x-forwarded-host": ""},
]


@pytest.mark.parametrize("told", FROM_AFAR)
async def test_a_tunnel_to_this_machine_does_not_open_the_development_sign_in(
    browser: Browser, told: dict[str, str]
) -> None:
    form = (await browser.open("/sign-in")).form("/sign-in").fields
    answer = await browser.client.post("/sign-in", data={**form, "name": "aiko"}, headers=told)
    assert answer.status_code == 421
    assert (await browser.open("/trips")).path == "/sign-in"


async def test_what_a_tunnel_says_in_several_lines_counts_in_each(browser: Browser) -> None:
    for first, last in (("203.0.113.7", "127.0.0.1"), ("127.0.0.1", "203.0.113.7")):
        told = [("x-forwarded-for", first), ("x-forwarded-for", last)]
        assert (await browser.client.get("/sign-in", headers=told)).status_code == 421


async def test_a_proxy_of_this_machine_for_this_machine_is_let_through(browser: Browser) -> None:
    assert (await browser.open("/sign-in", **OF_HERE)).status == 200


@pytest.mark.parametrize("told", FROM_AFAR)
async def test_in_public_a_proxy_may_say_where_people_are(told: dict[str, str]) -> None:
    web = make_web(MemoryDiary().live_trip, settings(**PUBLIC))
    assert (await Browser(web, origin="https://diary.example").open("/sign-in", **told)).status == 200


async def test_in_public_there_is_one_name() -> None:
    web = make_web(MemoryDiary().live_trip, settings(**PUBLIC))
    assert (await Browser(web, origin="https://diary.example").open("/sign-in")).status == 200
    for name in ("localhost", "diary.example:8443", "other.example"):
        answer = await Browser(web).client.get("/sign-in", headers={"host": name})
        assert answer.status_code == 421


@pytest.mark.parametrize(
    "following",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/%0a",
        "",
        "/x\r\ny",
    ],
)
async def test_nobody_is_sent_elsewhere_after_the_sign_in(browser: Browser, following: str) -> None:
    page = await browser.open("/sign-in")
    token = page.form().fields["csrf"]
    answer = await browser.client.post(
        "/sign-in", data={"csrf": token, "name": "aiko", "next": following}, headers={"origin": browser.origin}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] in (HOME, "/%0a")


@given(st.text(max_size=40))
@example("//evil.example")
@example("/\\evil.example")
@example("/trips?next=//evil.example")
def test_where_somebody_is_sent_is_a_path_of_this_diary(text: str) -> None:
    path = local_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isascii()
    assert path.isprintable()


@pytest.mark.parametrize("address", ["/trips/new", "/trips", "/trips?cursor=" + "0" * 48])
def test_a_path_of_this_diary_is_gone_back_to(address: str) -> None:
    assert local_path(address) == address


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * (MAX_BYTES + 1), "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 400),
        (b"", "multipart/form-data; boundary=x", 400),
        (b"title=%ff", "application/x-www-form-urlencoded", 400),
        ("title=ä".encode(), "application/x-www-form-urlencoded", 400),
        (b"title", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=b" for _ in range(65)), "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 400),
        (b"title=%ed%a0%80", "application/x-www-form-urlencoded", 400),
    ],
)
async def test_a_body_that_is_no_form_of_ours_is_a_plain_page(
    aiko: Browser, body: bytes, kind: str, status: int
) -> None:
    answer = await aiko.client.post("/trips", content=body, headers={"content-type": kind, "origin": aiko.origin})
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "field",
    [
        {"key": ""},
        {"key": "a b"},
        {"key": "x;Domain=diary.example"},
        {"key": "x,y"},
        {"key": "x" * 65},
        {"version": ""},
        {"version": "0"},
        {"version": "9" * 30},
        {"version": "²"},
    ],
)
async def test_a_form_without_its_key_or_version_is_none_of_ours(aiko: Browser, field: dict[str, str]) -> None:
    trip = await aiko.plan()
    refused = await aiko.submit(await aiko.open(f"{trip}/edit"), f"{trip}/edit", **field)
    assert refused.status == 400
    assert "Nothing was changed." in refused.text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/trips/not-an-id", "/trips/00000000-0000-0000-0000-000000000000/nothing"]
)
async def test_an_address_that_is_none_has_a_page_of_its_own(aiko: Browser, path: str) -> None:
    page = await aiko.open(path)
    assert page.status == 404
    assert "There is nothing here" in page.text


async def test_a_method_that_is_none_has_a_page_as_well(aiko: Browser) -> None:
    answer = await aiko.client.delete("/trips", headers={"origin": aiko.origin})
    assert answer.status_code == 405
    assert "<h1>" in answer.text


async def test_once_it_is_told_to_stop_nobody_is_let_in(browser: Browser, web: Web) -> None:
    web.gate.close()
    page = await browser.client.get("/trips")
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")


async def test_what_is_served_beside_the_pages_has_its_own_rules(live_trip: Unreliable, clock: Ticking) -> None:
    asked = []

    async def files(scope: object, receive: object, send: object) -> None:
        assert isinstance(scope, dict)
        asked.append((scope["root_path"], scope["path"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    web = make_web(live_trip, settings(), mounts={"/photo-files": files}, clock=clock)
    browser = Browser(web)
    answer = await browser.client.put("/photo-files/a/b", content=b"x" * 300_000)
    assert (answer.status_code, asked) == (204, [("/photo-files", "/photo-files/a/b")])
    assert "set-cookie" not in answer.headers
    assert (await browser.open("/photo-files")).status == 404
    assert (await browser.client.get("/photo-files/a", headers={"host": "photos.example"})).status_code == 204
    from_afar = {"x-forwarded-for": "198.51.100.7"}
    assert (await browser.client.get("/photo-files/a", headers=from_afar)).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status", "language", "title"),
    [
        ({"host": "evil.example"}, 421, "en", "There is no diary at this address"),
        ({"host": "evil.example", "accept-language": "ja"}, 421, "ja", "このアドレスに日記はありません"),
        ({"x-long": "x" * 40_000}, 431, "en", "That is too much at once"),
    ],
)
async def test_whoever_is_refused_at_the_door_is_told_on_a_page_with_its_trace(
    browser: Browser, headers: dict[str, str], status: int, language: str, title: str
) -> None:
    answer = await browser.client.get("/trips", headers=headers)
    assert answer.status_code == status
    assert f'<html lang="{language}">' in answer.text
    assert f"<h1>{title}</h1>" in answer.text
    assert f"<code>{answer.headers['x-trace-id']}</code>" in answer.text
    assert answer.headers["content-security-policy"]


async def test_a_diary_that_restarts_says_so_on_a_page_with_its_trace(browser: Browser, web: Web) -> None:
    web.gate.close()
    answer = await browser.client.get("/trips")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "<h1>The diary is restarting</h1>" in answer.text
    assert answer.headers["x-trace-id"] in answer.text
