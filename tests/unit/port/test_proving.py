"""The credential that goes with each attempt of a call, and the time that fetching it takes from the call's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from support.clock import OwnedClock
from support.loopback import Asked, Loopback, Told, loopback, told
from switchover import OidcClientCredentials, Renewal, SharedKey, Timeouts
from switchover.errors import CallTimeout, ConnectionLost, CredentialUnavailable, Unauthenticated
from switchover.port.transports.base import BlockingTransport, Transport
from switchover.port.wire import WireRequest, WireResponse
from unit.port.desk import blocking_desk_port, desk_port

KEY = "a-key-for-tests-alone-0123456789abcdef"
OK = WireResponse(200, [("content-type", "application/json")], b'{"status":"ok","version":"1"}')
REFUSED = WireResponse(401, [("content-type", "application/problem+json")], b'{"code":"unauthenticated","status":401}')


class Answering(Transport, BlockingTransport):
    """A transport that keeps what it was sent, and with how much time, and answers or raises what comes next."""

    def __init__(self, *answers: WireResponse | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[WireRequest] = []
        self.totals: list[float] = []

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        return self.send_blocking(request, timeouts)

    def send_blocking(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        self.sent.append(request)
        self.totals.append(timeouts.total)
        answer = self.answers.pop(0) if self.answers else OK
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def aclose(self) -> None:
        pass

    def close(self) -> None:
        pass


class Fetching:
    """A credential that has to be fetched, each time anew."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.is_fetched = False
        self.number = 0
        self.refusals = 0
        self.gate = threading.Event()
        self.gate.set()

    def is_ready(self) -> bool:
        return self.is_fetched

    async def refresh(self) -> None:
        assert await asyncio.to_thread(self.gate.wait, 20)
        self._fetch()

    def refresh_blocking(self) -> None:
        assert self.gate.wait(20)
        self._fetch()

    def _fetch(self) -> None:
        if self.failure is not None:
            raise self.failure
        self.is_fetched = True

    def headers(self, outgoing: object) -> Sequence[tuple[str, str]]:
        self.number += 1
        return [("authorization", f"Bearer {self.number}")]

    def refused(self) -> None:
        self.refusals += 1

    def described(self) -> list[str]:
        return []


async def health(is_async: bool, transport: Answering, credentials: Any, total: float = 10) -> Any:
    timeouts = Timeouts(total=total)
    port: Any = desk_port() if is_async else blocking_desk_port()
    desk = port.http(transport=transport, credentials=credentials, timeouts=timeouts)
    return await (desk.get_health() if is_async else asyncio.to_thread(desk.get_health))


def proof_of(request: WireRequest) -> list[str]:
    return [value for name, value in request.headers if name == "authorization"]


