"""One operation, from the raw request to the answer, along its plan."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, Final

from switchover import context
from switchover.context import CallContext
from switchover.contract import Media
from switchover.errors import (
    WIRE_ERRORS,
    Forbidden,
    InternalError,
    MalformedRequest,
    NotAcceptable,
    ServiceUnavailable,
    UnsupportedMediaType,
)
from switchover.port.kinds import answered, failing, kind_of
from switchover.port.limits import Limits, check_depth
from switchover.port.passing import is_passed_on
from switchover.port.plan import CallerForm, Plan
from switchover.port.requests import BoundBody
from switchover.port.serve.body import Reading, read_body
from switchover.port.serve.gate import Gate
from switchover.port.serve.incoming import Headers, idempotency_key, segments_of, target_of, trace_of, without_repeats
from switchover.port.serve.negotiation import accepts_one, is_content_type, require_plain
from switchover.port.serve.reply import Header, Reply, error_reply, problem_reply
from switchover.port.serve.threads import Threads
from switchover.port.values import UnusableValue
from switchover.port.wire import Received
from switchover.telemetry import Recorder
from switchover.trust import CALLER_HEADER, Incoming, Verifier, decode_identity

_log = logging.getLogger("switchover.serve")

_CALLER: Final = CALLER_HEADER.encode()


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
    ) -> None:
        self._plan = plan
        self._operation = plan.operation
        self._invoke = _invoker(plan, target if plan.is_async else _in_thread(target, threads))
        self._verifier = verifier if plan.operation.needs_caller else None
        self._caller = caller if plan.has_caller else None
        self._limits = limits
        self._gate = gate
        self._recorder, self._lane = recorder, recorder.lane("serve")
        self._ok = kind_of(plan, "serve", caller)
        self._failed = failing(plan, self._ok)
        self._body = plan.requests.body
        self._read = plan.requests.read
        self._choose = plan.answers.choose
        self._types = tuple(codec.media_type for codec in plan.answers.codecs if codec.media_type)
        self._headers = {codec: _content_type(codec.media, codec.media_type) for codec in plan.answers.codecs}
        self._length = sum(piece != "" for piece in plan.operation.path.split("/"))
        self._is_unsafe = not plan.is_safe

    async def __call__(self, scope: Any, receive: Any) -> Reply:
        """The answer to a request; every failure is one, nothing is raised."""
        next(self._lane.begun)
        started = perf_counter()
        raw = scope["headers"]
        headers: Headers = dict(raw)
        trace = trace_of(headers)
        kind, identity = self._ok, None
        is_called = False
        try:
            if len(headers) != len(raw):
                headers = without_repeats(raw)
            if self._gate.is_closed:
                raise ServiceUnavailable("The service is shutting down.")
            if self._verifier is not None:
                receive = await self._verified(self._verifier, scope, headers, receive)
            identity = self._identity(headers)
            body = None
            if self._body is not None:
                if b"content-encoding" in headers:
                    require_plain(headers[b"content-encoding"])
                limits = self._limits
                body = await read_body(receive, headers.get(b"content-length"), limits.body_bytes, limits.larger)
                body = self._checked(self._body, body, headers)
            segments = segments_of(scope, self._length)
            arguments = self._read(Received(segments, scope["query_string"].decode("latin-1"), raw, body))
            key = idempotency_key(headers) if self._is_unsafe else None
            token = context.enter(CallContext(trace, key, {}))
            is_called = True
            try:
                result = await self._invoke(identity, arguments)
            finally:
                context.leave(token)
            codec = self._choose(result)
            reply = Reply(codec.status, self._headers[codec], codec.write(result), trace.trace_id)
        except Exception as error:
            reply = self._failure(error, trace.trace_id, is_called=is_called)
            kind = answered(self._failed(error), reply.status, is_called=is_called)
        except BaseException as error:
            kind = self._failed(error)
            if not (isinstance(error, asyncio.CancelledError) and self._gate.is_closed):
                raise
            reply = self._cut_off(trace.trace_id, is_called=is_called)
            kind = answered(kind, reply.status, is_called=is_called)
        finally:
            self._recorder.put((next(self._lane.numbers), kind, started, perf_counter(), trace, identity))
        return reply

    async def _verified(self, verifier: Verifier, scope: Any, headers: Headers, receive: Any) -> Any:
        """Let the request in, or raise; where the body is still to be had."""
        limits = self._limits
        reading = Reading(receive, headers.get(b"content-length"), limits.body_bytes, limits.larger)
        client = scope.get("client")
        peer = client[0] if client else None
        incoming = Incoming(scope["method"], target_of(scope), headers, peer, reading.body)
        principal = await verifier.verify(incoming)
        if _CALLER in headers and not principal.may_act_for_users:
            raise Forbidden("This service may not act for people.", reason="may_not_act")
        return reading.receive

    def _identity(self, headers: Headers) -> Any:
        """The caller, in the team's own type."""
        accept = headers.get(b"accept", b"*/*")
        if accept != b"*/*" and self._types and not accepts_one(accept, self._types):
            raise NotAcceptable(f"Only {' or '.join(self._types)} can be answered.")
        if self._caller is None:
            return None
        header = headers.get(_CALLER)
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

    def _cut_off(self, trace_id: str, *, is_called: bool) -> Reply:
        """The grace of a service that ends is over: whoever still waits is told so, and does not just lose the connection."""
        _log.warning("%s was cut off [trace %s]", self._operation.id, trace_id)
        told = InternalError() if is_called else ServiceUnavailable("The service is shutting down.")
        return error_reply(told, trace_id)

    def _failure(self, error: Exception, trace_id: str, *, is_called: bool) -> Reply:
        """What is answered instead: before the backend is called, what refused the request; from then on, what the backend may say."""
        if isinstance(error, WIRE_ERRORS) and (not is_called or is_passed_on(self._operation, error)):
            return error_reply(error, trace_id)
        try:
            written = self._plan.failures.write(error)
            if written is not None:
                status, media_type, body = written
                return problem_reply(status, body, trace_id, media_type=media_type)
        except Exception:  # an exception of the team's that cannot be told is a failure like any other
            _log.exception("%s fails with what cannot be answered [trace %s]", self._operation.id, trace_id)
        if isinstance(error, UnusableValue):
            wrong = "; ".join(map(str, error.errors))
            _log.error("%s answers what breaks the contract [trace %s]: %s", self._operation.id, trace_id, wrong)
        else:
            _log.error("%s failed [trace %s]", self._operation.id, trace_id, exc_info=error)
        return error_reply(InternalError(), trace_id)


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
