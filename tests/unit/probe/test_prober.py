"""Probes of real servers on the loopback that do everything right, or one thing wrong."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from switchover.probe import Fault, ProbeOutcome, Prober, ProbeTarget
from switchover.probe.reading import MAX_ANSWER_BYTES
from switchover.probe.resolving import Endpoint
from unit.probe.contracts import HEALTHY, target
from unit.probe.peers import Talk, answers, falls_silent, message, peer, says
from unit.probe.test_dialing import free_port, never_accepting

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SHORT = 0.2


async def probed(talk: Talk, **options: Any) -> ProbeOutcome:
    """A probe of health at a server that talks like this."""
    async with peer(talk) as there:
        return await Prober("tokyo", **options).probe(target(there.url()))


async def test_an_answer_as_documented_is_ok() -> None:
    async with peer(answers(body=HEALTHY)) as there:
        outcome = await Prober("tokyo", now=lambda: NOON).probe(target(there.url()))
    assert outcome.is_ok
    assert outcome.url == there.url() + "/api/health"
    assert (outcome.at, outcome.region, outcome.operation) == (NOON, "tokyo", "getHealth")
    assert (outcome.status, outcome.conforms, outcome.address, outcome.fault) == (200, True, "127.0.0.1", None)
    assert list(outcome.seconds) == ["dns", "connect", "first_byte", "total"]
    assert sum(outcome.seconds.values()) <= 2 * outcome.seconds["total"]


async def test_the_request_is_plain_and_carries_a_trace() -> None:
    async with peer(answers(body=HEALTHY)) as there:
        outcome = await Prober("tokyo").probe(target(there.url("localhost")))
    (request,) = there.requests
    line, *headers = request.decode().strip().split("\r\n")
    assert line == "GET /api/health HTTP/1.1"
    assert dict(header.lower().split(": ") for header in headers) == {
        "host": f"localhost:{there.port}",
        "user-agent": "switchover-probe",
        "accept": "application/json, application/problem+json",
        "accept-encoding": "identity",
        "connection": "close",
        "traceparent": next(header[13:] for header in headers if header.lower().startswith("traceparent")),
    }
    assert f"-{outcome.trace_id}-" in request.decode()
    assert re.fullmatch("[0-9a-f]{32}", outcome.trace_id)


async def test_without_a_contract_any_success_will_do() -> None:
    async with peer(answers("201 Created", b"<p>", "text/html")) as there:
        outcome = await Prober("tokyo").probe(ProbeTarget.at(there.url() + "/x?key=hunter2"))
        assert there.requests[0].startswith(b"GET /x?key=hunter2 HTTP/1.1\r\n")
    assert (outcome.is_ok, outcome.status, outcome.conforms, outcome.operation) == (True, 201, None, None)
    assert outcome.url == there.url() + "/x"
    assert "hunter2" not in repr(outcome)


@pytest.mark.parametrize(
    ("talk", "fault", "status", "conforms"),
    [
        (
            answers("503 Service Unavailable", b'{"code": "service_unavailable"}', "application/problem+json"),
            Fault("answer", "service_unavailable", "The service answered 503."), 503, True,
        ),
        (
            answers("500 Oops", b"Traceback", "text/plain"),
            Fault("answer", "unexpected_answer", "The contract does not document status 500."), 500, False,
        ),
        (
            says(message("302 Found", b"", None, "location: https://elsewhere.example/?hunter2")),
            Fault("answer", "unexpected_answer", "Status 302 redirects, and redirects are not followed."), 302, False,
        ),
        (
            answers(body=HEALTHY, content_type="text/html"),
            Fault("answer", "unexpected_answer", "The media type is not application/json."), 200, False,
        ),
        (
            answers(body=b'{"status": "hunter2"}'),
            Fault("answer", "unexpected_answer",
                  "The contract's schema is broken: body#/status has to be one of ok, degraded."), 200, False,
        ),
        (
            says(b"SSH-2.0-OpenSSH_9.7\r\n"),
            Fault("body", "unexpected_answer", "The answer is not HTTP/1.1."), None, None,
        ),
        (
            says(b"H", b"TTP/1.1 hunter2\r\n\r\n"),
            Fault("body", "unexpected_answer", "The answer is not HTTP/1.1."), None, None,
        ),
        (
            says(message(body=HEALTHY)[:-5]),
            Fault("body", "connection_lost", "The connection ended before the answer did."), None, None,
        ),
        (
            says(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"),
            Fault("body", "connection_lost", "The connection ended before the answer did."), None, None,
        ),
        (
            says(),
            Fault("first_byte", "connection_lost", "The connection ended without an answer."), None, None,
        ),
        (
            says(message(body=b"x" * MAX_ANSWER_BYTES)),
            Fault("body", "unexpected_answer", f"The answer is larger than {MAX_ANSWER_BYTES} bytes."), None, None,
        ),
        (
            says(b"HTTP/1.1 103 Early Hints\r\n\r\n" * (MAX_ANSWER_BYTES // 20)),
            Fault("body", "unexpected_answer", f"The answer is larger than {MAX_ANSWER_BYTES} bytes."), None, None,
        ),
        (
            falls_silent(b"HTTP/1.1 200 OK\r\nx: " + b"x" * 200_000),
            Fault("body", "unexpected_answer", "The answer is not HTTP/1.1."), None, None,
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told(talk: Talk, fault: Fault, status: int | None, conforms: bool | None) -> None:
    outcome = await probed(talk)
    assert (outcome.fault, outcome.status, outcome.conforms) == (fault, status, conforms)
    assert not outcome.is_ok
    assert outcome.seconds["total"] > 0


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("404 Not Found", Fault("answer", "http_404", "The service answered 404.")),
        ("301 Moved", Fault("answer", "unexpected_answer", "Status 301 redirects, and redirects are not followed.")),
    ],
)
async def test_without_a_contract_everything_else_is_told_by_its_status(status: str, fault: Fault) -> None:
    async with peer(answers(status)) as there:
        outcome = await Prober("tokyo").probe(ProbeTarget.at(there.url()))
    assert (outcome.fault, outcome.conforms) == (fault, None)


async def test_an_answer_in_chunks_after_early_hints_and_one_until_the_end_are_whole() -> None:
    chunked = b'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n10\r\n{"status": "ok"}\r\n0\r\n\r\n'
    assert (await probed(says(*(chunked[at : at + 1] for at in range(len(chunked)))))).fault is None
    assert (await probed(says(b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n", HEALTHY))).fault is None


async def test_a_connection_that_is_reset_is_told() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
        await writer.drain()
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        writer.transport.abort()

    outcome = await probed(reset)
    assert outcome.fault is not None
    assert outcome.fault.code == "connection_lost"


async def test_a_refused_connection_is_told_with_its_address() -> None:
    outcome = await Prober("tokyo").probe(target(f"http://127.0.0.1:{free_port()}"))
    assert outcome.fault == Fault("connect", "service_unreachable", "No connection: 127.0.0.1: Connection refused.")
    assert list(outcome.seconds) == ["dns", "total"]
    assert outcome.address is None


async def test_a_name_that_is_not_there_is_told() -> None:
    outcome = await Prober("tokyo").probe(target("http://diary.invalid"))
    assert outcome.fault is not None
    assert (outcome.fault.phase, outcome.fault.code) == ("dns", "service_unreachable")
    assert list(outcome.seconds) == ["total"]


def resolving_to(*endpoints: Endpoint) -> Any:
    async def resolve(host: str, port: int, family: int) -> Sequence[Endpoint]:
        return endpoints

    return resolve


async def hanging(host: str, port: int, family: int) -> list[Endpoint]:
    await asyncio.Event().wait()
    raise AssertionError


async def test_time_that_runs_out_is_told_with_what_went_on() -> None:
    outcomes = {"dns": await Prober("tokyo", timeout=SHORT, resolve=hanging).probe(target("http://diary.example"))}
    with never_accepting() as silent:
        outcomes["connect"] = await Prober("tokyo", timeout=SHORT, resolve=resolving_to(silent)).probe(
            target("http://diary.example")
        )
    outcomes["first_byte"] = await probed(falls_silent(), timeout=SHORT)
    outcomes["body"] = await probed(falls_silent(message(body=HEALTHY)[:-1]), timeout=SHORT)
    for phase, outcome in outcomes.items():
        said = f"No answer within 0.2 s ({phase.replace('_', ' ')})."
        assert outcome.fault == Fault(phase, "call_timeout", said)
        assert phase not in outcome.seconds
    assert list(outcomes["body"].seconds) == ["dns", "connect", "first_byte", "total"]


class OwnClock:
    """A clock that others move; it tells when it was read the seventh time, at the end of `first_byte` of a plain probe."""

    def __init__(self) -> None:
        self.now = 0.0
        self.reads = 0
        self.first_byte_is_over = asyncio.Event()

    def __call__(self) -> float:
        self.reads += 1
        if self.reads == 7:
            self.first_byte_is_over.set()
        return self.now


async def test_phases_are_timed_apart_and_the_total_is_all_of_them() -> None:
    clock = OwnClock()

    async def slow_name(host: str, port: int, family: int) -> list[Endpoint]:
        clock.now += 1
        return [Endpoint(socket.AF_INET, ("127.0.0.1", port))]

    async def slow_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clock.now += 10
        writer.write(message(body=HEALTHY)[:20])
        await clock.first_byte_is_over.wait()
        clock.now += 100
        writer.write(message(body=HEALTHY)[20:])

    async with peer(slow_answer) as there:
        outcome = await Prober("tokyo", resolve=slow_name, clock=clock).probe(target(there.url("diary.example")))
    assert outcome.seconds == {"dns": 1, "connect": 0, "first_byte": 10, "total": 111}


async def test_addresses_of_both_families_are_tried() -> None:
    async with peer(answers(body=HEALTHY)) as there:
        found = resolving_to(
            Endpoint(socket.AF_INET6, ("::1", free_port(), 0, 0)), Endpoint(socket.AF_INET, ("127.0.0.1", there.port))
        )
        outcome = await Prober("tokyo", resolve=found).probe(target(there.url("diary.example")))
    assert (outcome.is_ok, outcome.address) == (True, "127.0.0.1")


async def test_one_family_may_be_asked_for() -> None:
    asked: list[int] = []

    async def resolve(host: str, port: int, family: int) -> list[Endpoint]:
        asked.append(family)
        return [Endpoint(socket.AF_INET, ("127.0.0.1", port))]

    async with peer(answers(body=HEALTHY)) as there:
        for family in (socket.AF_UNSPEC, socket.AF_INET6):
            await Prober("tokyo", resolve=resolve, family=family).probe(target(there.url()))
    assert asked == [socket.AF_UNSPEC, socket.AF_INET6]


async def test_a_token_is_sent_and_never_told() -> None:
    token = "hunter2-hunter2"
    echo = answers(body=b'{"status": "ok", "hunter2-hunter2": 1}')
    async with peer(echo) as there:
        prober = Prober("tokyo", token=token)
        outcome = await prober.probe(target(there.url(), "getSession", has_token=True))
        assert f"authorization: Bearer {token}" in there.requests[0].decode()
        refused = await prober.probe(target(there.url()))
    assert outcome.is_ok
    assert refused.fault is not None
    assert token not in f"{outcome!r} {refused!r} {refused.fault} {prober!r}"


@pytest.mark.parametrize("token", ["", "a b", "a\r\nb", "ключ", "a\x7f"])
def test_a_token_is_visible_ascii(token: str) -> None:
    with pytest.raises(ValueError, match="a bearer token is visible ASCII without spaces"):
        Prober("tokyo", token=token)


@pytest.mark.parametrize("region", ["", " ", "a\nb", "\x1b[2J", "\ud800", "x" * 65])
def test_a_region_is_a_name(region: str) -> None:
    with pytest.raises(ValueError, match="a region has 1 to 64 visible characters"):
        Prober(region)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_timeout_is_positive(seconds: float) -> None:
    with pytest.raises(ValueError, match="a timeout is more than 0 seconds"):
        Prober("tokyo", timeout=seconds)
