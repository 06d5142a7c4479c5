"""Who and what is let in: callers, services, media types, headers that are there twice, and a gate that is closed."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

import pytest

from switchover import Recorder, SharedKeyVerifier
from switchover.port.serve import Service
from unit.port.asking import CALLER, JSON, NOTE, Answered, Header, ask
from unit.port.desk import Caller, InMemoryBlockingDesk, InMemoryDesk, NoteNotFound, desk_port
from unit.port.single import document

KEY = "a-key-for-tests-alone-0123456789abcdef"
BEARER = ("authorization", f"Bearer {KEY}")


@pytest.fixture
def desk() -> InMemoryBlockingDesk:
    return InMemoryBlockingDesk()


@pytest.fixture
def service(desk: InMemoryBlockingDesk) -> Service:
    return desk_port().serve(InMemoryDesk(desk), trust="open")


async def echo(service: Service, body: bytes, *headers: Header) -> Answered:
    return await ask(service, "POST", "/api/echo", JSON, *headers, parts=(body,))


# -- trust ------------------------------------------------------------------------------------------------------------


def test_a_service_says_whom_it_trusts() -> None:
    verifier = SharedKeyVerifier(KEY, principal="tests", may_act_for_users=True)
    with pytest.raises(ValueError, match="anyone could call as anyone"):
        desk_port().serve(InMemoryDesk())
    with pytest.raises(ValueError, match="only one can be meant"):
        desk_port().serve(InMemoryDesk(), verifier=verifier, trust="open")
    with pytest.raises(ValueError, match="or nothing, not 'yes'"):
        desk_port().serve(InMemoryDesk(), trust="yes")  # type: ignore[arg-type]


async def test_a_contract_that_is_open_to_everyone_needs_no_verifier() -> None:
    class Things:
        async def send(self) -> None: ...

    service = document({}).bind(Things).serve(Things())
    assert (await ask(service, "POST", "/things")).status == 204


def test_a_verifier_that_nobody_would_be_asked_by_is_refused() -> None:
    class Things:
        async def send(self) -> None: ...

    verifier = SharedKeyVerifier(KEY, principal="tests", may_act_for_users=True)
    with pytest.raises(ValueError, match="the contract has no `security`, so anyone may call every operation"):
        document({}).bind(Things).serve(Things(), verifier=verifier)


async def test_a_service_that_may_not_act_for_people_is_refused_for_people_alone() -> None:
    verifier = SharedKeyVerifier(KEY, principal="tests", may_act_for_users=False)
    service = desk_port().serve(InMemoryDesk(), verifier=verifier)
    acting = await ask(service, "GET", NOTE, BEARER, CALLER)
    assert acting.refusal == (403, "forbidden", "This service may not act for people.")
    assert (await ask(service, "GET", NOTE, BEARER)).refusal[1] == "malformed_request"
    assert (await ask(service, "GET", "/api/health")).status == 200


async def test_whoever_names_a_user_proves_itself_also_where_nothing_has_to_be_proved() -> None:
    for may_act, status in ((True, 200), (False, 403)):
        verifier = SharedKeyVerifier(KEY, principal="tests", may_act_for_users=may_act)
        service = desk_port().serve(InMemoryDesk(), verifier=verifier)
        assert (await ask(service, "GET", "/api/health", CALLER)).refusal[:2] == (401, "unauthenticated")
        assert (await ask(service, "GET", "/api/health", CALLER, BEARER)).status == status
        assert (await ask(service, "GET", "/api/health")).status == 200


async def test_a_call_for_nobody_is_refused_where_somebody_is_needed(service: Service) -> None:
    answered = await ask(service, "GET", NOTE)
    assert answered.refusal == (400, "malformed_request", "The header x-switchover-caller is required.")
    assert (await ask(service, "GET", NOTE, (CALLER[0], "?"))).refusal[:2] == (400, "malformed_request")


async def test_a_caller_that_is_named_by_keyword_arrives() -> None:
    class Notes:
        async def send(self, *, who: Caller) -> str:
            return who.user_id

    text = {"200": {"description": ".", "content": {"text/plain": {"schema": {"type": "string"}}}}}
    secured = {"responses": text, "security": [{"service": [], "caller": []}]}
    schemes = {
        "service": {"type": "http", "scheme": "bearer"},
        "caller": {"type": "apiKey", "in": "header", "name": "x-switchover-caller"},
    }
    contract = document(secured, components={"securitySchemes": schemes})
    service = contract.bind(Notes, caller=Caller).serve(Notes(), trust="open")
    assert (await ask(service, "POST", "/things", CALLER)).body == b"aiko"


# -- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "twice", [BEARER, CALLER, JSON, ("content-length", "1"), ("idempotency-key", "a"), ("host", "desk")]
)
async def test_a_header_that_decides_something_may_not_be_there_twice(service: Service, twice: Header) -> None:
    headers = {name: (name, value) for name, value in (JSON, twice)}.values()
    answered = await ask(service, "POST", "/api/echo", *headers, twice, parts=(b"1",))
    assert answered.refusal == (400, "malformed_request", f"The header {twice[0]} is there more than once.")


async def test_other_headers_are_joined(service: Service, desk: InMemoryBlockingDesk) -> None:
    answered = await ask(service, "GET", "/api/notes", CALLER, ("x-color", "red"), ("x-color", "blue"))
    assert answered.status == 200
    assert desk.seen[-1]["x_color"] == "red, blue"
    assert (await echo(service, b"1", ("accept", "text/html"), ("accept", "application/json"))).status == 200


@pytest.mark.parametrize("key", ["", "a b", "é", "a" * 129, "a\tb"])
async def test_an_idempotency_key_that_is_none_is_named(service: Service, key: str) -> None:
    answered = await echo(service, b"1", ("idempotency-key", key))
    assert answered.refusal[:2] == (400, "invalid_request")
    assert [error["where"] for error in answered.problem["errors"]] == ["header.Idempotency-Key"]


@pytest.mark.parametrize(
    "accept",
    [
        "", "*/*", "application/*", "application/json", "APPLICATION/JSON;q=0.1", "text/html, application/json;q=0.001",
        "application/*;q=0, application/json", "application/json;v=1;q=1.000",
    ],
)  # fmt: skip
async def test_an_answer_comes_to_whoever_would_take_it(service: Service, accept: str) -> None:
    assert (await echo(service, b"1", ("accept", accept))).body == b"1"


@pytest.mark.parametrize(
    "accept",
    [
        "text/html", "application/json;q=0", "*/*;q=0", "*/*, application/json;q=0", "application/json;q=2",
        "application/json;q=high", "json", "," * 2001,
    ],
)  # fmt: skip
async def test_an_answer_that_the_client_would_not_take_is_not_made(
    service: Service, desk: InMemoryBlockingDesk, accept: str
) -> None:
    answered = await echo(service, b"1", ("accept", accept))
    assert answered.refusal == (406, "not_acceptable", "Only application/json can be answered.")
    assert desk.seen == []


async def test_a_value_that_the_contract_takes_and_python_cannot_hold_is_named(service: Service) -> None:
    answered = await ask(service, "GET", "/api/notes?since=2016-12-31T23:59:60Z", CALLER)  # a leap second
    assert answered.refusal[:2] == (422, "invalid_request")
    assert [error["where"] for error in answered.problem["errors"]] == ["query.since"]


# -- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["fail", "unwritable"])
async def test_a_failure_is_logged_with_its_trace_and_answered_without_internals(
    service: Service, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "switchover.serve"):
        answered = await echo(service, f'"{value}"'.encode())
    assert answered.refusal == (500, "internal_error", "")
    assert set(answered.problem) == {"type", "title", "status", "code", "traceId"}
    assert [record.name for record in caplog.records] == ["switchover.serve"]
    assert answered.problem["traceId"] in caplog.text


async def test_an_exception_that_cannot_be_told_is_a_failure_like_any_other(caplog: pytest.LogCaptureFixture) -> None:
    class Forgetful(InMemoryDesk):
        async def get_note(self, caller: Caller, note_id: UUID) -> Any:
            error = NoteNotFound("a secret", note_id=note_id)
            del error.note_id
            raise error

    service = desk_port().serve(Forgetful(), trust="open")
    with caplog.at_level(logging.ERROR, "switchover.serve"):
        answered = await ask(service, "GET", NOTE, CALLER)
    assert answered.refusal == (500, "internal_error", "")
    assert f"getNote fails with what cannot be answered [trace {answered.problem['traceId']}]" in caplog.text


async def test_a_busy_backend_says_when_to_come_again(service: Service) -> None:
    answered = await echo(service, b'"busy"')
    assert answered.refusal == (503, "service_unavailable", "later")
    assert answered.header("retry-after") == "7"


async def test_a_closed_gate_lets_nobody_in_and_those_inside_finish() -> None:
    class Slow(InMemoryDesk):
        def __init__(self) -> None:
            super().__init__()
            self.inside, self.finish = asyncio.Event(), asyncio.Event()

        async def echo(self, value: Any) -> Any:
            self.inside.set()
            await self.finish.wait()
            return value

    backend = Slow()
    service = desk_port().serve(backend, trust="open")
    running = asyncio.ensure_future(echo(service, b"1"))
    await backend.inside.wait()
    service.gate.close()
    refused = await echo(service, b"2")
    assert refused.refusal == (503, "service_unavailable", "The service is shutting down.")
    assert refused.header("retry-after") == "1"
    backend.finish.set()
    assert (await running).body == b"1"


async def test_a_call_that_is_cut_off_is_recorded_as_such() -> None:
    recorder = Recorder()
    events: list[tuple[str, str, str]] = []
    recorder.subscribe(lambda batch: events.extend((e.operation, e.wiring, e.failure) for e in batch))

    class Stuck(InMemoryDesk):
        async def get_health(self) -> Any:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.Event().wait()

    service = desk_port(recorder).serve(Stuck(), trust="open")
    with pytest.raises(asyncio.CancelledError):
        await asyncio.ensure_future(ask(service, "GET", "/api/health"))
    recorder.close()
    assert events == [("getHealth", "serve", "CancelledError")]


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [((), "missing"), ((("authorization", "Bearer of-somebody-else"), CALLER), "unknown_key"), ((BEARER, CALLER), "")],
)
async def test_the_event_of_a_call_tells_why_its_caller_was_not_let_in(
    headers: tuple[Header, ...], refusal: str
) -> None:
    recorder = Recorder()
    told: list[str] = []
    recorder.subscribe(lambda batch: told.extend(event.refusal for event in batch))
    verifier = SharedKeyVerifier(KEY, principal="web", may_act_for_users=True)
    await ask(desk_port(recorder).serve(InMemoryDesk(), verifier=verifier), "GET", "/api/notes", *headers)
    recorder.close()
    assert told == [refusal]
