"""What answers have besides results: response headers that the contract declares, and whether they are replays.

A call in this process is looked at afterwards only where its backend said something. The headers of a call are those that its
response declares, as over HTTP.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from typing import Any

from switchover.context import Beside, CallContext, carrying_out, current, reading
from switchover.contract import Answer
from switchover.errors import InvalidField
from switchover.port.errorform import UnusableError
from switchover.port.plan import Plan
from switchover.port.values import UnusableValue
from switchover.port.wire import WireResponse
from switchover.response_info import REPLAYED_HEADER, ResponseInfo
from switchover.telemetry import Kind, TraceContext


def says_more(plan: Plan) -> bool:
    """Whether answers of an operation may have more than a result: those of writes, and of reads with headers or several statuses."""
    return not plan.is_safe or bool(plan.declared) or plan.answers.is_choice


def beside_answer(plan: Plan) -> Callable[[Beside, TraceContext], CallContext]:
    """What makes the context of a call that is carried out in this process, at a position in the trace."""
    operation, declared = plan.operation.id, plan.declared
    if plan.is_safe:
        return lambda outside, position: reading(outside, position, declared)
    return lambda outside, position: carrying_out(outside, operation, position, declared)


def besides(plan: Plan) -> dict[str, Any]:
    """The names with which a generated method looks at what its backend said; both give the kind of the call."""

    def succeeding(here: CallContext, result: Any, kind: Kind) -> Kind:
        answer = here.answer
        if answer is None:
            return kind
        if answer.headers:
            answer.keep(headers_of_result(plan, result, answer.status))
        answer.hand_over()
        return marked(kind, answer)

    def failing(here: CallContext, error: BaseException, kind: Kind) -> Kind:
        answer = here.answer
        if answer is None:
            return kind
        declared = headers_of_failure(plan, error)
        if declared:
            with contextlib.suppress(UnusableError, ValueError):  # over HTTP this is a failure of the service
                answer.set_headers(plan.failures.headers(error))
        if answer.headers:
            answer.keep(declared)
        answer.hand_over()
        return marked(kind, answer)

    return {"_succeeding": succeeding, "_failing": failing}


def marked(kind: Kind, answer: ResponseInfo) -> Kind:
    """The kind of a call with this answer."""
    return kind._replace(is_replayed=True) if answer.is_replayed else kind


def headers_of_result(plan: Plan, result: Any, status: int | None) -> Collection[str]:
    """The headers that the answer for a result declares; none for a result that no answer carries."""
    try:
        return plan.answers.choose(result, status).answer.headers
    except UnusableValue:
        return ()


def headers_of_failure(plan: Plan, error: BaseException) -> Collection[str]:
    """The headers that the answer for an exception declares; none for one that is not documented."""
    entry = plan.failures.entry_of(error)
    return entry.failure.headers if entry is not None else ()


def receive(info: ResponseInfo, response: WireResponse, declared: Collection[str]) -> None:
    """Take what an HTTP response has besides its result."""
    info.begin(declared)
    found = {name: value for name, value in reversed(response.headers) if name in declared}
    info.headers = dict(reversed(found.items()))
    info.is_replayed = is_replayed(response)


def is_replayed(response: WireResponse) -> bool:
    """Whether a response is marked as the stored answer of an earlier request."""
    return response.header(REPLAYED_HEADER) == "true"


def check_headers(answer: Answer, said: Collection[str]) -> None:
    """Hold what a backend said against the headers that its answer requires.

    Raises:
        UnusableValue: one of them is missing.
    """
    missing = answer.required_headers - set(said)
    if missing:
        what = "is required by the contract; set it with respond(headers=…)"
        raise UnusableValue([InvalidField(f"answer.header.{name}", what) for name in sorted(missing)])


def headers_said() -> Collection[str]:
    """The names of the headers that the backend of the current call has set."""
    answer = current().answer
    return answer.headers if answer is not None else ()
