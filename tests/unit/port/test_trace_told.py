"""Every answer tells its trace, whoever gives it: the header `x-trace-id`, and `traceId` in the body of every problem."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from dataclasses import dataclass, field
from typing import Any

import pytest
from litestar import Response, get, post
from litestar.exceptions import HTTPException

from switchover import AsgiTransport, SharedKeyVerifier, current
from switchover.port.limits import Limits
from switchover.port.serve import Service
from switchover.port.serve.tracing import traced
from unit.port.asking import CALLER, JSON, NOTE, Header, ask
from unit.port.desk import MISSING_ID, Health, InMemoryDesk, desk_port
from unit.port.hosted import hosted, said_to
from unit.port.tracing import HERE, TRACE

KEY = "a-key-for-tests-alone-0123456789abcdef"
BEARER = ("authorization", f"Bearer {KEY}")


@get("/own", media_type="text/plain")
async def own() -> str:
    """A route of the team's own."""
    here = current().trace
    return here.trace_id if here is not None else ""


@get("/own/refused")
async def own_refused() -> str:
    """One that refuses."""
    raise HTTPException("no", status_code=418)


@get("/own/failing")
async def own_failing() -> str:
    """One that fails."""
    raise RuntimeError("no")


@post("/own/telling", media_type="text/plain")
async def own_telling() -> Any:
    """One that tells a trace itself."""
    return Response("told", headers={"X-Trace-Id": "f" * 32})


class Failing(InMemoryDesk):
    async def get_file(self, caller: Any, note_id: Any) -> Any:
        raise RuntimeError("no")


def made(*, is_closed: bool = False, is_locked: bool = False) -> Service:
    trust: dict[str, Any] = (
        {"verifier": SharedKeyVerifier(KEY, principal="web", may_act_for_users=True)}
        if is_locked
        else {"trust": "open"}
    )
    service = desk_port().serve(Failing(), limits=Limits(body_bytes=100), **trust)
    for handler in (own, own_refused, own_failing, own_telling):
        service.register(handler)
    if is_closed:
        service.gate.close()
    return service


@dataclass(frozen=True)
class Kind:
    """A kind of answer, and a request that gets it."""

    says: str
    status: int
    method: str
    target: str
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""
    service: dict[str, bool] = field(default_factory=dict)


KINDS = [
    Kind("a result", 200, "GET", "/api/health"),
    Kind("a result without its body", 200, "HEAD", "/api/health"),
    Kind("a result without a body", 204, "PUT", f"{NOTE}/text", [CALLER, ("content-type", "text/plain")], b"a"),
    Kind("something created", 201, "POST", "/api/notes", [CALLER, JSON], b'{"title": "a"}'),
    Kind("the methods of an address", 204, "OPTIONS", "/api/notes"),
    Kind("the methods of an address that is spelled otherwise", 204, "OPTIONS", "/api/notes/"),
    Kind("the contract", 200, "GET", "/api/openapi.yaml"),
    Kind("the contract without its body", 200, "HEAD", "/api/openapi.yaml"),
    Kind("a documented failure", 404, "GET", f"/api/notes/{MISSING_ID}", [CALLER]),
    Kind("a failure", 500, "GET", f"{NOTE}/file", [CALLER]),
    Kind("an address that is spelled otherwise", 200, "GET", "/api/health/"),
    Kind("no such address", 404, "GET", "/nothing"),
    Kind("no such method", 405, "DELETE", "/api/health"),
    Kind("no body that can be read", 400, "POST", "/api/echo", [JSON], b"{"),
    Kind("no caller", 400, "GET", "/api/notes"),
    Kind("a header twice", 400, "POST", "/api/echo", [JSON, JSON], b"1"),
    Kind("no media type that can be answered", 406, "GET", "/api/health", [("accept", "text/html")]),
    Kind("no media type that can be read", 415, "POST", "/api/echo", [("content-type", "text/html")], b"1"),
    Kind("too much", 413, "POST", "/api/echo", [JSON], b"1" * 101),
    Kind("what the contract does not allow", 422, "GET", "/api/notes?limit=0", [CALLER]),
    Kind("no proof", 401, "GET", "/api/notes", [CALLER], service={"is_locked": True}),
    Kind("a wrong proof", 401, "GET", "/api/notes", [CALLER, ("authorization", "Bearer no")], service={"is_locked": True}),
    Kind("a proof", 200, "GET", "/api/notes", [CALLER, BEARER], service={"is_locked": True}),
    Kind("a service that ends", 503, "GET", "/api/health", service={"is_closed": True}),
    Kind("a route of the team's own", 200, "GET", "/own"),
    Kind("a route of the team's own that refuses", 400, "GET", "/own/refused"),
    Kind("a route of the team's own that fails", 500, "GET", "/own/failing"),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.says)
