"""Bodies as hostile and unlucky clients send them: too large, too deep, of another kind, or not to their end."""

from __future__ import annotations

from typing import Any, cast

import pytest

from switchover.port.serve import Limits, Service
from switchover.port.serve.body import Reading
from unit.port.asking import CALLER, JSON, NOTE, Answered, Header, ask
from unit.port.desk import InMemoryBlockingDesk, InMemoryDesk, desk_port

LIMITS = Limits(body_bytes=64, json_depth=3)
TOO_LARGE = (413, "payload_too_large", "The body may have at most 64 bytes.")
TOO_DEEP = (413, "payload_too_large", "The body may be nested at most 3 levels deep.")


@pytest.fixture
def desk() -> InMemoryBlockingDesk:
    return InMemoryBlockingDesk()


@pytest.fixture
def service(desk: InMemoryBlockingDesk) -> Service:
    return desk_port().serve(InMemoryDesk(desk), trust="open", limits=LIMITS)


async def echo(service: Service, *parts: bytes | None, headers: tuple[Header, ...] = (JSON,)) -> Answered:
    return await ask(service, "POST", "/api/echo", *headers, parts=parts)


@pytest.mark.parametrize("name", ["body_bytes", "json_depth", "threads"])
def test_a_limit_is_at_least_one(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} has to be at least 1"):
        Limits(**cast("dict[str, Any]", {name: 0}))


async def test_a_body_comes_in_as_many_parts_as_it_likes(service: Service) -> None:
    answered = await echo(service, b'{"a', b"", b'": ', b"[1]}")
    assert (answered.status, answered.body) == (200, b'{"a":[1]}')


async def test_a_body_may_be_as_large_as_the_limit(service: Service) -> None:
    exact = b'"' + b"x" * 62 + b'"'
    assert (await echo(service, exact, headers=(JSON, ("content-length", "64")))).body == exact
    assert (await echo(service, exact[:40], exact[40:])).body == exact


@pytest.mark.parametrize("length", ["65", "9" * 18, "9" * 5000])
async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(service: Service, length: str) -> None:
    answered = await echo(service, None, headers=(JSON, ("content-length", length)))
    assert answered.refusal == TOO_LARGE


async def test_a_body_that_is_too_large_in_fact_is_read_no_further_than_the_limit(
    service: Service, desk: InMemoryBlockingDesk
) -> None:
    assert (await echo(service, b" " * 65)).refusal == TOO_LARGE
    # Had it been read on, the client's going away would be what is told.
    assert (await echo(service, b" " * 40, b" " * 40, None)).refusal == TOO_LARGE
    assert (await echo(service, b" " * 65, headers=(JSON, ("content-length", "1")))).refusal == TOO_LARGE
    assert desk.seen == []


@pytest.mark.parametrize("length", ["", "-1", "1.0", "0x1", "1 ", "²", "1,1"])
async def test_a_length_that_is_no_number_is_refused(service: Service, length: str) -> None:
    answered = await echo(service, b"1", headers=(JSON, ("content-length", length)))
    assert answered.refusal == (400, "malformed_request", "The header content-length is no number.")


@pytest.mark.parametrize("parts", [(None,), (b'{"a": ', None), (b'{"a": ', b"1", None)])
async def test_a_client_that_goes_away_in_its_body_calls_nothing(
    service: Service, desk: InMemoryBlockingDesk, parts: tuple[bytes | None, ...]
) -> None:
    assert (await echo(service, *parts)).refusal == (400, "malformed_request", "The client went away.")
    assert desk.seen == []


@pytest.mark.parametrize(
    "body", [b"[[[1]]]", b'{"a":{"b":{}}}', b'"[[[[[["', rb'["\"[[[[", "]]"]', b"[[],[],[],[]]", b'["[[[[\\\\"]']
)
async def test_json_may_be_nested_as_deep_as_the_limit_and_brackets_in_strings_do_not_count(
    service: Service, body: bytes
) -> None:
    assert (await echo(service, body)).status == 200


@pytest.mark.parametrize("body", [b"[[[[", b"[[[[1]]]]", b'{"a":[{"b":[]}]}', b'[1,[2,[{"a":"]]]"}]]]', b"[" * 64])
async def test_json_that_is_nested_deeper_is_refused_before_it_is_parsed(service: Service, body: bytes) -> None:
    assert (await echo(service, body)).refusal == TOO_DEEP


async def test_only_json_has_a_depth(service: Service) -> None:
    headers = (CALLER, ("content-type", "text/plain"))
    assert (await ask(service, "PUT", f"{NOTE}/text", *headers, parts=(b"[" * 64,))).status == 204


@pytest.mark.parametrize("body", [b"{", b"nul", b"{'a': 1}", b"\xff", b"NaN", b"1 1", b"]"])
async def test_a_body_that_is_not_json_cannot_be_read(service: Service, body: bytes) -> None:
    assert (await echo(service, body)).refusal == (400, "malformed_request", "The body is not JSON.")


async def test_a_body_that_somebody_had_to_see_before_comes_again_whole() -> None:
    messages = iter(
        [{"type": "http.request", "body": b"ab", "more_body": True}, {"type": "http.request", "body": b"c"}]
    )

    async def receive() -> Any:
        return next(messages)

    reading = Reading(receive, None, 10)
    assert [await reading.body(), await reading.body()] == [b"abc", b"abc"]
    assert await reading.receive() == {"type": "http.request", "body": b"abc", "more_body": False}


async def test_a_body_that_is_not_there_is_named(service: Service) -> None:
    for headers in ((), (JSON,), (JSON, ("content-length", "0"))):
        answered = await echo(service, b"", headers=headers)
        assert answered.refusal[:2] == (400, "invalid_request")
        assert answered.problem["errors"] == [{"where": "body", "detail": "is required"}]


@pytest.mark.parametrize(
    "declared",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json; charset=us-ascii; x=y",
        "application/json; x",
    ],
)
async def test_a_media_type_is_known_in_every_spelling(service: Service, declared: str) -> None:
    assert (await echo(service, b"1", headers=(("content-type", declared),))).status == 200


@pytest.mark.parametrize(
    "declared",
    ["", "text/plain", "application/xml", "application/json; charset=utf-16", "json", "application/json" + " " * 2000],
)
async def test_another_media_type_or_charset_is_refused(service: Service, declared: str) -> None:
    answered = await echo(service, b"1", headers=(("content-type", declared),))
    assert answered.refusal == (415, "unsupported_media_type", "The body has to be application/json.")


async def test_a_body_without_a_media_type_is_refused(service: Service) -> None:
    assert (await echo(service, b"1", headers=())).status == 415


async def test_a_body_that_breaks_the_contract_is_refused_with_every_place_and_no_value(service: Service) -> None:
    body = b'{"title": "", "secret": 1, "tags": [""]}'
    answered = await ask(service, "POST", "/api/notes", JSON, CALLER, parts=(body,))
    assert answered.refusal[:2] == (422, "invalid_request")
    assert {error["where"] for error in answered.problem["errors"]} >= {"body#/title", "body#/tags/0"}
