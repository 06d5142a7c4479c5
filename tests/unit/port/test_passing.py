"""What of the kit's own failures a backend may end a call with, and what its caller sees of those it met on calls of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

import pytest

from switchover import AsgiTransport, Fidelity, FidelityError, Inspector, Port
from switchover.errors import (
    WIRE_ERRORS,
    CallError,
    CallTimeout,
    InternalError,
    InvalidField,
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    ServiceUnavailable,
    Unauthenticated,
)
from switchover.parity import Breach
from unit.port.single import document, json_answer

SAID_BY_BACKENDS = (ServiceUnavailable, MalformedRequest, InvalidRequest)


class Front(Protocol):
    async def send(self) -> str: ...


def failure(code: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"code": {"const": code}}}
    return {"description": ".", "content": {"application/problem+json": {"schema": schema}}}


def front(**more: Any) -> Port[Front]:
    """A service that calls another to answer, and documents every failure of the kit's."""
    documented = {str(error.status): failure(error.code) for error in WIRE_ERRORS}
    return document({"responses": {**json_answer({"type": "string"}), **documented, **more}}, "/front").bind(Front)


def bare() -> Port[Front]:
    """The same, and documents none."""
    return document({"responses": json_answer({"type": "string"})}, "/bare").bind(Front)


class Raising:
    """A backend that fails as it is told."""

    def __init__(self, error: Callable[[], Exception]) -> None:
        self._error = error

    async def send(self) -> str:
        raise self._error()


class Calling:
    """A backend that asks another service, and lets whatever comes of it escape."""

    def __init__(self, other: Front) -> None:
        self._other = other

    async def send(self) -> str:
        return await self._other.send()


async def over_http(port: Port[Front], backend: Front) -> Exception:
    async with AsgiTransport(port.serve(backend, trust="open")) as transport:
        return await raised(port.http(transport=transport))


async def raised(client: Front) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any kind, which is what is asked
        await client.send()
    return caught.value


async def strictly(port: Port[Front], backend: Front) -> str:
    found = await raised(port.direct(backend, fidelity=Fidelity.STRICT))
    return str(found.items[0]) if isinstance(found, FidelityError) else type(found).__name__


@pytest.mark.parametrize("cls", WIRE_ERRORS, ids=lambda cls: cls.__name__)
async def test_a_backend_may_say_what_only_it_can_know_and_nothing_that_is_for_the_service_to_say(
    cls: type[CallError],
) -> None:
    backend = Raising(lambda: cls("what happened"))
    got = await over_http(front(), backend)
    may = cls in SAID_BY_BACKENDS
    assert type(got) is (cls if may else InternalError)
    expected = f"send error: {cls.__name__} is for a service to say, not for its backend; over HTTP the caller would get InternalError"
    assert await strictly(front(), backend) == (cls.__name__ if may else expected)


@pytest.mark.parametrize("cls", [MalformedRequest, InvalidRequest])
async def test_that_a_request_breaks_the_contract_is_the_backends_to_say_only_where_that_is_documented(
    cls: type[CallError],
) -> None:
    backend = Raising(cls)
    assert type(await over_http(bare(), backend)) is InternalError
    assert "is for a service to say" in await strictly(bare(), backend)


async def test_that_it_cannot_answer_now_every_backend_may_say() -> None:
    got = await over_http(bare(), Raising(lambda: ServiceUnavailable("later", retry_after=7)))
    assert isinstance(got, ServiceUnavailable)
    assert (got.detail, got.retry_after) == ("later", 7)


@pytest.mark.parametrize(
    "make",
    [
        Unauthenticated,
        NotFound,
        MethodNotAllowed,
        ServiceUnavailable,
        InvalidRequest,
        MalformedRequest,
        CallTimeout,
        lambda: Problem("http_418", 418),
    ],
)
@pytest.mark.parametrize("way", ["direct", "strict"])
async def test_what_a_call_to_somebody_else_ended_with_is_not_said_of_this_one(
    make: Callable[[], CallError], way: str
) -> None:
    inner = front().direct(Raising(make))
    port = front(**{"418": {"description": "."}})
    backend = Calling(inner)
    if way == "direct":
        assert type(await over_http(port, backend)) is InternalError
    else:
        found = await strictly(port, backend)
        assert found.startswith(f"send error: {type(make()).__name__} is of a call to somebody else; over HTTP")


