"""Signing in by an OIDC issuer: who comes back is believed for good reasons alone."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest

from livetrip_contract import Caller
from livetrip_web import make_web
from support.diary import ListeningDiary, MemoryDiary, Ticking
from support.loopback import Told, told
from support.pages import HERE, Browser, Page, settings
from support.sign_in_issuer import CLIENT, SECRET, SignInIssuer, sign_in_issuer
from support.signing import SigningKey


@pytest.fixture
def issuer(clock: Ticking) -> Iterator[SignInIssuer]:
    with sign_in_issuer(clock) as running:
        yield running


def browser_of(issuer: SignInIssuer, clock: Ticking, *, diary: Any = None, **given: Any) -> Browser:
    options = {"dev_sign_in": False, "url": HERE, "oidc_issuer": issuer.url, "oidc_client_id": CLIENT, **given}
    return Browser(make_web(diary or MemoryDiary().live_trip, settings(**options), clock=clock))


@pytest.fixture
async def visitor(issuer: SignInIssuer, clock: Ticking) -> AsyncIterator[Browser]:
    made = browser_of(issuer, clock, oidc_client_secret=SECRET)
    async with made.client:
        yield made


async def begun(browser: Browser, following: str = "/trips/new") -> str:
    answer: httpx.Response = await browser.client.get(f"/sign-in/issuer?next={quote(following)}")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def back(browser: Browser, query: dict[str, str]) -> Page:
    return await browser.open(f"/sign-in/callback?{urlencode(query)}")


async def test_somebody_signs_in_and_goes_where_they_wanted_to(visitor: Browser, issuer: SignInIssuer) -> None:
    assert f"/sign-in/issuer?next={quote('/trips/new', safe='/')}" in (await visitor.open("/trips/new")).links
    address = await begun(visitor)
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{issuer.url}/authorize?")
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert query["scope"] == "openid profile"
    assert query["redirect_uri"] == f"{HERE}/sign-in/callback"
    page = await back(visitor, issuer.authorize(address))
    assert page.path == "/trips/new"
    assert "Signed in as Aiko" in page.text


async def test_the_client_proves_itself_as_the_issuer_wants_it(issuer: SignInIssuer, clock: Ticking) -> None:
    for metadata, given in (
        ({}, {"oidc_client_secret": SECRET}),
        ({"token_endpoint_auth_methods_supported": ["client_secret_post"]}, {"oidc_client_secret": SECRET}),
        ({}, {}),
    ):
        issuer.metadata = metadata
        browser = browser_of(issuer, clock, **given)
        assert (await back(browser, issuer.authorize(await begun(browser)))).path == "/trips/new"
        await browser.client.aclose()
    basic, posted, public = issuer.asked
    proof = base64.b64encode(f"{CLIENT}:{quote(SECRET, safe='')}".encode()).decode()
    assert basic.headers["authorization"] == f"Basic {proof}"
    assert dict(posted.form)["client_secret"] == SECRET
    assert "client_secret" not in dict(public.form)
    assert dict(public.form)["client_id"] == CLIENT


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "another"},
        {"state": ""},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"code": "another"},
        {"code": ""},
        {"error": "access_denied"},
    ],
)
async def test_an_answer_that_is_not_to_our_question_signs_nobody_in(
    visitor: Browser, issuer: SignInIssuer, changes: dict[str, str | None]
) -> None:
    answer = {**issuer.authorize(await begun(visitor)), **changes}
    page = await back(visitor, {name: value for name, value in answer.items() if value is not None})
    assert page.status == 400
    assert "The sign-in did not work" in page.text
    assert (await visitor.open("/trips")).path == "/sign-in"


async def test_an_answer_is_good_once_for_a_while_and_in_the_browser_that_asked(
    visitor: Browser, issuer: SignInIssuer, clock: Ticking
) -> None:
    answer = issuer.authorize(await begun(visitor))
    other = browser_of(issuer, clock)
    assert (await back(other, answer)).status == 400
    await other.client.aclose()
    assert (await back(visitor, answer)).status == 200
    assert (await back(visitor, answer)).status == 400
    late = issuer.authorize(await begun(visitor))
    clock.now += 601
    assert (await back(visitor, late)).status == 400


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"iss": "https://evil.example"}, {}),
        ({"aud": "another"}, {}),
        ({"aud": [CLIENT, "another"]}, {}),
        ({"azp": "another"}, {}),
        ({"aud": None}, {}),
        ({"nonce": "another"}, {}),
        ({"nonce": None}, {}),
        ({"exp": 1}, {}),
        ({"exp": None}, {}),
        ({"iat": 1}, {}),
        ({"iat": "now"}, {}),
        ({"sub": None}, {}),
        ({"sub": "x" * 201}, {}),
        ({"sub": "a\nb"}, {}),
        ({"groups": "staff"}, {}),
        ({"groups": ["x" * 101]}, {}),
        ({"groups": [f"{number:090}" for number in range(60)]}, {}),
        ({}, {"alg": "none"}),
        ({}, {"alg": "HS256"}),
        ({}, {"kid": "another"}),
        ({}, {"kid": None}),
        ({}, {"crit": ["exp"]}),
    ],
)
async def test_an_id_token_that_is_not_for_this_sign_in_signs_nobody_in(
    visitor: Browser, issuer: SignInIssuer, claims: dict[str, Any], header: dict[str, Any]
) -> None:
    issuer.claims, issuer.header = claims, header
    page = await back(visitor, issuer.authorize(await begun(visitor)))
    assert page.status == 400, page.text
    assert (await visitor.open("/trips")).path == "/sign-in"


async def test_a_signature_by_another_key_of_the_same_name_is_none(visitor: Browser, issuer: SignInIssuer) -> None:
    issuer.signs_with = SigningKey.make("one", "ES256")
    assert (await back(visitor, issuer.authorize(await begun(visitor)))).status == 400


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Told(500), 503),
        (Told(400, b"{}"), 400),
        (Told(200, b"no json"), 400),
        (Told(200, b"{}"), 400),
        (Told(200, b'{"id_token": "x"}'), 400),
        (Told(200, b'{"id_token": "x.y.z"}'), 400),
        (Told(200, b'{"id_token": "' + b"x" * 70_000 + b'"}'), 400),
    ],
)
async def test_an_issuer_that_answers_no_tokens_signs_nobody_in(
    visitor: Browser, issuer: SignInIssuer, answer: Told, status: int
) -> None:
    issuer.answer = answer
    assert (await back(visitor, issuer.authorize(await begun(visitor)))).status == status


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"token_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
    ],
)
async def test_an_issuer_that_cannot_be_one_is_not_gone_to(
    visitor: Browser, issuer: SignInIssuer, metadata: dict[str, Any]
) -> None:
    issuer.metadata = metadata
    page = await visitor.open("/sign-in/issuer")
    assert page.status == 503
    assert page.headers["retry-after"] == "10"


async def test_an_issuer_that_is_gone_is_a_clear_page(visitor: Browser, issuer: SignInIssuer) -> None:
    answer = issuer.authorize(await begun(visitor))
    issuer.server.close()
    assert (await back(visitor, answer)).status == 503


async def test_signing_out_here_offers_to_sign_out_there(visitor: Browser, issuer: SignInIssuer) -> None:
    page = await back(visitor, issuer.authorize(await begun(visitor)))
    out = await visitor.submit(page, "/sign-out")
    leaving = next(link for link in out.links if link.startswith(issuer.url))
    query = parse_qs(urlsplit(leaving).query)
    assert query == {"x": ["y"], "client_id": [CLIENT], "post_logout_redirect_uri": [f"{HERE}/signed-out"]}


@pytest.mark.parametrize("metadata", [{"end_session_endpoint": None}, {"issuer": "https://evil.example"}])
async def test_where_there_is_nothing_to_sign_out_of_nothing_is_offered(
    visitor: Browser, issuer: SignInIssuer, metadata: dict[str, Any]
) -> None:
    issuer.metadata = metadata
    out = await visitor.open("/signed-out")
    assert out.status == 200
    assert not [link for link in out.links if link.startswith("http")]


async def test_names_and_groups_are_taken_from_where_they_are(issuer: SignInIssuer, clock: Ticking) -> None:
    for claims, name in (
        ({"name": None, "preferred_username": "aiko.k"}, "aiko.k"),
        ({"name": " ", "preferred_username": 3}, "sub-of-aiko"),
        ({"groups": None, "roles": ["a", "a"]}, "Aiko"),
        ({"aud": [CLIENT, "another"], "azp": CLIENT}, "Aiko"),
    ):
        issuer.claims = claims
        browser = browser_of(issuer, clock, oidc_groups_claim="roles")
        page = await back(browser, issuer.authorize(await begun(browser)))
        assert f"Signed in as {name}" in page.text
        await browser.client.aclose()


async def test_groups_that_are_in_no_id_token_are_asked_for(issuer: SignInIssuer, clock: Ticking) -> None:
    diary = ListeningDiary()
    issuer.claims = {"groups": None, "name": None}
    issuer.userinfo = told({"sub": "sub-of-aiko", "name": "Aiko of UserInfo", "groups": ["staff"], "iss": "another"})
    browser = browser_of(issuer, clock, diary=diary)
    assert "Signed in as Aiko of UserInfo" in (await back(browser, issuer.authorize(await begun(browser)))).text
    await browser.open("/trips")
    assert diary.callers == {Caller("sub-of-aiko", frozenset({"staff"}))}
    await browser.client.aclose()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (told({"sub": "somebody-else", "groups": ["staff"]}), 400),
        (told({"groups": ["staff"]}), 400),
        (told({}), 400),
        (told({"sub": "sub-of-aiko", "groups": "staff"}), 400),
        (Told(200, b"x.y.z", {"content-type": "application/jwt"}), 400),
        (Told(200, b'{"sub": "sub-of-aiko", "x": "' + b"x" * 70_000 + b'"}'), 400),
        (Told(401), 400),
        (Told(302, b"", {"location": "/elsewhere"}), 400),
        (Told(500), 503),
    ],
)
async def test_what_is_told_of_somebody_else_signs_nobody_in(
    visitor: Browser, issuer: SignInIssuer, answer: Told, status: int
) -> None:
    issuer.claims, issuer.userinfo = {"groups": None}, answer
    assert (await back(visitor, issuer.authorize(await begun(visitor)))).status == status


async def test_without_an_issuer_there_is_nowhere_to_go(browser: Browser) -> None:
    assert (await browser.open("/sign-in/issuer")).status == 404
    assert (await browser.open("/sign-in/callback")).status == 404


async def test_keys_that_cannot_be_had_are_an_issuer_that_is_down(visitor: Browser, issuer: SignInIssuer) -> None:
    issuer.metadata = {"jwks_uri": None}
    assert (await back(visitor, issuer.authorize(await begun(visitor)))).status == 503