@pytest.fixture(params=[True, False], ids=["coroutine", "thread"])
def is_async(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


async def test_what_has_to_be_fetched_is_fetched_first(is_async: bool) -> None:
    credentials, transport = Fetching(), Answering()
    assert (await health(is_async, transport, credentials)).status == "ok"
    assert credentials.is_fetched
    assert proof_of(transport.sent[0]) == ["Bearer 1"]


async def test_every_attempt_proves_itself_anew(is_async: bool) -> None:
    transport = Answering(ConnectionLost("gone"))
    await health(is_async, transport, Fetching())
    assert [proof_of(request) for request in transport.sent] == [["Bearer 1"], ["Bearer 2"]]


async def test_without_a_credential_nothing_is_sent(is_async: bool) -> None:
    transport = Answering()
    with pytest.raises(CredentialUnavailable, match="nobody there") as caught:
        await health(is_async, transport, Fetching(CredentialUnavailable("nobody there")))
    assert len(str(caught.value.trace_id)) == 32
    assert transport.sent == []


async def test_fetching_takes_its_time_from_the_call(is_async: bool) -> None:
    credentials, transport = Fetching(), Answering()
    credentials.gate.clear()
    with pytest.raises(CallTimeout) as caught:
        await health(is_async, transport, credentials, 0.05)
    assert (caught.value.phase, caught.value.seconds) == ("total", 0.05)
    assert transport.sent == []
    credentials.gate.set()


async def test_what_is_left_after_fetching_is_for_the_attempt() -> None:
    transport = Answering()
    await health(False, transport, Fetching())
    assert 0 < transport.totals[0] < 10


async def test_a_source_is_told_that_it_was_refused(is_async: bool) -> None:
    credentials = Fetching()
    for answer, refusals in ((OK, 0), (REFUSED, 1), (REFUSED, 2), (OK, 2)):
        try:
            await health(is_async, Answering(answer), credentials)
        except Unauthenticated:
            assert answer is REFUSED
        assert credentials.refusals == refusals


async def test_a_source_that_need_not_know_is_not_told(is_async: bool) -> None:
    with pytest.raises(Unauthenticated):
        await health(is_async, Answering(REFUSED), SharedKey(KEY))


# -- with tokens of an issuer


class Issuer:
    """A token endpoint that may be down."""

    def __init__(self) -> None:
        self.is_down = False
        self.number = 0

    def __call__(self, asked: Asked) -> Told:
        if self.is_down:
            return Told(503)
        self.number += 1
        return told({"access_token": f"token-{self.number}", "token_type": "Bearer", "expires_in": 600})


LONG = 60.0
"""Seconds that nothing is to run into where no timeout is meant, however busy the machine is."""


def tokens(server: Loopback, clock: OwnedClock) -> OidcClientCredentials:
    return OidcClientCredentials(
        token_endpoint=f"{server.url}/token", client_id="web", client_secret="s3cr3t", timeout_seconds=LONG,
        renewal=Renewal(clock=clock),
    )  # fmt: skip


async def test_calls_go_on_while_the_token_lives_although_the_issuer_is_down(is_async: bool) -> None:
    issuer, clock, transport = Issuer(), OwnedClock(), Answering()
    with loopback(issuer) as server:
        credentials = tokens(server, clock)
        await health(is_async, transport, credentials)
        issuer.is_down = True
        desk = desk_port().http(transport=transport, credentials=credentials)
        for _ in range(589):
            clock.passes(1)
            await desk.get_health()
        assert {proof_of(request)[0] for request in transport.sent} == {"Bearer token-1"}
        clock.passes(60)
        with pytest.raises(CredentialUnavailable, match=r"the token endpoint at 127\.0\.0\.1:\d+ answers 503"):
            await health(is_async, transport, credentials)
        issuer.is_down = False
        clock.passes(60)
        await health(is_async, transport, credentials)
    assert proof_of(transport.sent[-1]) == ["Bearer token-2"]


async def test_a_hundred_calls_at_once_ask_for_one_token() -> None:
    issuer, transport = Issuer(), Answering()
    with loopback(issuer) as server:
        credentials = tokens(server, OwnedClock())
        server.gate.clear()
        calls = [asyncio.ensure_future(health(index % 2 == 0, transport, credentials, LONG)) for index in range(100)]
        assert await asyncio.to_thread(server.arrived.wait, LONG)
        server.gate.set()
        await asyncio.gather(*calls)
    assert len(server.asked) == 1
    assert {proof_of(request)[0] for request in transport.sent} == {"Bearer token-1"}
    assert len(transport.sent) == 100


async def test_an_issuer_that_is_slow_does_not_keep_a_call_beyond_its_time(is_async: bool) -> None:
    with loopback(Issuer()) as server:
        credentials = tokens(server, OwnedClock())
        server.gate.clear()
        with pytest.raises(CallTimeout, match="total"):
            await health(is_async, Answering(), credentials, 0.1)
        server.gate.set()
        assert (await health(is_async, Answering(), credentials, LONG)).status == "ok"
    assert len(server.asked) == 1  # what the first call began, the second one used


async def test_a_token_that_the_service_refuses_is_replaced() -> None:
    clock, transport = OwnedClock(), Answering(OK, REFUSED)
    with loopback(Issuer()) as server:
        credentials = tokens(server, clock)
        await health(True, transport, credentials)
        clock.passes(60)
        with pytest.raises(Unauthenticated):
            await health(True, transport, credentials)
        await credentials.refresh()
        await health(True, transport, credentials)
    assert [proof_of(request)[0] for request in transport.sent] == [
        "Bearer token-1", "Bearer token-1", "Bearer token-2",
    ]  # fmt: skip
