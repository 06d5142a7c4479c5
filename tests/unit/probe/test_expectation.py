"""Answers held against what the contract documents."""

from __future__ import annotations

import pytest

from switchover.port.wire import WireResponse
from switchover.probe.expectation import Expectation
from switchover.probe.target import targets
from unit.contract.documents import HEAD, load
from unit.probe.contracts import HEALTHY, document

JSON = "application/json"
CANARY = "canary-5f3a"


def expectation(operation: str = "getHealth") -> Expectation:
    (target,) = targets(document(), ["http://desk"], [operation])
    assert target.expectation is not None
    return target.expectation


def of_responses(responses: str) -> Expectation:
    text = HEAD + "paths: {/x: {get: {operationId: getX, responses: " + responses + "}}}"
    (target,) = targets(load(text), ["http://desk"])
    assert target.expectation is not None
    return target.expectation


def response(
    status: int = 200, body: bytes = HEALTHY, content_type: str | None = JSON, *more: tuple[str, str]
) -> WireResponse:
    named = [("content-type", content_type)] if content_type is not None else []
    return WireResponse(status, [*named, *more], body)


@pytest.mark.parametrize(
    "told",
    [
        response(),
        response(200, b'{"status": "degraded", "since": 3}', "Application/JSON; charset=utf-8"),
        response(200, HEALTHY, JSON, ("content-encoding", "Identity")),
        response(503, b'{"code": "service_unavailable"}', "application/problem+json"),
    ],
)
def test_a_documented_answer_conforms(told: WireResponse) -> None:
    assert expectation().breach(told) is None


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (response(201), "The contract does not document status 201."),
        (response(404), "The contract does not document status 404."),
        (response(200, HEALTHY, "text/html"), "The media type is not application/json."),
        (response(200, HEALTHY, CANARY), "The media type is not application/json."),
        (response(200, HEALTHY, None), "The media type is not application/json."),
        (response(200, b"", None), "The media type is not application/json."),
        (response(503, b"{}", JSON), "The media type is not application/problem+json."),
        (response(200, b"", JSON), "The body is not JSON."),
        (response(200, b"{", JSON), "The body is not JSON."),
        (response(200, b'{"status": NaN}', JSON), "The body is not JSON."),
        (response(200, b"[" * 5000, JSON), "The body is not JSON."),
        (
            response(200, HEALTHY, JSON, ("content-encoding", CANARY)),
            "The body is encoded, and was asked for as it is.",
        ),
        (response(200, b"{}", JSON), "The contract's schema is broken: body#/status is required."),
        (response(200, b"[]", JSON), "The contract's schema is broken: body has to be object."),
        (
            response(200, b'{"status": "canary-5f3a", "since": "canary-5f3a"}', JSON),
            "The contract's schema is broken: body#/status has to be one of ok, degraded; body#/since has to be integer.",
        ),
        (response(503, b"{}", "application/problem+json"), "The contract's schema is broken: body#/code is required."),
    ],
)
def test_another_answer_is_told_with_where_it_departs(told: WireResponse, said: str) -> None:
    found = expectation().breach(told)
    assert found == said
    assert CANARY not in said


def test_names_that_only_the_answer_knows_are_not_repeated() -> None:
    found = expectation().breach(response(200, b'{"status": "ok", "\\u001b[2J canary-5f3a": 1}'))
    assert found == "The contract's schema is broken: body#/… is not known."


def test_places_in_arrays_have_their_index() -> None:
    of_array = of_responses(
        "{'200': {description: ., content: {application/json: {schema: {type: array, items: {type: integer}}}}}}"
    )
    assert of_array.breach(response(200, b'[1, "x"]')) == "The contract's schema is broken: body#/1 has to be integer."


def test_of_many_breaches_the_first_three_are_told() -> None:
    of_array = of_responses(
        "{'200': {description: ., content: {application/json: {schema: {type: array, items: {type: integer}}}}}}"
    )
    found = of_array.breach(response(200, b'["a", "b", "c", "d"]'))
    assert found is not None
    assert found.count(";") == 2


def test_text_is_utf8_and_bytes_are_anything() -> None:
    text = expectation("getText")
    assert text.breach(response(200, "é".encode(), "text/plain; charset=utf-8")) is None
    assert text.breach(response(200, b"\xff", "text/plain")) == "The body is not UTF-8."
    binary = of_responses("{'200': {description: ., content: {image/png: {}}}}")
    assert binary.breach(response(200, b"\xff", "image/png")) is None


def test_where_no_body_is_documented_there_is_none() -> None:
    nothing = expectation("getNothing")
    assert nothing.breach(response(204, b"", None)) is None
    assert nothing.breach(response(206, b"", JSON)) is None
    assert nothing.breach(response(206, b"x")) == "There is a body, and the contract documents none."


def test_an_answer_to_head_has_no_body_to_be_held_against_anything() -> None:
    head = expectation("headNothing")
    assert head.breach(response(200, b"", JSON)) is None
    assert head.breach(response(204, b"", None)) == "The contract does not document status 204."


def test_exact_statuses_come_before_ranges_and_those_before_default() -> None:
    found = of_responses(
        "{'200': {description: .}, '4XX': {description: ., content: {text/plain: {}}}, default: {description: ., content: {text/css: {}}}}"
    )
    assert found.breach(response(200, b"", None)) is None
    assert found.breach(response(404, b"", "text/plain")) is None
    assert found.breach(response(500, b"", "text/css")) is None
    assert found.breach(response(500, b"", "text/plain")) == "The media type is not text/css."


def test_any_documented_media_type_will_do_and_ranges_are_ranges() -> None:
    several = of_responses(
        "{'200': {description: ., content: {text/csv: {}, application/json: {schema: {type: integer}}}},"
        " '4XX': {description: ., content: {text/*: {}}},"
        " '5XX': {description: ., content: {'*/*': {schema: {type: object}}}}}"
    )
    assert several.breach(response(200, b"1,2", "text/csv")) is None
    assert several.breach(response(200, b"x", JSON)) == "The body is not JSON."
    assert several.breach(response(400, b"x", "text/html")) is None
    assert several.breach(response(400, b"x", JSON)) == "The media type is not text/*."
    assert several.breach(response(500, b"1", JSON)) == "The contract's schema is broken: body has to be object."
    assert several.breach(response(500, b"\xff", "font/ttf")) is None
    assert several.breach(response(500, b"\xff", "application/xml")) is None


def test_json_without_a_schema_is_any_json() -> None:
    assert (
        of_responses("{'200': {description: .}, '500': {description: ., content: {text/json: {}}}}").breach(
            response(500, b"3", "text/json")
        )
        is None
    )


def test_the_code_of_a_failure_is_told_if_it_is_documented() -> None:
    health = expectation()
    assert health.code(response(503, b'{"code": "service_unavailable"}')) == "service_unavailable"
    assert health.code(response(503, b'{"code": "canary-5f3a"}')) == "http_503"
    assert health.code(response(500, b'{"code": "service_unavailable"}')) == "http_500"
    assert health.code(response(503, b"\xff")) == "http_503"


def test_what_the_contract_answers_with_is_asked_for() -> None:
    assert expectation().accept == "application/json, application/problem+json"
    assert expectation("getNothing").accept == "application/problem+json"
