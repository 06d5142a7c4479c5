"""Credentials of contracts of others, from one side to the other: HTTP Basic, and API keys in a query or a cookie."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import httpx
import pytest

from switchover import (
    ApiKey,
    ApiKeyVerifier,
    AsgiTransport,
    BasicAuth,
    BasicAuthVerifier,
    HttpxTransport,
    Port,
    Principal,
)
from switchover.errors import CallError, Unauthenticated
from unit.port.peers import served
from unit.port.single import document, interface, json_answer

WHO = Principal("partner", may_act_for_users=False)
KEY = "a-key-of-the-partner-0123456789-abcdefghi"
SCHEMES: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "basic": ({"type": "http", "scheme": "basic"}, BasicAuth("partner", KEY), BasicAuthVerifier({WHO: ("partner", KEY)})),
    "query": ({"type": "apiKey", "in": "query", "name": "api key"}, ApiKey(KEY, query="api key"), ApiKeyVerifier({WHO: KEY}, query="api key")),
    "cookie": ({"type": "apiKey", "in": "cookie", "name": "sid"}, ApiKey(KEY, cookie="sid"), ApiKeyVerifier({WHO: KEY}, cookie="sid")),
}  # fmt: skip


def port(scheme: dict[str, Any]) -> Port[Any]:
    described = {
        "security": [{"k": []}],
        "parameters": [
            {"name": "q", "in": "query", "schema": {"type": "string"}},
            {"name": "lang", "in": "cookie", "schema": {"type": "string"}},
        ],
        "responses": json_answer({"type": "string"}),
    }
    contract = document(described, method="get", components={"securitySchemes": {"k": scheme}})
    return contract.bind(interface({"return": str, "q": str | None, "lang": str | None}, q=None, lang=None))


class Echo:
    async def send(self, q: str | None = None, lang: str | None = None) -> str:
        return f"{q} {lang}"


@pytest.mark.parametrize("place", SCHEMES)
async def test_what_the_contract_asks_for_is_sent_and_judged(place: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    scheme, credentials, verifier = SCHEMES[place]
    bound = port(scheme)
    with served(bound.serve(Echo(), verifier=verifier)) as address:
        async with HttpxTransport(address) as transport:
            client = bound.http(transport=transport, credentials=credentials)
            assert await client.send() == "None None"
            assert await client.send("a b", "de") == "a b de"
            for wrong in (ApiKey(KEY + "x", query="api key"), ApiKey(KEY, cookie="other"), BasicAuth("x", KEY)):
                with pytest.raises(Unauthenticated):
                    await bound.http(transport=transport, credentials=wrong).send("a")
    assert KEY not in caplog.text


@pytest.mark.parametrize("place", SCHEMES)
async def test_no_failure_shows_a_credential(place: str) -> None:
    scheme, credentials, _ = SCHEMES[place]

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"<html>"})

    for transport in (HttpxTransport("http://127.0.0.1:9"), AsgiTransport(broken)):
        with pytest.raises(CallError) as caught:
            await port(scheme).http(transport=transport, credentials=credentials).send("a")
        told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
        assert KEY not in told


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        (f"/things?api+key={KEY}", {}, 200),
        (f"/things?q=1&api%20key={KEY.replace('-', '%2D')}", {}, 200),
        (f"/things?api%20key={KEY}&api%20key={KEY}", {}, 401),
        (f"/things?key={KEY}", {}, 401),
        ("/things", {"x-api-key": KEY}, 401),
    ],
)
async def test_a_key_in_the_query_is_there_once(target: str, headers: dict[str, str], status: int) -> None:
    scheme, _, verifier = SCHEMES["query"]
    app: Any = port(scheme).serve(Echo(), verifier=verifier)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        assert (await client.get(target, headers=headers)).status_code == status


@pytest.mark.parametrize(("cookies", "status"), [([f'lang=de; sid="{KEY}"'], 200), ([f"sid={KEY}", "lang=de"], 200), ([f"sid={KEY}; sid={KEY}"], 401), (["sid"], 401)])  # fmt: skip
async def test_a_key_in_a_cookie_is_there_once(cookies: list[str], status: int) -> None:
    scheme, _, verifier = SCHEMES["cookie"]
    app: Any = port(scheme).serve(Echo(), verifier=verifier)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        answer = await client.get("/things", headers=[("cookie", value) for value in cookies])
    assert answer.status_code == status
    assert status != 200 or answer.json() == "None de"


def test_a_key_has_one_place_whose_name_can_be_sent() -> None:
    assert ApiKey("short", query="k").described() == ["an API key, in the query parameter k"]
    assert ApiKeyVerifier({WHO: KEY}, cookie="sid").described() == [
        "an API key in the cookie sid: partner (1 key), which may not act for users"
    ]
    for given in ({"header": "x-key", "query": "k"}, {"query": ""}, {"query": "\n"}, {"cookie": "a;b"}):
        with pytest.raises(ValueError, match=r"one place|is not a name"):
            ApiKey(KEY, **given)
    for key in ("", "a b", 'a"b', "a;b", "é"):
        with pytest.raises(ValueError, match="visible ASCII"):
            ApiKey(key, cookie="sid")
