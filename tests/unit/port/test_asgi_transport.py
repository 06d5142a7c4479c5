"""Calls into an application of the same process, also one that misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from switchover import AsgiTransport, Timeouts
from switchover.errors import CallTimeout, ConnectionLost, ServiceUnreachable, UnexpectedAnswer
from switchover.port.serve import Service
from unit.port.desk import Health, InMemoryDesk, blocking_desk_port, desk_port

START = {"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", b"application/json")]}
BODY = {"type": "http.response.body", "body": b'{"status": "ok"}'}

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class App:
    """An application that starts and stops as it should, and sends what it is told."""

    def __init__(self, *messages: dict[str, Any], error: BaseException | None = None) -> None:
        self.messages = messages
        self.error = error
        self.steps: list[str] = []

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
        else:
            await self.answer(receive, send)

    async def live(self, scope: Any, receive: Receive, send: Send) -> None:
        for step in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{step}"
            self.steps.append(step)
            await send({"type": f"lifespan.{step}.complete"})

    async def answer(self, receive: Receive, send: Send) -> None:
        for message in self.messages:
            await send(message)
        if self.error is not None:
            raise self.error


def desk(app: Any, **given: Any) -> Any:
    return desk_port().http(transport=AsgiTransport(app), **given, trust="open")


async def test_an_answer_may_come_in_parts_and_with_messages_of_extensions() -> None:
    parts = [{**BODY, "body": part, "more_body": True} for part in (b'{"status"', b"", b': "ok"}')]
    trailers = {"type": "http.response.trailers", "headers": []}
    assert await desk(App(START, *parts, {"type": "http.response.body"}, trailers)).get_health() == Health()
    bare = {"type": "http.response.start", "status": 204}
    with pytest.raises(UnexpectedAnswer, match=r"\(status 204\)"):
        await desk(App(bare, {"type": "http.response.body"})).get_health()


@pytest.mark.parametrize("messages", [(), (START,), (START, {**BODY, "more_body": True})])
@pytest.mark.parametrize("error", [None, RuntimeError("a secret")])
async def test_an_application_that_ends_before_its_answer_does_lost_the_call(
    messages: tuple[dict[str, Any], ...], error: Exception | None
) -> None:
    with pytest.raises(ConnectionLost, match="The application ended the call without an answer") as caught:
        await desk(App(*messages, error=error)).echo(1)
    assert caught.value.__cause__ is error
    assert "secret" not in str(caught.value)


async def test_an_answer_that_is_too_large_is_kept_no_further_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchover.port.transports.asgi.MAX_ANSWER_BYTES", 20)
    parts = [{**BODY, "more_body": True}] * 50
    with pytest.raises(UnexpectedAnswer, match="larger than"):
        await desk(App(START, *parts, BODY)).get_health()
    assert await desk(App(START, BODY)).get_health() == Health()


async def test_an_application_that_watches_for_the_clients_going_away_waits_for_the_end_of_its_answer() -> None:
    told: list[str] = []

    class Watching(App):
        async def answer(self, receive: Receive, send: Send) -> None:
            told.append((await receive())["type"])
            watching = asyncio.ensure_future(receive())
            await asyncio.sleep(0)
            assert not watching.done()
            await send(START)
            await send(BODY)
            told.append((await watching)["type"])
            told.append((await receive())["type"])

    assert await desk(Watching()).get_health() == Health()
    assert told == ["http.request", "http.disconnect", "http.disconnect"]


async def test_a_caller_that_is_out_of_time_cancels_the_application() -> None:
    cancelled = asyncio.Event()

    class Stuck(App):
        async def answer(self, receive: Receive, send: Send) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

    with pytest.raises(CallTimeout):
        await desk(Stuck(), timeouts=Timeouts(total=0.01)).get_health()
    assert cancelled.is_set()


def test_a_thread_that_is_out_of_time_is_told_so() -> None:
    class Stuck(App):
        async def answer(self, receive: Receive, send: Send) -> None:
            await asyncio.Event().wait()

    with AsgiTransport(Stuck()) as transport:
        client = blocking_desk_port().http(transport=transport, timeouts=Timeouts(total=0.01), trust="open")
        with pytest.raises(CallTimeout, match=r"No answer within 0.01 s \(total\)"):
            client.get_health()


# -- starting and stopping --------------------------------------------------------------------------------------------


async def test_an_application_is_started_and_stopped_with_its_transport_and_shares_what_it_opened() -> None:
    states: list[Any] = []

    class Stateful(App):
        async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
            states.append((scope["type"], dict(scope["state"])))
            scope["state"]["pool"] = "open"
            await super().__call__(scope, receive, send)

    app = Stateful(START, BODY)
    async with AsgiTransport(app) as transport:
        assert app.steps == ["startup"]
        assert await desk_port().http(transport=transport, trust="open").get_health() == Health()
    assert app.steps == ["startup", "shutdown"]
    assert states == [("lifespan", {}), ("http", {"pool": "open"})]
    await transport.aclose()
    assert app.steps == ["startup", "shutdown"]


async def test_an_application_that_nobody_started_is_used_as_it_is() -> None:
    app = App(START, BODY)
    transport = AsgiTransport(app)
    assert await desk_port().http(transport=transport, trust="open").get_health() == Health()
    await transport.aclose()
    assert app.steps == []


def test_threads_start_an_application_once_and_again_after_it_was_closed() -> None:
    app = App(START, BODY)
    transport = AsgiTransport(app)
    transport.close()
    client: Any = blocking_desk_port().http(transport=transport, trust="open")
    for _ in range(2):
        assert [client.get_health() for _ in range(2)] == [Health()] * 2
        transport.close()
    assert app.steps == ["startup", "shutdown"] * 2


def failing(step: str, error: Exception) -> Service:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        if step == "startup":
            raise error
        yield
        raise error

    return desk_port().serve(InMemoryDesk(), trust="open", lifespan=[lifespan])


def reasons(error: BaseException | None) -> list[BaseException | None]:
    """The exception, or those of the task group that it ended."""
    return list(error.exceptions) if isinstance(error, BaseExceptionGroup) else [error]


async def test_a_service_that_fails_as_it_starts_or_stops_is_told_with_its_reason() -> None:
    error = RuntimeError("no database")
    with pytest.raises(ServiceUnreachable, match="The application failed at startup") as starting:
        await AsgiTransport(failing("startup", error)).__aenter__()
    assert error in reasons(starting.value.__cause__)
    transport = AsgiTransport(failing("shutdown", error))
    await transport.__aenter__()
    assert (await desk_port().http(transport=transport, trust="open").get_health()).status == "ok"
    with pytest.raises(ServiceUnreachable, match="The application failed at shutdown") as stopping:
        await transport.aclose()
    assert error in reasons(stopping.value.__cause__)


def test_a_service_that_fails_as_threads_start_it_leaves_no_event_loop_behind() -> None:
    error = RuntimeError("no database")
    transport = AsgiTransport(failing("startup", error))
    client = blocking_desk_port().http(transport=transport, trust="open")
    for _ in range(2):
        with pytest.raises(ServiceUnreachable, match="The application failed at startup"):
            client.get_health()
    transport.close()


async def test_an_application_that_says_it_failed_and_goes_on_is_stopped() -> None:
    ended = asyncio.Event()

    class Undecided(App):
        async def live(self, scope: Any, receive: Receive, send: Send) -> None:
            try:
                await send({"type": "lifespan.startup.failed", "message": "no"})
                await asyncio.Event().wait()
            finally:
                ended.set()

    with pytest.raises(ServiceUnreachable, match="The application failed at startup"):
        await AsgiTransport(Undecided()).__aenter__()
    async with asyncio.timeout(10):
        await ended.wait()


async def test_an_application_that_ends_without_a_word_is_not_started() -> None:
    class Silent(App):
        async def live(self, scope: Any, receive: Receive, send: Send) -> None:
            return

    with pytest.raises(ServiceUnreachable, match="The application failed at startup"):
        await AsgiTransport(Silent()).__aenter__()


async def test_giving_up_while_an_application_starts_stops_it() -> None:
    starting, ended = asyncio.Event(), asyncio.Event()

    class Slow(App):
        async def live(self, scope: Any, receive: Receive, send: Send) -> None:
            starting.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    entering = asyncio.ensure_future(AsgiTransport(Slow()).__aenter__())
    await starting.wait()
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    async with asyncio.timeout(10):
        await ended.wait()
