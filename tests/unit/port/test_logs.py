"""What a process logs of its calls: the same line under every wiring, and one trace through call, service, and what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from support.canaries import Aviary, Ears, listening
from switchover import AsgiTransport, CallLog, Fidelity, Port, SharedKey, SharedKeyVerifier
from switchover.errors import InternalError, Unauthenticated
from switchover.telemetry.logs.lines import CALL_FRAME
from unit.port.single import document, json_answer
from unit.telemetry.logs.streams import lines_in

KEY = "k" * 40


class Interface:
    """One method."""

    async def send(self) -> int:
        raise NotImplementedError


class Backend(Interface):
    """Answers, or fails with what nobody should read."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def send(self) -> int:
        logging.getLogger("team").info("inside")
        if self.error is not None:
            raise self.error
        return 1


@pytest.fixture
def heard() -> Iterator[tuple[Ears, CallLog]]:
    """A process that logs."""
    with listening(Aviary(0)) as (ears, log):
        yield ears, log


def bound(log: CallLog) -> Port[Interface]:
    closed: dict[str, Any] = {
        "security": [{"service": []}],
        "components": {"securitySchemes": {"service": {"type": "http", "scheme": "bearer"}}},
    }
    port = document({"responses": json_answer({"type": "integer"})}, **closed).bind(Interface)
    log.watch(port.recorder)
    return port


def lines(heard: tuple[Ears, CallLog], event: str) -> list[dict[str, Any]]:
    heard[1].close()
    return [line for line in lines_in(heard[0].lines) if line["event"] == event]


async def test_lines_of_direct_http_and_serve_have_one_form(heard: tuple[Ears, CallLog]) -> None:
    port = bound(heard[1])
    await port.direct(Backend()).send()
    await port.direct(Backend(), fidelity=Fidelity.STRICT).send()
    service = port.serve(Backend(), verifier=SharedKeyVerifier(KEY, principal="tests", may_act_for_users=False))
    await port.http(transport=AsgiTransport(service), credentials=SharedKey(KEY)).send()
    told = lines(heard, "call")
    assert sorted(line["wiring"] for line in told) == ["direct", "direct", "http", "serve"]
    assert {tuple(line) for line in told} == {CALL_FRAME}
    assert {(line["operation"], line["outcome"], line["service"]) for line in told} == {("send", "ok", "canaries")}


async def test_one_trace_id_is_in_the_lines_of_both_sides_and_of_what_went_wrong(heard: tuple[Ears, CallLog]) -> None:
    port = bound(heard[1])
    service = port.serve(
        Backend(KeyError("secret")), verifier=SharedKeyVerifier(KEY, principal="tests", may_act_for_users=False)
    )
    with pytest.raises(InternalError) as caught:
        await port.http(transport=AsgiTransport(service), credentials=SharedKey(KEY)).send()
    calls = lines(heard, "call")
    assert {(line["wiring"], line["level"], line["failure"]) for line in calls} == {
        ("http", "error", "InternalError"),
        ("serve", "error", "KeyError"),
    }
    (inside,) = lines(heard, "inside")
    (failed,) = [line for line in lines_in(heard[0].lines) if line.get("logger") == "switchover.serve"]
    assert {line["trace_id"] for line in [*calls, inside, failed]} == {caught.value.trace_id}
    serve = next(line for line in calls if line["wiring"] == "serve")
    assert serve["span_id"] == inside["span_id"] == failed["span_id"]
    assert failed["exception"][0]["type"] == "builtins.KeyError"
    assert failed["exception"][0]["stack"][-1].endswith("in Backend.send")
    assert "secret" not in heard[0].lines.getvalue() + heard[0].plain.getvalue()


async def test_who_was_not_let_in_is_told_with_the_reason_on_the_serving_side_alone(
    heard: tuple[Ears, CallLog],
) -> None:
    port = bound(heard[1])
    service = port.serve(Backend(), verifier=SharedKeyVerifier(KEY, principal="tests", may_act_for_users=False))
    with pytest.raises(Unauthenticated):
        await port.http(transport=AsgiTransport(service), credentials=SharedKey("x" * 40)).send()
    told = {line["wiring"]: (line["level"], line["outcome"], bool(line["refusal"])) for line in lines(heard, "call")}
    assert told["serve"] == ("warning", "refused", True)
    assert told["http"][1] == "refused"
