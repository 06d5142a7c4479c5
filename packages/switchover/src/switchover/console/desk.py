"""The backend of the console: what it is asked, done by `Operator` and `Fleet`."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from switchover import context
from switchover.console.access import ConsoleAccess, calling_principal
from switchover.console.api import (
    Caller,
    Explanation,
    History,
    MayNotChange,
    Order,
    OrderConflict,
    OrderRefused,
    Outcome,
    Question,
    Status,
    UnknownOperation,
)
from switchover.console.carrying import carried_out
from switchover.console.telling import explanation, history
from switchover.errors import RolloutConflict, RolloutRefused, ServiceUnavailable, StoreUnavailable
from switchover.rollout import Rollout
from switchover.rollout.fleet import Fleet, WorkerView
from switchover.rollout.orders import Operator, order_key
from switchover.rollout.plan import RolloutPlan
from switchover.rollout.stores import RolloutStore

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class OperatorDesk:
    """See `switchover.console.api.Console`. Everything blocks, and so runs in threads.

    Attributes:
        access: who may change.
        contract_digest: of the contract whose calls are moved, for the record.
    """

    store: RolloutStore
    plan: RolloutPlan
    access: ConsoleAccess
    contract_digest: str = ""

    async def get_status(self, caller: Caller) -> Status:
        """See `Console`."""
        view = await _answered(Fleet(self.store, self.plan).view)
        return Status.model_validate(view.to_json())

    async def get_history(self, caller: Caller, *, limit: int = 20) -> History:
        """See `Console`."""
        return await _answered(history, self.store, limit)

    async def explain(self, caller: Caller, question: Question) -> Explanation:
        """See `Console`."""
        state = await _answered(self.store.load)
        rollout = Rollout(self.plan.rules(), state=state)
        try:
            found = rollout.explain(
                question.operation,
                question.user,
                question.groups,
                session=question.session,
                backend=None if question.backend is None else question.backend.value,
            )
        except KeyError as error:
            raise UnknownOperation(str(error.args[0])) from error
        return explanation(found, state.version)

    async def give_order(self, caller: Caller, order: Order) -> Outcome:
        """See `Console`."""
        principal = calling_principal()
        if not self.access.may_change(principal):
            raise MayNotChange("This service may look at the rollout, and not change it.")
        who = f"{caller.user_id} via {principal.name}"
        return await _answered(self._given, self._operator(who, self._key(who, order)), order)

    def _given(self, operator: Operator, order: Order) -> Outcome:
        started = time.monotonic()
        state = carried_out(operator, order)
        obeyed = operator.wait_obeyed(state.version, order.wait_seconds)
        if (undone := operator.undone()) is not None:
            raise OrderConflict(f"carried out as version {state.version}, and undone since: {undone}")
        return Outcome.model_validate(
            {
                "version": obeyed.version,
                "head": state.head if obeyed.version == state.version else self.store.load().head,
                "obeyed": obeyed.n,
                "workers": obeyed.of,
                "seconds": round(time.monotonic() - started, 3),
                "late": [WorkerView(worker).to_json() for worker in obeyed.late],
                "isComplete": obeyed.is_complete(),
                "passed": obeyed.passed,
            }
        )

    def _operator(self, who: str, key: str) -> Operator:
        return Operator(
            self.store,
            self.plan,
            who=who,
            groups={cohort.name: cohort.operations for cohort in self.plan.cohorts},
            key=key,
            contract_digest=self.contract_digest,
            plan_digest=self.plan.digest,
            windows=Fleet(self.store, self.plan).figures,
        )

    @staticmethod
    def _key(who: str, order: Order) -> str:
        """Names the order of this person by this service; "" if the caller named none."""
        key = context.current().idempotency_key
        if key is None:
            return ""
        return order_key(f"{who}: {key}", hashlib.sha256(order.model_dump_json().encode()).hexdigest())


async def _answered(answer: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
    """The answer of what blocks, its failures as the contract documents them."""
    waiting: Awaitable[_R] = asyncio.to_thread(answer, *args, **kwargs)
    with _as_documented():
        return await waiting


@contextmanager
def _as_documented() -> Iterator[None]:
    try:
        yield
    except RolloutRefused as error:
        raise OrderRefused(error.detail, reason=error.reason) from error
    except RolloutConflict as error:
        raise OrderConflict(str(error)) from error
    except StoreUnavailable as error:
        raise ServiceUnavailable(str(error)) from error
