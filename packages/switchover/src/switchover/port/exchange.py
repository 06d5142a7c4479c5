"""The request of a call, and the call's result of the answer. Nothing here does I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from switchover import context
from switchover.contract import TIMEOUT_HEADER
from switchover.contract.media import covers, essence
from switchover.errors import UnexpectedAnswer, UnknownValue
from switchover.port.answering import is_replayed, receive, says_more
from switchover.port.faults import FaultReader
from switchover.port.heard import HeardVersions
from switchover.port.plan import CallerForm, Plan
from switchover.port.problems import PROBLEM_JSON
from switchover.port.tolerance import STRICT, TOLERANT, AnswerReading
from switchover.port.transports.base import Timeouts
from switchover.port.values import NotJson, UnknownValues, UnusableValue
from switchover.port.wire import WireRequest, WireResponse
from switchover.telemetry import Kind, Recorder, TraceContext
from switchover.telemetry import start as start_trace
from switchover.trust import CALLER_HEADER, CredentialSource, encode_identity

KEY_HEADER: Final = "idempotency-key"


@dataclass(frozen=True, eq=False)
class Remote:
    """What all calls of one wiring share.

    Attributes:
        timeouts: by method.
        answers: how they are read; None if nothing was said.
        heard: the versions of the contract that the service has named.
    """

    base_path: str
    timeouts: Mapping[str, Timeouts]
    credentials: CredentialSource | None
    caller: CallerForm | None
    recorder: Recorder
    answers: AnswerReading | None = None
    heard: HeardVersions = field(default_factory=HeardVersions)


class Exchange:
    """One operation, on the calling side."""

    __slots__ = (
        *("_accept", "_answers", "_caller", "_declared", "_faults", "_is_unsafe"),
        *("_names_key", "_note", "_operation", "_prefix", "_reading", "_requests", "_says_more"),
    )

    def __init__(self, plan: Plan, remote: Remote) -> None:
        self._answers = plan.answers
        self._requests = plan.requests
        self._reading = TOLERANT if remote.answers is None else remote.answers
        self._faults = FaultReader(plan, self._reading)
        self._note = remote.heard.note
        self._prefix = remote.base_path
        self._caller = remote.caller if plan.has_caller else None
        self._is_unsafe = not plan.is_safe
        self._operation = plan.operation.id
        self._names_key = any(
            bound.parameter.place == "header" and bound.parameter.name.lower() == KEY_HEADER
            for bound in plan.requests.parameters
        )
        self._says_more, self._declared = says_more(plan), plan.declared
        types = [codec.media_type for codec in plan.answers.codecs if codec.media_type]
        self._accept = ", ".join(dict.fromkeys([*types, PROBLEM_JSON]))

    def position(self) -> TraceContext:
        """The call's position in the trace, below the one outside, or the first of a new one."""
        outside = context.current().trace
        return outside.child() if outside is not None else start_trace()

    def request(self, trace: TraceContext, caller: Any, values: tuple[Any, ...]) -> WireRequest:
        """The request, at a position in the trace.

        Raises:
            InvalidRequest: an argument, or the caller, cannot be sent.
        """
        if self._says_more and (receiver := context.current().receiver) is not None:
            receiver.begin(self._declared)
        request = self._requests.write(values)
        request.target = self._prefix + request.target
        headers = request.headers
        headers += (("accept", self._accept), ("traceparent", trace.header))
        if trace.state:
            headers.append(("tracestate", trace.state))
        if self._caller is not None:
            headers.append((CALLER_HEADER, encode_identity(self._caller.to_identity(caller))))
        if self._names_key:
            request.idempotency_key = next((text for name, text in headers if name.lower() == KEY_HEADER), None)
        elif self._is_unsafe:
            # Every unsafe request has a key, so that whoever has to repeat it can; a failure tells which.
            request.idempotency_key = context.key_for(context.current(), self._operation, trace)
            headers.append((KEY_HEADER, request.idempotency_key))
        deadline = context.current().deadline
        if deadline is not None:
            headers.append((TIMEOUT_HEADER, f"{max(deadline - monotonic(), 0):.3f}"))
        return request

    def kind(self, response: WireResponse, kind: Kind) -> Kind:
        """The kind of a call with this response; and whoever receives what it has besides its result gets it."""
        if not self._says_more:
            return kind
        receiver = context.current().receiver
        if receiver is not None:
            receive(receiver, response, self._declared_by(response))
        return kind._replace(is_replayed=True) if is_replayed(response) else kind

    def _declared_by(self, response: WireResponse) -> Collection[str]:
        """The headers that the response of this status and code declares."""
        codec = self._answers.for_status(response.status)
        if codec is not None:
            return codec.answer.headers
        return self._faults.headers_of(response)

    def result(self, response: WireResponse, trace: TraceContext) -> Any:
        """The result of a call.

        Raises:
            the documented exception, or a CallError.
        """
        self._note(response)
        codec = self._answers.for_status(response.status)
        if codec is None:
            raise self._faults.read(response, trace)
        if codec.media_type is not None and not covers(
            codec.media_type, essence(response.header("content-type") or "")
        ):
            raise _unexpected(f"The answer is not {codec.media_type}.", response)
        if self._reading is STRICT and codec.answer.required_headers:
            _check_headers(codec.answer.required_headers, response)
        try:
            return codec.read(response.body, self._reading)
        except UnknownValues as error:
            raise self._unknown(error, response) from None
        except NotJson:
            raise _unexpected("The answer is not JSON.", response) from None
        except UnusableValue as error:
            listed = "; ".join(str(item) for item in error.errors[:5])
            raise _unexpected(f"The answer breaks the contract: {listed}", response) from None

    def _unknown(self, error: UnknownValues, response: WireResponse) -> UnknownValue:
        done = f"{self._operation} was carried out; the answer" if self._is_unsafe else "The answer"
        listed = "; ".join(str(item) for item in error.errors[:5])
        detail = f"{done} has what a newer version wrote: {listed} (status {response.status})"
        return UnknownValue(detail, errors=error.errors, answered=response.status)


def _check_headers(required: Collection[str], response: WireResponse) -> None:
    missing = sorted(set(required) - {name for name, _ in response.headers})
    if missing:
        raise _unexpected(f"The answer lacks headers that the contract requires: {', '.join(missing)}", response)


def _unexpected(detail: str, response: WireResponse) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"{detail} (status {response.status})", answered=response.status)