@pytest.mark.parametrize("has_parent", [True, False])
async def test_every_answer_tells_its_trace(kind: Kind, has_parent: bool) -> None:
    headers = [*kind.headers, ("traceparent", HERE)] if has_parent else kind.headers
    answered = await ask(made(**kind.service), kind.method, kind.target, *headers, parts=[kind.body])
    assert answered.status == kind.status
    told = answered.header("x-trace-id") or ""
    assert len(told) == 32
    assert (told == TRACE) == has_parent
    if kind.status >= 400:
        assert answered.problem["traceId"] == told


async def test_a_route_of_the_teams_own_is_in_the_trace_that_its_answer_tells() -> None:
    answered = await ask(made(), "GET", "/own", ("traceparent", HERE))
    assert answered.body.decode() == answered.header("x-trace-id") == TRACE
    without = await ask(made(), "GET", "/own")
    assert without.body.decode() == without.header("x-trace-id")
    assert current().trace is None


async def test_a_route_of_the_teams_own_may_tell_a_trace_itself() -> None:
    answered = await ask(made(), "POST", "/own/telling", ("traceparent", HERE))
    assert [value for name, value in answered.headers if name.lower() == "x-trace-id"] == ["f" * 32]


async def test_a_position_that_is_there_twice_is_nobodys_for_every_answer() -> None:
    for kind in KINDS:
        answered = await ask(
            made(**kind.service),
            kind.method,
            kind.target,
            *kind.headers,
            *[("traceparent", HERE)] * 2,
            parts=[kind.body],
        )
        assert (answered.status, answered.header("x-trace-id") != TRACE) == (kind.status, True), kind


async def test_a_service_that_is_started_by_its_lifespan_answers_as_ever() -> None:
    async with AsgiTransport(made()) as transport:
        assert await desk_port().http(transport=transport, trust="open").get_health() == Health()


# -- answers that come from around the application --------------------------------------------------------------------


@pytest.mark.parametrize("sent", [b"what\r\n\r\n", b"GET / HTTP/1.1\r\nno header\r\n\r\n"])
async def test_what_is_no_http_is_told_a_trace_as_well(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "switchover.serve"):
        async with hosted(made()) as address:
            status, headers, body = await said_to(address, sent)
    assert status == b"HTTP/1.1 400 Bad Request"
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "malformed_request")
    assert len(problem["traceId"]) == 32
    assert problem["traceId"] == headers["x-trace-id"]
    assert f"[trace {problem['traceId']}]" in caplog.text


async def test_what_is_cut_off_is_told_the_trace_of_its_request() -> None:
    class Stuck(InMemoryDesk):
        inside = asyncio.Event()

        async def get_health(self) -> Any:
            self.inside.set()
            await asyncio.Event().wait()

    backend = Stuck()
    service = desk_port().serve(backend, trust="open")
    async with hosted(service, grace_seconds=0.05) as address:
        request = f"GET /api/health HTTP/1.1\r\nhost: desk\r\ntraceparent: {HERE}\r\n\r\n"
        asking = asyncio.ensure_future(said_to(address, request.encode()))
        await backend.inside.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        status, headers, body = await asking
    assert status.startswith(b"HTTP/1.1 500")
    assert json.loads(body)["traceId"] == headers["x-trace-id"] == TRACE


async def test_what_is_no_http_request_is_handed_on_as_it_is() -> None:
    seen: list[Any] = []

    async def app(*given: Any) -> None:
        seen.append(given)

    given = ({"type": "websocket"}, object(), object())
    await traced(app)(*given)  # type: ignore[arg-type]  # what is handed on is not looked at
    assert seen == [given]
