"""One operation, from the raw request to the answer, along its plan."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic, perf_counter
from typing import Any

from switchover import context
from switchover.context import CallContext
from switchover.contract import Media
from switchover.contract.media import sent_as
from switchover.errors import (
    WIRE_ERRORS,
    CallTimeout,
    InternalError,
    MalformedRequest,
    NotAcceptable,
    ServiceUnavailable,
    UnsupportedMediaType,
    failure_of,
    outline,
)
from switchover.port.answering import check_headers, headers_of_failure, marked
from switchover.port.errorform import UnusableError
from switchover.port.kinds import answered, failing, kind_of
from switchover.port.limits import Limits, check_depth
from switchover.port.passing import is_passed_on
from switchover.port.plan import CallerForm, Plan
from switchover.port.problems import problem
from switchover.port.refusing import status_of
from switchover.port.requests import BoundBody
from switchover.port.serve.admission import CALLER, admit
from switchover.port.serve.body import Reading, read_body
from switchover.port.serve.budget import OutOfTime, deadline_of, within
from switchover.port.serve.gate import Gate
from switchover.port.serve.incoming import (
    Headers,
    key_reader,
    parent_of,
    segments_of,
    trace_of,
    without_repeats,
)
from switchover.port.serve.negotiation import accepts_one, is_content_type, require_plain
from switchover.port.serve.reply import Header, Reply, error_reply, extra_headers, failure_reply, problem_reply
from switchover.port.serve.threads import Threads
from switchover.port.spans import Spans
from switchover.port.values import UnusableValue
from switchover.port.wire import Received
from switchover.response_info import ResponseInfo
from switchover.telemetry import LiveSpan, Recorder, TraceContext
from switchover.trust import CALLER_HEADER, Verifier, decode_identity

_log = logging.getLogger("switchover.serve")


class OperationHandler:
    """Answers the requests of one operation."""

    def __init__(
        self,
        plan: Plan,
        target: Callable[..., Any],
        *,
        verifier: Verifier | None,
        caller: CallerForm | None,
        limits: Limits,
        gate: Gate,
        recorder: Recorder,
        threads: Threads,
        base_path: str = "",
    ) -> None:
        self._plan = plan
        self._operation = plan.operation
        self._invoke = _invoker(plan, target if plan.is_async else _in_thread(target, threads))
        self._verifier, self._needs_caller = verifier, plan.operation.needs_caller
        self._caller = caller if plan.has_caller else None
        self._limits = limits
        self._gate = gate
        self._recorder, self._lane = recorder, recorder.lane("serve")
        self._spans = None if recorder.tracing is None else Spans(recorder.tracing, plan, "serve", base_path)
        self._ok = kind_of(plan, "serve", caller)
        self._failed = failing(plan)
        self._body = plan.requests.body
        self._read = plan.requests.read
        self._choose = plan.answers.choose
        self._types = tuple(codec.media_type for codec in plan.answers.codecs if codec.media_type)
        self._headers = {
            codec: _content_type(codec.media, codec.media_type and sent_as(codec.media_type))
            for codec in plan.answers.codecs
        }
        self._length = sum(piece != "" for piece in plan.operation.path.split("/"))
        self._key = key_reader(plan)
        self._refusals = plan.requests.refusals
        self._declared = plan.declared

    async def __call__(self, scope: Any, receive: Any) -> Reply:
        """The answer to a request; every failure is one, nothing is raised."""
        next(self._lane.begun)
        started, arrived = perf_counter(), monotonic()
        raw = scope["headers"]
        headers: Headers = dict(raw)
        span, trace = self._placed(scope, headers)
        kind, identity, is_called = self._ok, None, False
        answer = ResponseInfo(self._declared)
        reply: Reply | None = None
        try:
            if len(headers) != len(raw):
                headers = without_repeats(raw)
            if self._gate.is_closed:
                raise ServiceUnavailable("The service is shutting down.")
            # Whoever names a user proves that it may, also where nothing has to be proved: the name is never ignored.
            if self._verifier is not None and (self._needs_caller or CALLER in headers):
                receive = await self._verified(self._verifier, scope, headers, receive)
            deadline = deadline_of(headers, arrived, self._refusals)
            identity = self._identity(headers)
            body = None if self._body is None else await self._read_body(self._body, receive, headers)
            segments = segments_of(scope, self._length)
            arguments = self._read(Received(segments, scope["query_string"].decode("latin-1"), raw, body))
            here = CallContext(trace, self._key(headers), {}, deadline=deadline, answer=answer)
            is_called = True
            result = await self._carry_out(here, identity, arguments)
            codec = self._choose(result, answer.status)
            if codec.answer.required_headers:
                check_headers(codec.answer, answer.headers)
            reply = Reply(answer.status or codec.status, self._headers[codec], codec.write(result), trace.trace_id)
            reply.headers += extra_headers(answer, codec.answer.headers)
            kind = marked(kind, answer)
        except Exception as error:
            reply = self._failure(error, trace, answer, is_called=is_called)
            kind = answered(self._failed(error, marked(kind, answer)), reply.status, is_called=is_called)
        except BaseException as error:
            kind = self._failed(error, self._ok)
            if not (isinstance(error, asyncio.CancelledError) and self._gate.is_closed):
                raise
            reply = self._cut_off(trace, is_called=is_called)
            kind = answered(kind, reply.status, is_called=is_called)
        finally:
            self._recorder.put((next(self._lane.numbers), kind, started, perf_counter(), trace, identity))
            if span is not None:
                span.end(kind, None if reply is None else reply.status)
        return reply

    async def _carry_out(self, here: CallContext, identity: Any, arguments: list[Any]) -> Any:
        """What the backend gives; whatever it says besides goes into the context."""
        token = context.enter(here)
        try:
            if here.deadline is None:
                return await self._invoke(identity, arguments)
            return await within(here.deadline, partial(self._invoke, identity, arguments))
        finally:
            context.leave(token)

    def _placed(self, scope: Any, headers: Headers) -> tuple[LiveSpan | None, TraceContext]:
        """The span of the call, where there is a tracing system, and its position."""
        if self._spans is None:
            return None, trace_of(scope["headers"], headers)
        span = self._spans.answer(parent_of(scope["headers"], headers), scope["scheme"])
        return span, span.position

    async def _read_body(self, wanted: BoundBody, receive: Any, headers: Headers) -> bytes | None:
        """The body, if it is of the right kind; None where there is none."""
        if b"content-encoding" in headers:
            require_plain(headers[b"content-encoding"])
        limits = self._limits
        body = await read_body(receive, headers.get(b"content-length"), limits.body_bytes, limits.larger)
        return self._checked(wanted, body, headers)

    async def _verified(self, verifier: Verifier, scope: Any, headers: Headers, receive: Any) -> Any:
        """Let the request in, or raise; where the body is still to be had."""
        limits = self._limits
        reading = Reading(receive, headers.get(b"content-length"), limits.body_bytes, limits.larger)
        await admit(verifier, scope, headers, reading)
        return reading.receive

    def _identity(self, headers: Headers) -> Any:
        """The caller, in the team's own type."""
        accept = headers.get(b"accept", b"*/*")
        if accept != b"*/*" and self._types and not accepts_one(accept, self._types):
            raise NotAcceptable(f"Only {' or '.join(self._types)} can be answered.")
        if self._caller is None:
            return None
        header = headers.get(CALLER)
        if header is None:
            raise MalformedRequest(f"The header {CALLER_HEADER} is required.")
        return self._caller.from_identity(decode_identity(header.decode("latin-1")))

    def _checked(self, wanted: BoundBody, body: bytes, headers: Headers) -> bytes | None:
        """The body, if it is of the right kind; None where there is none."""
        declared = headers.get(b"content-type")
        if declared is None and not body:
            return None
        if wanted.media_type != "*/*" and not is_content_type(declared or b"", wanted.media_type):
            raise UnsupportedMediaType(f"The body has to be {wanted.media_type}.")
        if wanted.media is Media.JSON:
            check_depth(body, self._limits.json_depth)
        return body

    def _cut_off(self, trace: TraceContext, *, is_called: bool) -> Reply:
        """The grace of a service that ends is over: whoever still waits is told so, and does not just lose the connection."""
        _log.warning("%s was cut off [trace %s]", self._operation.id, trace.trace_id, extra=_position(trace))
        told = InternalError() if is_called else ServiceUnavailable("The service is shutting down.")
        return error_reply(told, trace.trace_id)

    def _failure(self, error: Exception, trace: TraceContext, answer: ResponseInfo, *, is_called: bool) -> Reply:
        """What is answered instead: before the backend is called, what refused the request; from then on, what the backend may say."""
        if isinstance(error, OutOfTime):
            told = _position(trace)
            _log.warning(
                "%s ran out of time and was cut off [trace %s]", self._operation.id, trace.trace_id, extra=told
            )
            gone = problem(504, CallTimeout.code, "Nobody waits for the answer any more.")
            return problem_reply(504, gone, trace.trace_id)
        if isinstance(error, WIRE_ERRORS) and (not is_called or is_passed_on(self._operation, error)):
            naming = self._plan.failures.naming(error)
            status = status_of(self._operation, error) if is_called else 0
            form = self._plan.failures.write_kits_own
            return error_reply(error, trace.trace_id, status=status, naming=naming, form=form)
        try:
            written = self._plan.failures.write(error)
            if written is not None:
                status, media_type, body = written
                more = self._headers_of(error, answer)
                if self._plan.failures.tells_trace(error):
                    body = {**body, "traceId": trace.trace_id}
                return failure_reply(status, body, trace.trace_id, more, media_type)
        except Exception as reason:  # an exception of the team's that cannot be told is a failure like any other
            why = str(reason) if isinstance(reason, UnusableError) else outline(reason)
            self._log_failure("fails with what cannot be answered", why, reason, trace)
        if isinstance(error, UnusableValue):
            wrong = "; ".join(map(str, error.errors))
            self._log_failure("answers what breaks the contract", wrong, error, trace)
        else:
            self._log_failure("failed", outline(error), error, trace)
        return error_reply(InternalError(), trace.trace_id, form=self._plan.failures.write_kits_own)

    def _headers_of(self, error: Exception, answer: ResponseInfo) -> list[Header]:
        """The response headers of a documented exception: those that the backend set, and those that it was made with."""
        carried = self._plan.failures.headers(error)
        if carried:
            answer.set_headers(carried)
        return extra_headers(answer, headers_of_failure(self._plan, error))

    def _log_failure(self, what: str, why: str, error: Exception, trace: TraceContext) -> None:
        """What an exception says itself may be what somebody entered: it is told by its class and where it was raised."""
        told = _position(trace) | failure_of(error)
        _log.error("%s %s [trace %s]: %s", self._operation.id, what, trace.trace_id, why, extra=told)


