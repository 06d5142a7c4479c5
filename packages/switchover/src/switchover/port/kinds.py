"""What the event of a call says, worked out once for each operation and wiring, and anew only for a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Any

from switchover.errors import CallError, Refused, UnknownValue
from switchover.port.plan import CallerForm, Plan
from switchover.telemetry import Kind, Outcome, Recorder, nobody


def kind_of(plan: Plan, wiring: str, caller: CallerForm | None, reason: str = "wired") -> Kind:
    """The kind of a call that succeeds."""
    is_known = caller is not None and plan.has_caller
    user_of = _user(caller.to_identity) if caller and is_known else nobody
    return Kind(plan.operation.id, wiring, reason=reason, user_of=user_of)


Failed = Callable[[BaseException, Kind], Kind]
"""The kind of a call that ends with an exception, by the kind that it would have if it succeeded."""


def failing(plan: Plan) -> Failed:
    """See `Failed`."""

    def failed(error: BaseException, kind: Kind) -> Kind:
        refusal = error.reason if isinstance(error, Refused) else ""
        return kind._replace(outcome=outcome_of(plan, error), failure=type(error).__name__, refusal=refusal)

    return failed


def answered(kind: Kind, status: int, *, is_called: bool) -> Kind:
    """The kind of a served call that ended with an exception, by the status that its caller got.

    What a backend met on a call of its own is no refusal of its caller, and is answered 500 whatever it was.
    """
    outcome = Outcome.REFUSED if 400 <= status < 500 else Outcome.FAILED
    return kind._replace(outcome=outcome, refusal="" if is_called else kind.refusal)


def leaving(plan: Plan) -> Failed:
    """See `Failed`, for the calling side: a failure of the kit's own remembers which operation it is the end of."""
    failed = failing(plan)

    def left(error: BaseException, kind: Kind) -> Kind:
        if isinstance(error, CallError) and getattr(error, "operation", None) is None:
            error.operation = plan.operation
        return failed(error, kind)

    return left


def watching(plan: Plan, wiring: str, recorder: Recorder, caller: CallerForm | None) -> dict[str, Any]:
    """The names that a generated method uses to record its calls."""
    return {"_ok": kind_of(plan, wiring, caller), **recording(plan, wiring, recorder)}


def recording(plan: Plan, wiring: str, recorder: Recorder) -> dict[str, Any]:
    """Those of them that do not say why a call goes its way: all but `_ok`."""
    lane = recorder.lane(wiring)
    return {
        "_failed": leaving(plan),
        "_put": recorder.put,
        "_begun": lane.begun,
        "_numbers": lane.numbers,
        "_next": next,
        "_clock": perf_counter,
    }


def outcome_of(plan: Plan, error: BaseException) -> Outcome:
    """How a call ended that ends with an exception."""
    if isinstance(error, UnknownValue) and not plan.is_safe:
        return Outcome.REFUSED  # the service has carried it out; it is this side that cannot read the answer
    if isinstance(error, Exception):
        entry = plan.failures.entry_of(error)
        status = error.status if isinstance(error, CallError) else entry.status if entry is not None else 500
        return Outcome.REFUSED if 400 <= status < 500 else Outcome.FAILED
    return Outcome.CANCELLED if isinstance(error, asyncio.CancelledError | GeneratorExit) else Outcome.FAILED


def _user(to_identity: Callable[[Any], Any]) -> Callable[[Any], str | None]:
    def user_of(caller: Any) -> str | None:
        user: str = to_identity(caller).user
        return user

    return user_of
