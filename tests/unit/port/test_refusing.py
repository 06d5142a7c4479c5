"""400 for what cannot be read, 422 for what breaks the contract, as the contract documents; alike in-process and over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from switchover import AsgiTransport, Fidelity, Port
from switchover.errors import InvalidRequest, MalformedRequest, Problem
from unit.port.asking import JSON, Answered, ask
from unit.port.single import document, json_answer, json_body

IDENTIFIER = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100, "default": 20}}
SORT = {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["up", "down"], "default": "up"}}
SINCE = {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}}
SIZES = {"name": "sizes", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}
EITHER = {"name": "either", "in": "query", "schema": {"type": ["integer", "boolean"], "default": 1}}
BODY = {"type": "object", "properties": {"title": {"type": "string", "minLength": 1}}, "required": ["title"]}
WHOLE = f"/things/{UUID(int=1)}"


class Sending:
    async def send(
        self,
        id: str,  # noqa: A002 - what the contract calls it
        body: dict[str, Any],
        *,
        limit: int = 20,
        sort: str = "up",
        since: datetime | None = None,
        sizes: list[int] | None = None,
    ) -> str:
        return f"{id} {body} {limit} {sort} {since} {sizes}"


def documented(status: int, *codes: str) -> dict[str, Any]:
    schemas = [{"type": "object", "properties": {"code": {"const": code}}} for code in codes]
    content = {"content": {"application/problem+json": {"schema": {"oneOf": schemas}}}} if codes else {}
    return {str(status): {"description": ".", **content}}


def port_for(*responses: dict[str, Any]) -> Port[Sending]:
    found: dict[str, Any] = json_answer({"type": "string"}, "200")
    for response in responses:
        found |= response
    operation = {
        "parameters": [IDENTIFIER, LIMIT, SORT, SINCE, SIZES],
        "requestBody": json_body(BODY),
        "responses": found,
    }
    return document(operation, "/things/{id}").bind(Sending)


async def asked(port: Port[Sending], target: str = WHOLE, body: bytes = b'{"title": "a"}') -> Answered:
    return await ask(port.serve(Sending(), trust="open"), "POST", target, JSON, parts=(body,))


MALFORMED = {
    "an integer that is none": (f"{WHOLE}?limit=abc", b'{"title": "a"}', "query.limit"),
    "an integer that is not there": (f"{WHOLE}?limit=", b'{"title": "a"}', "query.limit"),
    "an integer with a fraction": (f"{WHOLE}?limit=1.5", b'{"title": "a"}', "query.limit"),
    "an identifier that is none": ("/things/abc", b'{"title": "a"}', "path.id"),
    "a time that is none": (f"{WHOLE}?since=yesterday", b'{"title": "a"}', "query.since"),
    "a list with an element that is none": (f"{WHOLE}?sizes=1&sizes=x", b'{"title": "a"}', "query.sizes#/1"),
    "a parameter twice": (f"{WHOLE}?limit=1&limit=2", b'{"title": "a"}', "query.limit"),
    "a segment that is not percent-encoded": ("/things/%FF", b'{"title": "a"}', "path.id"),
    "no body": (WHOLE, b"", "body"),
}
INVALID = {
    "a number beyond its bound": (f"{WHOLE}?limit=101", b'{"title": "a"}', "query.limit"),
    "a word that is none of the enumeration": (f"{WHOLE}?sort=sideways", b'{"title": "a"}', "query.sort"),
    "a body without what it needs": (WHOLE, b"{}", "body#/title"),
    "a body with a member of another type": (WHOLE, b'{"title": 1}', "body#/title"),
    "a body of another type": (WHOLE, b"[]", "body"),
    "a body that breaks a rule": (WHOLE, b'{"title": ""}', "body#/title"),
}

NEITHER: tuple[dict[str, Any], ...] = ()
BOTH = (documented(400, "malformed_request", "invalid_request"), documented(422, "invalid_request"))
ON_400 = (documented(400, "invalid_request"),)
ON_422 = (documented(422, "invalid_request"),)
PLAIN_400 = (documented(400),)
PLAIN_422 = (documented(422),)
PLAIN_BOTH = (documented(400), documented(422))
WORD_400 = (documented(400, "malformed_request"),)
RANGE = ({"4XX": {"description": "."}},)


@pytest.mark.parametrize(
    ("responses", "malformed", "invalid"),
    [
        (NEITHER, (400, "invalid_request"), (422, "invalid_request")),
        (BOTH, (400, "invalid_request"), (422, "invalid_request")),
        (PLAIN_BOTH, (400, "invalid_request"), (422, "invalid_request")),
        (RANGE, (400, "invalid_request"), (422, "invalid_request")),
        (ON_400, (400, "invalid_request"), (400, "invalid_request")),
        (PLAIN_400, (400, "invalid_request"), (400, "invalid_request")),
        (WORD_400, (400, "malformed_request"), (400, "malformed_request")),
        (ON_422, (422, "invalid_request"), (422, "invalid_request")),
        (PLAIN_422, (422, "invalid_request"), (422, "invalid_request")),
        ((*WORD_400, *ON_422), (400, "malformed_request"), (422, "invalid_request")),
    ],
    ids=["neither", "both", "both, plain", "a range", "400", "400, plain", "400, one code", "422", "422, plain", "400, one code, and 422"],
)  # fmt: skip
async def test_statuses_are_those_that_the_contract_documents(
    responses: tuple[dict[str, Any], ...], malformed: tuple[int, str], invalid: tuple[int, str]
) -> None:
    port = port_for(*responses)
    for target, body, where in MALFORMED.values():
        answered = await asked(port, target, body)
        assert answered.refusal[:2] == malformed, target
        assert where in str(answered.problem)
    for target, body, where in INVALID.values():
        answered = await asked(port, target, body)
        assert answered.refusal[:2] == invalid, target
        assert where in str(answered.problem)


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        (NEITHER, (400, "malformed_request", "The body is not JSON.")),
        (BOTH, (400, "malformed_request", "The body is not JSON.")),
        (WORD_400, (400, "malformed_request", "The body is not JSON.")),
        (ON_400, (400, "invalid_request", "The request breaks the contract.")),
        (ON_422, (422, "invalid_request", "The request breaks the contract.")),
    ],
    ids=["neither", "both", "400, one code", "400, the other code", "422"],
)
async def test_body_that_is_not_json_is_malformed(
    responses: tuple[dict[str, Any], ...], expected: tuple[int, str, str]
) -> None:
    assert (await asked(port_for(*responses), body=b"{")).refusal == expected


async def test_query_that_is_not_percent_encoded_is_malformed() -> None:
    refused = await asked(port_for(), f"{WHOLE}?limit=%FF")
    assert refused.refusal == (400, "malformed_request", "The query is not percent-encoded UTF-8.")
    refused = await asked(port_for(*ON_422), f"{WHOLE}?limit=%FF")
    assert refused.problem["errors"] == [{"where": "query", "detail": "is not percent-encoded UTF-8"}]


async def test_one_malformed_part_makes_the_request_malformed_and_everything_is_named() -> None:
    answered = await asked(port_for(*BOTH), f"{WHOLE}?limit=101&since=never", b"{}")
    assert answered.status == 400
    assert [error["where"] for error in answered.problem["errors"]] == ["query.limit", "query.since", "body#/title"]


async def test_parameter_of_several_types_is_malformed_where_it_is_of_none_of_them() -> None:
    class Choosing:
        async def send(self, either: int | bool = 1) -> str:
            return str(either)

    schema = {"oneOf": [{"type": "integer"}, {"type": "boolean"}], "default": 1}
    operation = {"parameters": [{**EITHER, "schema": schema}], "responses": json_answer({"type": "string"})}
    service = document(operation, method="get").bind(Choosing).serve(Choosing(), trust="open")
    assert (await ask(service, "GET", "/things?either=abc")).status == 400
    assert (await ask(service, "GET", "/things?either=true")).status == 200


@pytest.mark.parametrize(
    ("responses", "cls", "status"),
    [
        (NEITHER, InvalidRequest, 400),
        (BOTH, InvalidRequest, 400),
        (PLAIN_400, InvalidRequest, 400),
        (PLAIN_422, InvalidRequest, 422),
        (ON_422, InvalidRequest, 422),
        (WORD_400, MalformedRequest, 400),
    ],
    ids=["neither", "both", "400, plain", "422, plain", "422", "400, one code"],
)
async def test_callers_meet_the_same_class_code_and_status_in_process_and_over_http(
    responses: tuple[dict[str, Any], ...], cls: type[InvalidRequest | MalformedRequest], status: int
) -> None:
    port = port_for(*responses)
    async with AsgiTransport(port.serve(Sending(), trust="open")) as transport:
        met = []
        for sending in (
            port.direct(Sending(), fidelity=Fidelity.STRICT),
            port.http(transport=transport, trust="open"),
        ):
            with pytest.raises(cls) as caught:
                await sending.send("no-identifier", {"title": "a"})
            met.append(caught.value)
    here, there = met
    assert type(here) is type(there) is cls
    assert here.status == there.status == status
    assert getattr(here, "errors", None) == getattr(there, "errors", None)
    assert here.detail == there.detail


async def test_plain_failure_of_another_service_keeps_its_own_words() -> None:
    """A problem that is not of the kit's stays a documented failure, whatever it calls itself."""
    port = port_for(*PLAIN_400)
    plan = next(iter(port.plans.values()))
    read = plan.failures.read(400, {"code": "invalid_request", "detail": "of another kind", "reason": 5})
    assert isinstance(read, Problem)
    assert (read.status, read.detail, read.members) == (400, "of another kind", {"reason": 5})


async def test_backend_that_refuses_a_request_gets_the_status_that_its_contract_documents() -> None:
    class Refusing(Sending):
        async def send(self, *args: Any, **kwargs: Any) -> str:
            raise InvalidRequest("The dates are reversed.")

    for responses, status in ((ON_400, 400), (ON_422, 422), (BOTH, 422)):
        service = port_for(*responses).serve(Refusing(), trust="open")
        answered = await ask(service, "POST", WHOLE, JSON, parts=(b'{"title": "a"}',))
        assert answered.refusal == (status, "invalid_request", "The dates are reversed.")


async def test_a_good_request_is_answered() -> None:
    answered = await asked(port_for(*BOTH), f"{WHOLE}?limit=100&sort=down&since=2026-01-01T00:00:00Z&sizes=1&sizes=2")
    assert answered.status == 200
    assert str(datetime(2026, 1, 1, tzinfo=UTC)) in answered.body.decode()
