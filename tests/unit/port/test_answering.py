"""What answers have besides results: response headers, marks of replays, types of problems. The same under every wiring."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import pytest

from switchover import AsgiTransport, Fidelity, Port, Recorder, Rollout, Share, calling, receiving, respond
from switchover.errors import BindError, FidelityError, InternalError, ServiceUnreachable
from switchover.port.wire import WireRequest, WireResponse
from switchover.telemetry import CallEvent
from unit.port.asking import Answered, ask
from unit.port.single import document, json_answer

ANYTHING: dict[str, Any] = {"schema": {}}
BUSY_TYPE = "https://shop.example/problems/busy"


class Busy(Exception):
    """The team's own. `retry_after` is no member of the problem: it travels as the header."""

    code = "busy"

    def __init__(self, detail: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Broken(Exception):
    """One that says itself which type its problem has."""

    code = "broken"

    def __init__(self, detail: str = "", *, problem_type: str | None = None) -> None:
        super().__init__(detail)
        self.problem_type = problem_type


class Placing(Protocol):
    async def send(self) -> str: ...


def problem_of(code: str, **members: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"code": {"const": code}, **members}}
    return {"application/problem+json": {"schema": schema}}


def placing_port(
    recorder: Recorder | None = None, *, method: str = "post", errors: Any = (Busy, Broken)
) -> Port[Placing]:
    answers = json_answer({"type": "string"}, "201")
    answers["201"]["headers"] = {"Location": ANYTHING, "ETag": ANYTHING, "x-trace-id": ANYTHING}
    failures = {
        "429": {
            "description": ".",
            "headers": {"Retry-After": {"schema": {"type": "integer"}}},
            "content": problem_of("busy", type={"const": BUSY_TYPE}, title={"const": "Busy"}),
        },
        "409": {"description": ".", "content": problem_of("broken", type={"enum": ["urn:a", "urn:b", "about:blank"]})},
    }
    contract = document({"responses": {**answers, **failures}}, method=method)
    return contract.bind(Placing, errors=list(errors), recorder=recorder)


