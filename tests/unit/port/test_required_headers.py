"""Response headers that a contract requires: the backend sets them, under every wiring."""

from __future__ import annotations

from typing import Any

import pytest

from switchover import AsgiTransport, Fidelity, FidelityError, Inspector, Port, receiving, respond
from switchover.errors import InternalError, UnexpectedAnswer
from switchover.parity import Breach
from unit.port.single import document, interface, json_answer

HEADERS = {
    "X-Total": {"required": True, "schema": {"type": "integer"}},
    "X-Next": {"schema": {"type": "string"}},
    "Retry-After": {"required": True, "schema": {"type": "integer"}},
}


def port() -> Port[Any]:
    described = json_answer({"type": "string"})
    described["200"]["headers"] = HEADERS
    return document({"responses": described}, method="get").bind(interface({"return": str}))


class Counting:
    def __init__(self, *, is_told: bool) -> None:
        self.is_told = is_told

    async def send(self) -> str:
        if self.is_told:
            respond(headers={"X-Total": "3"})
        return "a"


def over_http(backend: Counting, **given: Any) -> Any:
    return port().http(transport=AsgiTransport(port().serve(backend, trust="open")), **given)


def test_binding_says_who_has_to_set_them() -> None:
    assert [warning.partition(" is the header ")[2] for warning in map(str, port().warnings)] == [
        "X-Total of an answer, and is required: set it with respond(headers=…) in the backend"
    ]


async def test_a_result_with_headers_is_the_same_under_every_wiring() -> None:
    backend = Counting(is_told=True)
    for wired in (
        port().direct(backend),
        port().direct(backend, fidelity=Fidelity.STRICT),
        over_http(backend, answers="strict"),
    ):
        with receiving() as received:
            assert await wired.send() == "a"
        assert dict(received.headers) == {"x-total": "3"}


async def test_a_backend_that_forgets_one_is_told(caplog: pytest.LogCaptureFixture) -> None:
    backend = Counting(is_told=False)
    said = "answer.header.x-total"
    with pytest.raises(FidelityError, match=said):
        await port().direct(backend, fidelity=Fidelity.STRICT).send()
    with pytest.raises(InternalError):
        await over_http(backend).send()
    assert f"{said} is required by the contract; set it with respond(headers=…)" in caplog.text
    reported: list[Breach] = []
    inspector = Inspector(1.0, reported.extend)
    assert await port().direct(backend, fidelity=inspector).send() == "a"
    inspector.close()
    assert [breach.where for breach in reported] == [said]


async def test_a_strict_caller_refuses_an_answer_without_one() -> None:
    async def forgetful(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'"a"'})

    assert await port().http(transport=AsgiTransport(forgetful)).send() == "a"
    with pytest.raises(UnexpectedAnswer, match="lacks headers that the contract requires: x-total"):
        await port().http(transport=AsgiTransport(forgetful), answers="strict").send()
