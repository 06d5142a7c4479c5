"""The event of a served call says what was answered, whatever the backend met."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from switchover import Recorder
from switchover.errors import (
    CallTimeout,
    Forbidden,
    InvalidRequest,
    NotFound,
    Problem,
    ServiceUnavailable,
    Unauthenticated,
)
from switchover.port.serve import Service
from switchover.telemetry import CallEvent, Outcome
from unit.port.asking import CALLER, NOTE, ask
from unit.port.desk import InMemoryDesk, NoteNotFound, desk_port


class Meeting(InMemoryDesk):
    """A backend that meets something."""

    def __init__(self, error: Callable[[], BaseException]) -> None:
        super().__init__()
        self._error = error

    async def get_health(self) -> Any:
        raise self._error()

    async def get_note(self, *args: Any, **kwargs: Any) -> Any:
        raise self._error()


@pytest.mark.parametrize(
    ("error", "status", "outcome"),
    [
        (lambda: Unauthenticated(reason="expired"), 500, Outcome.FAILED),
        (lambda: Forbidden(reason="not_allowed"), 500, Outcome.FAILED),
        (lambda: NotFound("of another service"), 500, Outcome.FAILED),
        (lambda: InvalidRequest("of another service"), 500, Outcome.FAILED),
        (lambda: Problem("of_another_service", 409), 500, Outcome.FAILED),
        (lambda: CallTimeout(seconds=1), 500, Outcome.FAILED),
        (lambda: RuntimeError("a fault"), 500, Outcome.FAILED),
        (lambda: ServiceUnavailable("not now"), 503, Outcome.FAILED),
    ],
)
async def test_what_a_backend_meets_on_calls_of_its_own_is_a_failure_of_the_service_and_no_refusal(
    error: Callable[[], Exception], status: int, outcome: Outcome
) -> None:
    answered, event = await asked(Meeting(error), "/api/health")
    assert answered == status
    assert (event.outcome, event.refusal) == (outcome, "")


async def test_a_documented_failure_is_what_the_service_should_say() -> None:
    answered, event = await asked(Meeting(lambda: NoteNotFound("no such note", note_id=UUID(int=1))), NOTE)
    assert (answered, event.outcome, event.failure) == (404, Outcome.REFUSED, "NoteNotFound")


async def test_a_request_that_cannot_be_read_is_refused() -> None:
    answered, event = await asked(Meeting(RuntimeError), "/api/notes/no-number")
    assert (answered, event.outcome, event.failure) == (400, Outcome.REFUSED, "InvalidRequest")


@pytest.mark.parametrize("is_closed", [True, False])
async def test_a_call_that_is_cut_off_with_an_answer_is_a_failure_and_one_that_nobody_waits_for_is_not(
    is_closed: bool,
) -> None:
    events: list[CallEvent] = []
    recorder = Recorder()
    recorder.subscribe(events.extend)
    service: Service

    class Stuck(InMemoryDesk):
        async def get_health(self) -> Any:
            service.gate.is_closed = is_closed
            raise asyncio.CancelledError

    service = desk_port(recorder).serve(Stuck(), trust="open")
    if is_closed:
        assert (await ask(service, "GET", "/api/health")).status == 500
    else:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.ensure_future(ask(service, "GET", "/api/health"))
    recorder.close()
    assert [event.outcome for event in events] == [Outcome.FAILED if is_closed else Outcome.CANCELLED]


async def asked(backend: InMemoryDesk, target: str) -> tuple[int, CallEvent]:
    """The status of the answer, and the event of the call."""
    events: list[CallEvent] = []
    recorder = Recorder()
    recorder.subscribe(events.extend)
    answered = await ask(desk_port(recorder).serve(backend, trust="open"), "GET", target, CALLER)
    recorder.close()
    [event] = events
    return answered.status, event