class Backend:
    """Does what it is made with before it answers."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act

    async def send(self) -> str:
        self.act()
        return "done"


class Unreachable:
    """A transport to a service that is not there."""

    async def send(self, request: WireRequest, timeouts: Any) -> WireResponse:
        raise ServiceUnreachable("nobody is there")

    async def aclose(self) -> None: ...


@asynccontextmanager
async def in_process(port: Port[Placing], backend: Backend) -> AsyncIterator[Placing]:
    yield port.direct(backend)


@asynccontextmanager
async def held_to_http(port: Port[Placing], backend: Backend) -> AsyncIterator[Placing]:
    yield port.direct(backend, fidelity=Fidelity.STRICT)


@asynccontextmanager
async def over_http(port: Port[Placing], backend: Backend) -> AsyncIterator[Placing]:
    async with AsgiTransport(port.serve(backend, trust="open")) as transport:
        yield port.http(transport=transport, trust="open")


def routed(share: Share) -> Callable[[Port[Placing], Backend], AbstractAsyncContextManager[Placing]]:
    @asynccontextmanager
    async def wired(port: Port[Placing], backend: Backend) -> AsyncIterator[Placing]:
        async with AsgiTransport(port.serve(backend, trust="open")) as transport:
            remote = port.http(transport=transport, trust="open")
            yield port.route(direct=port.direct(backend), http=remote, rollout=Rollout.fixed(share))

    return wired


@asynccontextmanager
async def after_fallback(port: Port[Placing], backend: Backend) -> AsyncIterator[Placing]:
    remote = port.http(transport=Unreachable(), trust="open")
    yield port.route(direct=port.direct(backend), http=remote, rollout=Rollout.fixed(Share(10_000)))


Wiring = Callable[[Port[Placing], Backend], AbstractAsyncContextManager[Placing]]
WIRINGS: Mapping[str, Wiring] = {
    "direct": in_process,
    "strict": held_to_http,
    "http": over_http,
    "route to here": routed(Share(0)),
    "route to there": routed(Share(10_000)),
    "route, answered here instead": after_fallback,
}
every_wiring = pytest.mark.parametrize("wired", WIRINGS.values(), ids=WIRINGS.keys())


def events_of(recorder: Recorder) -> list[CallEvent]:
    events: list[CallEvent] = []
    recorder.subscribe(events.extend)
    return events


async def asked(act: Callable[[], None], *headers: tuple[str, str], method: str = "post") -> Answered:
    service = placing_port(method=method).serve(Backend(act), trust="open")
    return await ask(service, method.upper(), "/things", *headers)


def marked_and_placed() -> None:
    respond(headers={"Location": "/things/1"}, replayed=True)
    respond(headers={"etag": '"1"'})


# -- results ----------------------------------------------------------------------------------------------------------


@every_wiring
@pytest.mark.parametrize("method", ["post", "get"])
async def test_caller_receives_declared_headers_and_the_mark_of_a_replay(wired: Wiring, method: str) -> None:
    async with wired(placing_port(method=method), Backend(marked_and_placed)) as placing:
        with receiving() as received:
            assert await placing.send() == "done"
    assert received.headers == {"location": "/things/1", "etag": '"1"'}
    assert received.is_replayed


@every_wiring
@pytest.mark.parametrize("spans", [False, True])
async def test_event_of_a_replayed_call_says_so(wired: Wiring, spans: bool) -> None:
    recorder = Recorder(spans=spans)
    events = events_of(recorder)
    backend = Backend(lambda: respond(replayed=True))
    async with wired(placing_port(recorder), backend) as placing:
        await placing.send()
        backend.act = lambda: None
        await placing.send()
    recorder.close()
    answered = [event for event in events if not event.failure]
    first, *_, last = sorted(answered, key=lambda event: event.at)
    assert (first.is_replayed, last.is_replayed) == (True, False)


@every_wiring
async def test_receiver_forgets_the_call_before(wired: Wiring) -> None:
    backend = Backend(marked_and_placed)
    async with wired(placing_port(), backend) as placing:
        with receiving() as received:
            await placing.send()
            backend.act = lambda: None
            await placing.send()
    assert (received.headers, received.is_replayed) == ({}, False)


@every_wiring
async def test_calls_that_are_under_way_at_once_say_nothing_for_each_other(wired: Wiring) -> None:
    class Slow(Backend):
        """The first call says something while the second one, of another operation, is under way."""

        async def send(self) -> str:
            await both.wait()
            respond(headers={"Location": "/things/1"})
            return "done"

    class SayingLess(Protocol):
        async def send(self) -> str: ...

    class Quick:
        async def send(self) -> str:
            both.set()
            respond(replayed=True)
            return "too"

    both, recorder = asyncio.Event(), Recorder()
    events: list[CallEvent] = []
    recorder.subscribe(events.extend)
    other = document({"responses": json_answer({"type": "string"}, "201")}).bind(SayingLess, recorder=recorder)
    async with wired(placing_port(recorder), Slow(lambda: None)) as placing:
        with receiving() as received:
            first = asyncio.create_task(placing.send())
            await asyncio.sleep(0)
            assert await other.direct(Quick()).send() == "too"
            assert received.is_replayed
            assert await first == "done"
    assert (received.headers, received.is_replayed) == ({"location": "/things/1"}, False)
    recorder.close()
    assert sum(event.is_replayed for event in events) == 1


async def test_replay_and_headers_are_on_the_wire_once_each() -> None:
    answered = await asked(marked_and_placed)
    assert answered.status == 201
    assert answered.header("idempotency-replayed") == "true"
    assert answered.header("location") == "/things/1"
    assert answered.header("etag") == '"1"'


async def test_first_answer_has_no_mark_and_no_header_of_another() -> None:
    answered = await asked(lambda: None)
    assert [name for name, _ in answered.headers] == [
        "x-trace-id",
        "content-type",
        "content-length",
        "switchover-contract",
    ]


async def test_header_goes_out_with_those_responses_that_declare_it() -> None:
    def fail() -> None:
        respond(headers={"Location": "/things/1", "Retry-After": "7"})
        raise Busy("later")

    refused, placed = await asked(fail), await asked(lambda: respond(headers={"Retry-After": "7"}))
    assert (refused.status, refused.header("retry-after"), refused.header("location")) == (429, "7", None)
    assert (placed.status, placed.header("retry-after")) == (201, None)


@every_wiring
async def test_receiver_has_the_headers_of_the_response_alone(wired: Wiring) -> None:
    async with wired(placing_port(), Backend(lambda: respond(headers={"Retry-After": "7", "ETag": "a"}))) as placing:
        with receiving() as received:
            await placing.send()
    assert received.headers == {"etag": "a"}


@every_wiring
async def test_calls_that_a_backend_makes_say_nothing_to_its_caller(wired: Wiring) -> None:
    other = placing_port().direct(Backend(marked_and_placed))

    class Asking(Backend):
        async def send(self) -> str:
            with receiving() as received:
                await other.send()
            assert received.is_replayed
            return "done"

    async with wired(placing_port(), Asking(lambda: None)) as placing:
        with receiving() as received:
            await placing.send()
    assert (received.headers, received.is_replayed) == ({}, False)


def test_backend_in_a_thread_says_it_too() -> None:
    class Blocking(Protocol):
        def send(self) -> str: ...

    class Plain:
        def send(self) -> str:
            marked_and_placed()
            return "done"

    answers = json_answer({"type": "string"}, "201")
    answers["201"]["headers"] = {"Location": ANYTHING, "ETag": ANYTHING}
    port = document({"responses": answers}).bind(Blocking)
    with AsgiTransport(port.serve(Plain(), trust="open")) as transport:
        for wired in (port.direct(Plain()), port.http(transport=transport, trust="open")):
            with receiving() as received:
                assert wired.send() == "done"
            assert (received.headers, received.is_replayed) == ({"location": "/things/1", "etag": '"1"'}, True)


def test_saying_it_without_a_port_does_nothing() -> None:
    respond(headers={"Anything": "at all"}, replayed=True)


# -- headers that are refused -----------------------------------------------------------------------------------------


@every_wiring
@pytest.mark.parametrize(
    ("header", "value", "why"),
    [
        ("Connection", "close", "'Connection' must not be set: it belongs to the connection"),
        ("Transfer-Encoding", "chunked", "'Transfer-Encoding' must not be set: it belongs to the connection"),
        ("Content-Length", "0", "'Content-Length' must not be set: the service sets it itself"),
        ("content-type", "text/html", "'content-type' must not be set: the service sets it itself"),
        ("Idempotency-Replayed", "true", "'Idempotency-Replayed' must not be set: the service sets it itself"),
        ("Set-Cookie", "a=b", "'Set-Cookie' must be declared: add it to `headers` of a response of the operation"),
        ("X-Other", "a", "'X-Other' must be declared"),
        ("Location", "/a\r\nSet-Cookie: a=b", "'Location' must be ASCII text without control characters"),
        ("Location", " /a", "'Location' must be ASCII text without control characters and outer spaces"),
        ("Location", "/京都", "'Location' must be ASCII text"),
        ("Location", "", "'Location' must be ASCII text"),
    ],
)
async def test_header_that_is_not_the_backends_to_set_is_refused(
    wired: Wiring, header: str, value: str, why: str
) -> None:
    seen: list[ValueError] = []

    def act() -> None:
        with pytest.raises(ValueError, match="response header") as caught:
            respond(headers={header: value})
        seen.append(caught.value)

    async with wired(placing_port(), Backend(act)) as placing:
        await placing.send()
    assert why in str(seen[0])


# -- failures ---------------------------------------------------------------------------------------------------------


def raising(error: Exception) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


async def test_documented_type_and_title_of_a_problem_are_sent() -> None:
    answered = await asked(raising(Busy("later", retry_after=3)))
    assert answered.status == 429
    assert answered.header("retry-after") == "3"
    assert b'"type":"https://shop.example/problems/busy","title":"Busy"' in answered.body


@every_wiring
async def test_argument_of_an_exception_travels_as_the_declared_header(wired: Wiring) -> None:
    async with wired(placing_port(), Backend(raising(Busy("later", retry_after=3)))) as placing:
        with receiving() as received, pytest.raises(Busy, match="later") as caught:
            await placing.send()
    assert caught.value.retry_after == 3
    assert not hasattr(caught.value, "problem_type")
    assert received.headers == {"retry-after": "3"}


@pytest.mark.parametrize("after", ["Wed, 21 Oct 2026 07:28:00 GMT", "soon", ""])
async def test_header_that_is_not_of_the_arguments_type_counts_as_not_there(after: str) -> None:
    body = b'{"type": "%s", "title": "Busy", "status": 429, "code": "busy"}' % BUSY_TYPE.encode()

    class Gateway(Unreachable):
        async def send(self, request: WireRequest, timeouts: Any) -> WireResponse:
            headers = [("content-type", "application/problem+json"), ("retry-after", after)]
            return WireResponse(429, headers, body)

    with pytest.raises(Busy) as caught:
        await placing_port().http(transport=Gateway(), trust="open").send()
    assert caught.value.retry_after is None


@every_wiring
@pytest.mark.parametrize("named", ["urn:a", "urn:b"])
async def test_backend_chooses_the_type_of_a_problem(wired: Wiring, named: str) -> None:
    async with wired(placing_port(), Backend(raising(Broken("no", problem_type=named)))) as placing:
        with pytest.raises(Broken, match="no") as caught:
            await placing.send()
    assert caught.value.problem_type == named
    answered = await asked(raising(Broken("no", problem_type=named)))
    assert f'"type":"{named}"'.encode() in answered.body


async def test_type_that_the_contract_does_not_know_is_a_failure_of_the_service() -> None:
    async with over_http(placing_port(), Backend(raising(Broken("no", problem_type="urn:c")))) as placing:
        with pytest.raises(InternalError):
            await placing.send()
    async with held_to_http(placing_port(), Backend(raising(Broken("no", problem_type="urn:c")))) as placing:
        with pytest.raises(FidelityError, match="/type"):
            await placing.send()


async def test_header_of_an_exception_is_held_to_the_same_rules() -> None:
    class Cut(Busy):
        code = "busy"

        def __init__(self, detail: str = "", *, retry_after: str = "") -> None:
            Exception.__init__(self, detail)
            self.retry_after = retry_after  # type: ignore[assignment]

    port = placing_port(errors=(Cut, Broken))
    service = port.serve(Backend(raising(Cut("later", retry_after="1\r\nX: y"))), trust="open")
    answered = await ask(service, "POST", "/things")
    assert answered.status == 500
    assert answered.header("retry-after") is None


def test_argument_that_is_only_a_header_needs_a_default() -> None:
    class Needing(Exception):
        code = "busy"

        def __init__(self, detail: str = "", *, retry_after: int) -> None:
            super().__init__(detail)
            self.retry_after = retry_after

    with pytest.raises(BindError, match="made with 'retry_after', which the problem does not carry"):
        placing_port(errors=(Needing, Broken))


# -- keys -------------------------------------------------------------------------------------------------------------


def keyed_service(*, is_required: bool, method: str = "post", **responses: Any) -> Any:
    key = {"name": "Idempotency-Key", "in": "header", "required": is_required, "schema": {"type": "string"}}
    answers = json_answer({"type": "string"}, "201")
    port = document({"parameters": [key], "responses": {**answers, **responses}}, method=method).bind(Placing)
    return port.serve(Backend(lambda: None), trust="open")


async def test_missing_key_is_refused_where_the_contract_requires_it() -> None:
    answered = await ask(keyed_service(is_required=True), "POST", "/things")
    assert answered.refusal[:2] == (400, "invalid_request")
    assert answered.problem["errors"] == [{"where": "header.Idempotency-Key", "detail": "is required"}]
    keyed = await ask(keyed_service(is_required=True), "POST", "/things", ("idempotency-key", "k"))
    assert keyed.status == 201


async def test_missing_key_is_refused_with_the_code_that_the_contract_documents_for_400() -> None:
    on_400: Any = {"400": {"description": ".", "content": problem_of("malformed_request")}}
    answered = await ask(keyed_service(is_required=True, **on_400), "POST", "/things")
    where = "The request cannot be read: header.Idempotency-Key is required"
    assert answered.refusal == (400, "malformed_request", where)


async def test_key_may_be_left_out_where_the_contract_does_not_require_it() -> None:
    assert (await ask(keyed_service(is_required=False), "POST", "/things")).status == 201
    assert (await ask(keyed_service(is_required=True, method="get"), "GET", "/things")).status == 201


async def test_caller_through_the_port_always_has_a_key() -> None:
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    port = document({"parameters": [key], "responses": json_answer({"type": "string"}, "201")}).bind(Placing)
    async with over_http(port, Backend(lambda: None)) as placing:
        assert await placing.send() == "done"


async def test_method_that_names_the_key_sends_it_once() -> None:
    class Naming(Protocol):
        async def send(self, idempotency_key: str) -> str: ...

    class Echo:
        async def send(self, idempotency_key: str) -> str:
            return idempotency_key

    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    port = document({"parameters": [key], "responses": json_answer({"type": "string"}, "201")}).bind(Naming)
    async with AsgiTransport(port.serve(Echo(), trust="open")) as transport:
        with calling(idempotency_key="outside"):
            assert await port.http(transport=transport, trust="open").send("inside") == "inside"
