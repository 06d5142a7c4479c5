"""A call on its way over HTTP: through the circuit, within its part of the time, and answered in this process where that is safe.

A safe operation may run twice. It is answered here whenever the service gave no answer of its own, or failed. A write is carried out here only
if the service certainly did not run it: there was no connection, no credential, or the service says that it does not have the operation. In every
other case the write may have happened, and the call ends with the failure that it met.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from switchover import context
from switchover.context import Beside, CallContext
from switchover.contract.operations.failures import status_code
from switchover.errors import (
    CallError,
    CallTimeout,
    CredentialUnavailable,
    InternalError,
    InvalidRequest,
    OperationMissing,
    Problem,
    ServiceUnavailable,
    ServiceUnreachable,
    TransportError,
    UnknownValue,
)
from switchover.port.kinds import outcome_of
from switchover.port.plan import Plan
from switchover.rollout.circuit import Circuit
from switchover.rollout.decision import CIRCUIT_OPEN, FALLBACK, Decision
from switchover.telemetry import Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """The two ways of a call; each takes the decision, and then the arguments."""

    remote: Callable[..., Any]
    local: Callable[..., Any]


class Crossing:
    """The calls of one operation that go over HTTP."""

    __slots__ = ("_for_http", "_legs", "_plan", "_total")

    def __init__(self, plan: Plan, legs: Legs, total: float, for_http: float) -> None:
        self._plan, self._legs = plan, legs
        self._total = total
        self._for_http = for_http if plan.is_safe else 1.0

    async def run_async(
        self, circuit: Circuit, decision: Decision, positional: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        """Carry out a call of an `async def` method. Cancelling it cancels the side that it is on, and starts no other."""
        ticket = circuit.enter()
        if ticket is None:
            return await self._legs.local(CIRCUIT_OPEN, *positional, **named)
        attempt = self._attempt()
        try:
            with attempt.counted(circuit, ticket):
                return await self._legs.remote(decision, *positional, **named)
        except CallError as error:
            instead = attempt.instead(error)
            if instead is None:
                raise
            with _beside(instead):
                return await self._in_time(attempt, self._legs.local(FALLBACK, *positional, **named))

    def run(self, circuit: Circuit, decision: Decision, positional: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Carry out a call of a `def` method. What answers it here cannot be cut off, but sees when its time is over."""
        ticket = circuit.enter()
        if ticket is None:
            return self._legs.local(CIRCUIT_OPEN, *positional, **named)
        attempt = self._attempt()
        try:
            with attempt.counted(circuit, ticket):
                return self._legs.remote(decision, *positional, **named)
        except CallError as error:
            instead = attempt.instead(error)
            if instead is None:
                raise
            with _beside(instead):
                return self._legs.local(FALLBACK, *positional, **named)

    def _attempt(self) -> _Attempt:
        return _Attempt(self._plan, context.current(), self._total, self._for_http)

    async def _in_time(self, attempt: _Attempt, work: Any) -> Any:
        limit = asyncio.timeout(attempt.left)
        try:
            async with limit:
                return await work
        except TimeoutError as error:
            if limit.expired():
                raise CallTimeout(phase="total", seconds=attempt.seconds) from error
            raise


class _Attempt:
    """One call over HTTP, and what may become of it.

    Attributes:
        seconds: how long the whole call may take.
    """

    __slots__ = ("_deadline", "_for_http", "_outside", "_plan", "_started", "seconds")

    def __init__(self, plan: Plan, outside: Beside, total: float, for_http: float) -> None:
        self._plan, self._outside, self._for_http = plan, outside, for_http
        self._started = monotonic()
        ends = self._started + total
        self._deadline = ends if outside.deadline is None else min(ends, outside.deadline)
        self.seconds = self._deadline - self._started

    @property
    def left(self) -> float:
        """Seconds until nobody waits any more."""
        return self._deadline - monotonic()

    @contextmanager
    def counted(self, circuit: Circuit, ticket: int) -> Iterator[None]:
        """Within the part of the time that HTTP has; the circuit hears of what becomes of it."""
        is_good: bool | None = None
        try:
            with _beside(context.until(self._outside, self._started + self.seconds * self._for_http)):
                yield
            is_good = True
        except BaseException as error:
            is_good = self._tells(error)
            raise
        finally:
            circuit.leave(ticket, is_good=is_good)

    def _tells(self, error: BaseException) -> bool | None:
        """Is the service well, going by this? None where it says nothing: nobody waited, or the request was none."""
        if isinstance(error, UnknownValue):
            return True  # it answered, by a newer contract
        outcome = outcome_of(self._plan, error)
        if not isinstance(error, Exception) or isinstance(error, InvalidRequest):
            return None
        return outcome is not Outcome.FAILED

    def instead(self, error: CallError) -> CallContext | None:
        """What travels beside the call that is made here instead; None if none may be."""
        if self.left <= 0:
            return None
        outside = self._outside
        if self._plan.is_safe:
            is_unread = isinstance(error, (*_UNANSWERED, UnknownValue)) or _is_fault(error)
            return context.until(outside, self._deadline) if is_unread else None
        if not _was_not_run(error):
            if isinstance(error, _UNANSWERED):
                error.add_note(
                    f"{self._plan.operation.id} may have been carried out, so it is not repeated. Who repeats it under its key has it "
                    "once: calling(idempotency_key=error.idempotency_key)"
                )
            return None
        # The same write, so it keeps its name.
        key = error.idempotency_key
        session, side, receiver = outside.session, outside.side, outside.receiver
        return CallContext(outside.trace, key, None, session, side, self._deadline, outside.answer, receiver)


_UNANSWERED = (TransportError, ServiceUnavailable, InternalError)


def _is_fault(error: CallError) -> bool:
    """Whether the service failed with a documented status of 5xx that has no code: it says no more than an InternalError."""
    return isinstance(error, Problem) and error.status >= 500 and error.code == status_code(error.status)


def _was_not_run(error: CallError) -> bool:
    """Whether the service certainly did not run the operation."""
    if isinstance(error, CallTimeout):
        return error.phase == "connect"
    if isinstance(error, OperationMissing):
        return error.is_proven
    return isinstance(error, ServiceUnreachable | CredentialUnavailable)


@contextmanager
def _beside(inside: CallContext) -> Iterator[None]:
    token = context.enter(inside)
    try:
        yield
    finally:
        context.leave(token)
