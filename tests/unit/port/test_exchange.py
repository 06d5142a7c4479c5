"""What a client makes of answers that no service of the kit's gives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from switchover import Port, Timeouts, calling
from switchover.errors import (
    CallError,
    ConnectionLost,
    InternalError,
    InvalidField,
    InvalidRequest,
    Problem,
    ServiceUnavailable,
    TransportError,
    Unauthenticated,
    UnexpectedAnswer,
)
from switchover.port.wire import WireRequest, WireResponse
from switchover.telemetry import start
from unit.port.desk import AIKO, MISSING_ID, NoteDraft, NoteNotFound, desk_port
from unit.port.single import document, interface

JSON = [("content-type", "application/json")]
PROBLEM = [("content-type", "application/problem+json")]


@dataclass
class Canned:
    """A transport that gives one answer to everything."""

    status: int = 200
    headers: Sequence[tuple[str, str]] = field(default_factory=lambda: JSON)
    body: bytes = b"1"
    requests: list[WireRequest] = field(default_factory=list)

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        self.requests.append(request)
        return WireResponse(self.status, self.headers, self.body)

    async def aclose(self) -> None: ...


def desk(*answer: Any) -> Any:
    return desk_port().http(transport=Canned(*answer), trust="open")


@pytest.mark.parametrize(
    "headers",
    [[], [("content-type", "")], [("content-type", "text/html")], [("content-type", "application/json5")],
     [("content-type", "text/html"), *JSON]],
)  # fmt: skip
async def test_an_answer_of_another_media_type_is_not_read(headers: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"The answer is not application/json. \(status 200\)") as caught:
        await desk(200, headers, b"1").echo(1)
    assert caught.value.answered == 200
    assert len(caught.value.trace_id or "") == 32


async def test_parameters_of_the_media_type_do_not_matter() -> None:
    assert await desk(200, [("content-type", "Application/JSON; charset=utf-8")], b"[1]").echo(1) == [1]


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff", b"1 1", b"NaN"])
async def test_an_answer_that_is_not_json_is_not_read(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"The answer is not JSON. \(status 200\)"):
        await desk(200, JSON, body).echo(1)


async def test_an_answer_that_breaks_the_contract_is_told_with_its_places_and_without_its_values() -> None:
    note = {"id": "secret", "title": "", "tags": ["secret"] * 3, "writtenAt": "secret", "more": "secret"}
    with pytest.raises(UnexpectedAnswer, match=r"The answer breaks the contract: .*#/title") as caught:
        await desk(200, JSON, json.dumps(note).encode()).get_note(AIKO, MISSING_ID)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", [100, 199, 202, 204, 302, 404, 409, 418])
async def test_an_answer_that_the_contract_does_not_know_is_unexpected(status: int) -> None:
    for body in (b"", b"{}", b"[1]", b"not json", b'{"code": "of_another_kit"}', b'{"code": 7}'):
        if (status == 404 and b"of_another" not in body) or (status == 409 and b"of_another" in body):
            continue
        with pytest.raises(UnexpectedAnswer, match=f"does not document this answer. \\(status {status}\\)"):
            await desk(status, PROBLEM, body).add_note(AIKO, NoteDraft(title="a"))


@pytest.mark.parametrize("after", ["7", "Fri, 27 Nov 2026 00:00:00 GMT", "-1", "9" * 10])
async def test_a_bare_503_says_that_the_service_is_unavailable_and_perhaps_for_how_long(after: str) -> None:
    with pytest.raises(ServiceUnavailable) as unavailable:
        await desk(503, [("retry-after", after)], b"<html>").echo(1)
    assert unavailable.value.retry_after == (7 if after == "7" else None)


@pytest.mark.parametrize("status", [502, 504])
async def test_a_gateway_that_gave_up_may_have_given_up_on_something_that_went_on(status: int) -> None:
    with pytest.raises(ConnectionLost, match=f"A gateway answered {status} for the service.") as caught:
        await desk(status, [], b"<html>").echo(1)
    assert len(caught.value.trace_id or "") == 32


@pytest.mark.parametrize("status", [500, 507, 599])
async def test_problem_details_are_the_services_own_failure_whatever_the_status(status: int) -> None:
    with pytest.raises(InternalError):
        await desk(status, PROBLEM, b'{"title": "Something"}').echo(1)


HTML, TEXT = [("content-type", "text/html")], [("content-type", "text/plain; charset=utf-8")]


@pytest.mark.parametrize(
    ("headers", "body"),
    [(HTML, b"<html>"), (TEXT, b"Internal Server Error"), ([], b""), (JSON, b'{"detail": "Internal Server Error"}')],
)
@pytest.mark.parametrize("status", [400, 403, 413, 422, 429, 500, 507, 599])
async def test_an_error_without_problem_details_is_not_taken_for_the_services_own(
    status: int, headers: Any, body: bytes
) -> None:
    with pytest.raises(UnexpectedAnswer, match=rf"no problem details.*\(status {status}\)") as caught:
        await desk(status, headers, body).get_health()
    assert caught.value.answered == status


async def test_a_bare_401_needs_the_challenge_that_comes_with_it() -> None:
    """RFC 9110, section 15.5.2: a 401 has WWW-Authenticate. Gateways that authenticate answer nothing else."""
    with pytest.raises(Unauthenticated):
        await desk(401, [("www-authenticate", "Bearer")], b"").get_health()
    with pytest.raises(UnexpectedAnswer):
        await desk(401, HTML, b"<html>").get_health()


async def test_a_documented_failure_has_the_trace_beside_it() -> None:
    body = json.dumps({"code": "note_not_found", "noteId": str(MISSING_ID), "detail": "gone"}).encode()
    trace = start()
    with calling(trace=trace), pytest.raises(NoteNotFound) as caught:
        await desk(404, PROBLEM, body).get_note(AIKO, MISSING_ID)
    assert (caught.value.note_id, caught.value.args) == (MISSING_ID, ("gone",))
    assert caught.value.__notes__ == [f"trace {trace.trace_id}"]


@pytest.mark.parametrize("more", [{}, {"noteId": 7}, {"noteId": "not an id"}, {"noteId": None}])
async def test_a_documented_failure_that_breaks_the_contract_is_unexpected(more: Any) -> None:
    body = json.dumps({"code": "note_not_found", **more}).encode()
    with pytest.raises(UnexpectedAnswer, match=r"The failure breaks the contract: #/noteId .* \(status 404\)"):
        await desk(404, PROBLEM, body).get_note(AIKO, MISSING_ID)


async def test_a_malformed_list_of_what_is_wrong_is_read_as_far_as_it_goes() -> None:
    wrong = {"where": "body#/title", "detail": "is empty"}
    for errors, expected in (
        ([wrong, None, 7, {"where": "x"}, {"where": 1, "detail": 2}], (InvalidField(**wrong),)),
        ("many", ()),
        (None, ()),
    ):
        body = json.dumps({"code": "invalid_request", "errors": errors, "traceId": "abc"}).encode()
        with pytest.raises(InvalidRequest) as caught:
            await desk(422, PROBLEM, body).add_note(AIKO, NoteDraft(title="a"))
        assert (caught.value.errors, caught.value.trace_id) == (expected, "abc")


async def test_a_code_of_the_kits_with_another_status_is_not_believed() -> None:
    with pytest.raises(UnexpectedAnswer):
        await desk(418, PROBLEM, b'{"code": "not_found"}').echo(1)


async def test_no_problem_however_odd_ends_in_anything_but_a_call_error() -> None:
    for body in (b"[" * 100_000, b'{"code": [1]}', b'{"code": {}}', b'{"detail": {"a": 1}}', b'"\\ud800"', b"\x00" * 9):
        for status in (400, 404, 422, 500, 503):
            with pytest.raises(CallError):
                await desk(status, PROBLEM, body).get_note(AIKO, MISSING_ID)


async def test_every_unsafe_request_has_a_key_and_every_request_names_what_it_takes() -> None:
    transport = Canned()
    client = desk_port().http(transport=transport, trust="open")
    await client.echo(1)
    with calling(idempotency_key="mine"):
        await client.echo(1)
    with pytest.raises(UnexpectedAnswer):
        await client.get_note(AIKO, MISSING_ID)
    first, second, third = (dict(request.headers) for request in transport.requests)
    assert first["idempotency-key"] == "-".join(first["traceparent"].split("-")[1:3])
    assert second["idempotency-key"] == "mine"
    assert "idempotency-key" not in third
    assert first["accept"] == "application/json, application/problem+json"


SWEEPING = {"default": {"description": "Anything else.", "content": {"application/problem+json": {"schema": {}}}}}


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504])
@pytest.mark.parametrize(("headers", "body"), [(HTML, b"<html>"), ([], b""), (JSON, b'{"detail": "Not here"}')])
async def test_a_failure_documented_for_any_status_is_no_word_for_what_gateways_answer(
    status: int, headers: Any, body: bytes
) -> None:
    contract = document({"responses": {"200": {"description": "."}, **SWEEPING}}, method="get")
    port: Port[Any] = contract.bind(interface({}))

    with pytest.raises((TransportError, ServiceUnavailable)):
        await port.http(transport=Canned(status, headers, body), trust="open").send()
    own = Canned(status, PROBLEM, b'{"detail": "The cellar is flooded"}')
    with pytest.raises(Problem, match="The cellar is flooded"):
        await port.http(transport=own, trust="open").send()
