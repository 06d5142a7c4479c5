"""Requests that reach no operation have a line in the log, with the trace id that their answer tells."""

from __future__ import annotations

import logging

import pytest

from switchover import Metrics, Recorder, SharedKeyVerifier
from unit.port.asking import ask
from unit.port.desk import InMemoryDesk, desk_port

KEY = "a-key-for-tests-alone-0123456789abcdef"


@pytest.mark.parametrize(
    ("method", "target", "line"),
    [
        ("GET", "/api/nothing/aiko@example.com", "no operation reached: GET answered 404"),
        ("PATCH", "/api/health", "no operation reached: PATCH answered 405"),
        ("BREW", "/api/health", "no operation reached: other answered 405"),
        ("GET", "/metrics", "scrape refused (unauthenticated): GET answered 401"),
    ],
)
async def test_a_request_that_reaches_no_operation_is_logged_with_its_trace(
    method: str, target: str, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    port = desk_port(Recorder())
    verifier = SharedKeyVerifier(KEY, principal="tests", may_act_for_users=True)
    metrics: Metrics = port.metrics()
    service = port.serve(InMemoryDesk(), verifier=verifier, metrics=metrics)
    with caplog.at_level(logging.INFO, "switchover.serve"):
        answered = await ask(service, method, target)
    port.recorder.close()
    trace_id = answered.header("x-trace-id")
    assert answered.problem["traceId"] == trace_id
    assert caplog.messages == [f"{line} [trace {trace_id}]"]
    [record] = caplog.records
    assert (record.__dict__["trace_id"], record.__dict__["status"]) == (trace_id, answered.status)
    assert "aiko" not in caplog.text


async def test_a_route_of_the_teams_own_that_fails_is_logged_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    from litestar import get  # noqa: PLC0415 - the only route of a team's own here

    @get("/extra", sync_to_thread=False)
    def extra() -> str:
        raise RuntimeError("a secret")

    service = desk_port().serve(InMemoryDesk(), trust="open")
    service.register(extra)
    answered = await ask(service, "GET", "/extra")
    assert answered.problem["code"] == "internal_error"
    assert f"a route beside the contract's failed [trace {answered.header('x-trace-id')}]: builtins.RuntimeError" in (
        caplog.text
    )
    assert "a secret" not in caplog.text