async def test_what_another_service_answered_is_not_said_of_this_call(caplog: pytest.LogCaptureFixture) -> None:
    inner = front()
    async with AsgiTransport(inner.serve(Raising(lambda: ServiceUnavailable("later")), trust="open")) as transport:
        outer = Calling(inner.http(transport=transport))
        with caplog.at_level(logging.ERROR, "switchover.serve"):
            assert type(await over_http(bare(), outer)) is InternalError
        assert "send failed" in caplog.text
        assert "is of a call to somebody else" in await strictly(bare(), outer)
        assert isinstance(await raised(bare().direct(outer)), ServiceUnavailable)


async def test_a_service_that_only_hands_on_its_calls_hands_on_their_failures() -> None:
    port = front()
    async with AsgiTransport(port.serve(Raising(lambda: ServiceUnavailable("later")), trust="open")) as transport:
        got = await over_http(port, Calling(port.http(transport=transport)))
    assert isinstance(got, ServiceUnavailable)


async def test_a_problem_that_is_only_handed_on_is_documented() -> None:
    port = front(**{"418": {"description": "."}})
    inner = port.direct(Raising(lambda: Problem("http_418", 418, "a teapot", trace_id="ab" * 16)))
    got = await over_http(port, Calling(inner))
    assert isinstance(got, Problem)
    assert (got.status, got.detail) == (418, "a teapot")
    assert await strictly(port, Calling(inner)) == "Problem"


async def test_whoever_calls_directly_sees_what_was_raised() -> None:
    error = Unauthenticated("of somebody else")
    assert await raised(front().direct(Raising(lambda: error))) is error
    assert error.operation is not None


async def test_a_request_that_is_refused_before_the_backend_is_asked_is_answered_so() -> None:
    class Taking(Protocol):
        async def send(self, limit: int) -> str: ...

    class Backend:
        async def send(self, limit: int) -> str:
            raise AssertionError(limit)

    parameter = {"name": "limit", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 5}}
    described = {"parameters": [parameter], "responses": json_answer({"type": "string"})}
    service = document(described, method="get").bind(Taking)
    wider = {**described, "parameters": [{**parameter, "schema": {"type": "integer"}}]}
    async with AsgiTransport(service.serve(Backend(), trust="open")) as transport:
        with pytest.raises(InvalidRequest) as caught:
            await document(wider, method="get").bind(Taking).http(transport=transport).send(9)
    assert caught.value.errors == (InvalidField("query.limit", "is greater than the maximum of 5"),)


async def test_a_failure_of_the_teams_that_forgot_to_be_a_call_error_is_one_nevertheless() -> None:
    class Hasty(ServiceUnavailable):
        def __init__(self) -> None:
            self.detail, self.trace_id, self.retry_after = "later", None, 7

    got = await over_http(front(), Raising(Hasty))
    assert isinstance(got, ServiceUnavailable)
    assert (got.detail, got.retry_after) == ("later", 7)
    found = await raised(front().direct(Raising(Hasty)))
    assert isinstance(found, Hasty)
    assert found.operation is not None


async def test_samples_report_what_would_not_be_passed_on() -> None:
    found: list[Breach] = []
    inspector = Inspector(1, found.extend)
    for error in (NotFound(), ServiceUnavailable(), KeyError("x")):
        await raised(front().direct(Raising(lambda error=error: error), fidelity=inspector))  # type: ignore[misc]
    inspector.close()
    assert [breach.what for breach in found] == [
        "NotFound is for a service to say, not for its backend",
        "KeyError is not documented",
    ]
