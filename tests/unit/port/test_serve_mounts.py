"""Applications beside a contract's operations: where nothing else is, with nobody in front, and ended with the service."""

from __future__ import annotations

from typing import Any

import pytest

from switchover import SharedKeyVerifier, current
from switchover.port.serve import Limits, Service
from switchover.telemetry import TraceContext
from unit.port.asking import CALLER, JSON, Answered, ask
from unit.port.desk import InMemoryDesk, desk_port

VERIFIER = SharedKeyVerifier("a-key-for-tests-alone-0123456789abcdef", principal="tests", may_act_for_users=True)


class Mirror:
    """Says where it thinks it is."""

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.fails and scope["method"] == "GET":
            raise RuntimeError("no mirror")
        body = f"{scope['method']} {scope['root_path']} {scope['path']}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        if self.fails:
            raise RuntimeError("broken mirror")
        await send({"type": "http.response.body", "body": body})


def service(**mounts: Any) -> Service:
    paths = {f"/{name}": app for name, app in mounts.items()}
    return desk_port().serve(InMemoryDesk(), verifier=VERIFIER, mounts=paths)


@pytest.mark.parametrize("target", ["/files", "/files/", "/files/a/b?c=d"])
async def test_everything_at_a_mount_and_below_it_is_handed_over(target: str) -> None:
    answered = await ask(service(files=Mirror()), "PUT", target)
    assert (answered.status, answered.body.decode()) == (200, f"PUT /files {target.partition('?')[0]}")


@pytest.mark.parametrize("target", ["/filesystem", "/file", "/a/files", "/Files"])
async def test_nothing_else_is(target: str) -> None:
    assert (await ask(service(files=Mirror()), "GET", target)).refusal[:2] == (404, "operation_missing")


async def test_a_mount_is_part_of_the_trace_of_its_request_and_tells_it() -> None:
    here = TraceContext(0xABC, 0xDEF)
    named = ("traceparent", here.header)
    seen: list[str] = []

    async def watching(scope: Any, receive: Any, send: Any) -> None:
        trace = current().trace
        assert trace is not None
        seen.append(trace.trace_id)
        await Mirror(fails=scope["path"].endswith("fails"))(scope, receive, send)

    asked = service(files=watching)
    for path, status in (("/files/a", 200), ("/files/fails", 500)):
        answered = await ask(asked, "GET", path, named)
        assert (answered.status, answered.header("x-trace-id"), seen[-1]) == (status, here.trace_id, here.trace_id)
    assert answered.problem["traceId"] == here.trace_id
    assert (await ask(asked, "GET", "/files/fails")).problem["traceId"] == seen[-1]


async def test_operations_stay_behind_their_verifier() -> None:
    asked = service(files=Mirror())
    assert (await ask(asked, "GET", "/api/notes")).status == 401
    assert (await ask(asked, "GET", "/api/health")).status == 200


async def test_a_service_that_ends_hands_nothing_over() -> None:
    asked = service(files=Mirror())
    asked.gate.close()
    answered = await ask(asked, "GET", "/files/a")
    assert answered.refusal[:2] == (503, "service_unavailable")
    assert answered.header("retry-after") == "1"


async def test_a_mount_that_fails_is_answered_for_and_says_nothing_of_why(caplog: pytest.LogCaptureFixture) -> None:
    answered: Answered = await ask(service(files=Mirror(fails=True)), "GET", "/files/a")
    assert answered.refusal[:2] == (500, "internal_error")
    assert b"mirror" not in answered.body
    assert "what is mounted at /files failed: builtins.RuntimeError at " in caplog.text
    assert "broken mirror" not in caplog.text


async def test_a_mount_that_fails_in_the_middle_ends_the_connection() -> None:
    with pytest.raises(RuntimeError, match="broken mirror"):
        await ask(service(files=Mirror(fails=True)), "PUT", "/files/a")


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["/api"], "/api cannot be mounted, where /api/"),
        (["/api/notes"], "/api/notes cannot be mounted"),
        (["/api/notes/1/more"], "/api/notes/1/more cannot be mounted"),
        (["/api/openapi.yaml"], "cannot be mounted"),
        (["/files", "/files/more"], "/files/more cannot be mounted, where /files is"),
        (["/files/more", "/files"], "/files cannot be mounted, where /files/more is"),
        (["files"], "mounts are at paths such as /files, not 'files'"),
        (["/"], "mounts are at paths"),
        (["/{any}"], "mounts are at paths"),
        (["/files/"], "mounts are at paths"),
    ],
)
def test_a_mount_is_nowhere_that_something_else_is(paths: list[str], said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - what it says is held below
        desk_port().serve(InMemoryDesk(), verifier=VERIFIER, mounts=dict.fromkeys(paths, Mirror()))
    assert said in str(caught.value)


async def test_whoever_sends_too_much_is_told_where_it_goes_instead() -> None:
    limits = Limits(body_bytes=10, larger="Send it by ship.")
    asked = desk_port().serve(InMemoryDesk(), trust="open", limits=limits)
    answered = await ask(asked, "POST", "/api/notes", JSON, CALLER, parts=[b"x" * 11])
    assert answered.refusal == (413, "payload_too_large", "The body may have at most 10 bytes. Send it by ship.")