def _position(trace: TraceContext) -> dict[str, Any]:
    """What a record says of the call it is about, which it is written after."""
    return {"trace_id": trace.trace_id, "span_id": trace.span_id}


def _content_type(media: Media | None, media_type: str | None) -> Header | None:
    if media_type is None:
        return None
    return (b"content-type", f"{media_type}; charset=utf-8".encode() if media is Media.TEXT else media_type.encode())


def _in_thread(target: Callable[..., Any], threads: Threads) -> Callable[..., Awaitable[Any]]:
    return lambda *args, **kwargs: threads.run(target, *args, **kwargs)


def _invoker(plan: Plan, target: Callable[..., Awaitable[Any]]) -> Callable[[Any, list[Any]], Awaitable[Any]]:
    """How the method is called with the caller and the arguments after it."""
    parameters = list(plan.signature.parameters.values())[plan.has_caller :]
    names = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    split = len(parameters) - len(names)
    is_caller_named = plan.has_caller and next(iter(plan.signature.parameters.values())).kind.name == "KEYWORD_ONLY"

    def invoke(caller: Any, arguments: list[Any]) -> Awaitable[Any]:
        named = dict(zip(names, arguments[split:], strict=True))
        if is_caller_named:
            named[next(iter(plan.signature.parameters))] = caller
            return target(*arguments[:split], **named)
        return target(caller, *arguments[:split], **named) if plan.has_caller else target(*arguments[:split], **named)

    if names or is_caller_named:
        return invoke
    if plan.has_caller:
        return lambda caller, arguments: target(caller, *arguments)
    return lambda _, arguments: target(*arguments)
