"""Failures mean the same in every wiring, whatever of them a contract documents."""

from __future__ import annotations

from typing import Any

import pytest

from switchover import AsgiTransport
from switchover.errors import CallError, InvalidRequest, OperationMissing, Refused, ServiceUnavailable, Unauthenticated
from switchover.port.wire import WireResponse
from unit.port.alike import alike, contract, everything_remote, outcomes
from unit.port.routing import Told
from unit.port.single import json_answer

N = {"name": "n", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 5}}
BARE: dict[str, Any] = {"description": "."}
OWN_FORM: dict[str, Any] = {
    "description": ".",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
            }
        }
    },
}
DOCUMENTED: dict[str, dict[str, Any]] = {
    "default": {"default": BARE},
    "ranges": {"4XX": BARE, "5XX": BARE},
    "statuses": {"400": BARE, "401": BARE, "413": BARE, "422": BARE, "500": BARE, "503": BARE},
    "their own form": {"default": OWN_FORM, "422": OWN_FORM, "500": OWN_FORM},
}
every_documentation = pytest.mark.parametrize("failures", DOCUMENTED.values(), ids=DOCUMENTED)


class Counter:
    """Answers with the number that it is given, or fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def get_x(self, n: int) -> int:
        if self._error is not None:
            raise self._error
        return n


def counter(failures: dict[str, Any], **more: Any) -> Any:
    responses = {**json_answer({"type": "integer"}), **failures}
    operation = {"operationId": "getX", "parameters": [N], "responses": responses, **more}
    return contract({"/x": {"get": operation}}).bind(Counter)


@every_documentation
def test_documented_statuses_do_not_hide_that_a_request_is_invalid(failures: dict[str, Any]) -> None:
    kind, _, held = alike(counter(failures), Counter(), lambda client: client.get_x(9))
    assert kind == "InvalidRequest"
    assert str(held["errors"][0]) == "query.n is greater than the maximum of 5"


@every_documentation
def test_documented_statuses_do_not_hide_that_a_service_cannot_answer_now(failures: dict[str, Any]) -> None:
    backend = Counter(ServiceUnavailable("later", retry_after=3))
    kind, text, held = alike(counter(failures), backend, lambda client: client.get_x(1))
    assert (kind, text, held["retry_after"]) == ("ServiceUnavailable", "later", 3)


@every_documentation
def test_documented_statuses_do_not_hide_that_a_backend_failed(failures: dict[str, Any]) -> None:
    found = outcomes(counter(failures), Counter(KeyError("a")), lambda client: client.get_x(1))
    assert found["http"][0] == "InternalError"
    assert "the caller would get InternalError" in found["direct"][1]


class Refusing:
    """A verifier that lets nobody in."""

    def __init__(self, error: Refused) -> None:
        self._error = error

    async def verify(self, *_: Any, **__: Any) -> Any:
        raise self._error


@every_documentation
def test_documented_statuses_do_not_hide_who_was_not_let_in(failures: dict[str, Any]) -> None:
    schemes = {"components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}}
    operation = {
        "operationId": "getX",
        "parameters": [N],
        "responses": {**json_answer({"type": "integer"}), **failures},
        "security": [{"token": []}],
    }
    port = contract({"/x": {"get": operation}}, **schemes).bind(Counter)
    verifier: Any = Refusing(Unauthenticated("no token", challenge='Bearer error="invalid_token"'))
    with (
        AsgiTransport(port.serve(Counter(), verifier=verifier)) as transport,
        pytest.raises(Unauthenticated, match="no token"),
    ):
        port.http(transport=transport, trust="open").get_x(1)


FAULTS = {
    "their own 500": WireResponse(500, [("content-type", "application/json")], b'{"code": 7, "message": "out"}'),
    "their own 503": WireResponse(503, [("content-type", "application/json")], b'{"code": 7, "message": "out"}'),
    "a 500 of the kit's": WireResponse(500, [("content-type", "application/problem+json")], b'{"code": "internal_error"}'),
}  # fmt: skip


@pytest.mark.parametrize("answer", FAULTS.values(), ids=FAULTS)
@every_documentation
def test_a_read_that_the_service_failed_is_answered_here(failures: dict[str, Any], answer: WireResponse) -> None:
    port = counter(failures)
    remote = port.http(transport=Told(answer), trust="open")
    routed = port.route(direct=port.direct(Counter()), http=remote, rollout=everything_remote(port))
    assert routed.get_x(1) == 1
    with pytest.raises(CallError):
        remote.get_x(1)


def test_a_failure_of_the_kits_that_is_documented_by_its_code_is_met_beside_a_default() -> None:
    coded = {"type": "object", "properties": {"code": {"const": "invalid_request"}}}
    failures = {
        "422": {"description": ".", "content": {"application/problem+json": {"schema": coded}}},
        "default": BARE,
    }
    answer = WireResponse(422, [("content-type", "application/problem+json")], b'{"code": "invalid_request"}')
    with pytest.raises(InvalidRequest):
        counter(failures).http(transport=Told(answer), trust="open").get_x(1)


def test_an_operation_that_is_not_there_is_missing_whatever_is_documented() -> None:
    answer = WireResponse(404, [("content-type", "application/problem+json")], b'{"code": "operation_missing"}')
    for failures in DOCUMENTED.values():
        with pytest.raises(OperationMissing):
            counter(failures).http(transport=Told(answer), trust="open").get_x(1)
