"""One operation as a Litestar route: from the raw request to the answer, along its plan."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any, Final

from anyio import CapacityLimiter, to_thread
from litestar.handlers import HTTPRouteHandler

from switchover import context
from switchover.contract import Media
from switchover.errors import (
    WIRE_ERRORS,
    CallError,
    Forbidden,
    InternalError,
    InvalidField,
    InvalidRequest,
    MalformedRequest,
    NotAcceptable,
    UnsupportedMediaType,
)
from switchover.port.failures import UNREADABLE
from switchover.port.plan import CallerForm, Plan
from switchover.port.serve.body import Limits, check_depth, read_body
from switchover.port.serve.gate import Gate
from switchover.port.serve.negotiation import accepts, is_content_type
from switchover.port.serve.reply import Reply, error_reply, problem_reply
from switchover.port.values import UnusableValue
from switchover.port.wire import Received
from switchover.telemetry import Recorder, TraceContext
from switchover.telemetry import parse as parse_trace
from switchover.telemetry import start as start_trace
from switchover.trust import CALLER_HEADER, Principal, Verifier, decode_identity

_log = logging.getLogger("switchover.serve")

_CALLER: Final = CALLER_HEADER.encode()
_ONCE: Final = (b"authorization", _CALLER, b"content-length", b"content-type", b"idempotency-key", b"host")
"""Headers that decide something, and therefore may not be there twice."""


class RawRequest:
    """What Litestar hands to a route: scope and channel, nothing parsed."""

    __slots__ = ("receive", "scope")

    def __init__(self, scope: Any, receive: Any = None, send: Any = None) -> None:
        self.scope = scope
        self.receive = receive


Answering = Callable[[RawRequest], Awaitable["Reply"]]


class PathRoute(HTTPRouteHandler):
    """A Litestar route for every method of one path. It answers along plans instead of by a signature.

    One route for all methods, because Litestar otherwise makes an OPTIONS handler of its own for the first of them.
    """

    __slots__ = ("_answers",)
    _answers: dict[str, Answering]

    @classmethod
    def of(cls, path: str, answers: Mapping[str, Answering]) -> PathRoute:
        """The route of a path, by HTTP method."""
        methods: Any = list(answers)
        route = cls(
            path, http_method=methods, name=path, status_code=200, sync_to_thread=False, include_in_schema=False
        )
        route(_nothing)
        route._answers = dict(answers)
        return route

    async def to_response(self, app: Any, data: Any, request: Any) -> Any:
        """The answer, as an ASGI application."""
        return await self._answers[request.scope["method"]](request)


def _nothing() -> None:
    """Litestar wants a function behind every route; the answer is made by the route itself."""


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
        threads: CapacityLimiter | None,
    ) -> None:
        self._plan = plan
        self._operation = plan.operation
        self._target = _in_thread(target, threads) if threads is not None else target
        self._verifier = verifier if plan.operation.needs_caller else None
        self._caller = caller if plan.has_caller else None
        self._limits = limits
        self._gate = gate
        self._put, self._number = recorder.put, recorder.number
        self._body = plan.requests.body
        self._types = [codec.media_type for codec in plan.answers.codecs if codec.media_type]
        self._only_type = self._types[0] if len(self._types) == 1 else None
        self._length = len(plan.operation.path.split("/")) - 1
        self._is_unsafe = not plan.is_safe
        self._positional = [p.name for p in plan.signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]
        self._keywords = [p.name for p in plan.signature.parameters.values() if p.kind is p.KEYWORD_ONLY]

    async def __call__(self, request: RawRequest) -> Reply:
        """The answer to a request; every failure is one, nothing is raised."""
        started, outcome = perf_counter(), "ok"
        headers = dict(request.scope["headers"])
        parent = headers.get(b"traceparent")
        trace = (parse_trace(parent.decode("latin-1")) if parent else None) or start_trace()
        try:
            self._gate.enter()
            try:
                return await self._answer(request, headers, trace)
            finally:
                self._gate.leave()
        except Exception as error:
            outcome = type(error).__name__
            return self._failure(error, trace.trace_id)
        finally:
            self._put((self._number(), (self._operation.id, "serve", outcome), started, perf_counter()))

    async def _answer(self, request: RawRequest, headers: dict[bytes, bytes], trace: TraceContext) -> Reply:
        if len(headers) != len(request.scope["headers"]):
            _refuse_duplicates(request.scope["headers"])
        identity = self._identified(headers)
        self._check_accept(headers)
        body = await self._read(request, headers) if self._body is not None else b""
        scope = request.scope
        received = Received(self._segments(scope), scope["query_string"].decode("latin-1"), scope["headers"], body)
        arguments = self._plan.requests.read(received)
        key = self._key(headers) if self._is_unsafe else None
        token = context.enter(context.CallContext(trace, key))
        try:
            result = await self._call(identity, arguments)
        finally:
            context.leave(token)
        codec = self._plan.answers.choose(result)
        media_type = codec.media_type
        return Reply(codec.status, media_type.encode() if media_type else None, codec.write(result), trace.trace_id)

    def _identified(self, headers: dict[bytes, bytes]) -> Any:
        """The caller, for operations that have one. A caller header from anyone who may not send one is an error."""
        header = headers.get(_CALLER)
        principal: Principal | None = None
        if self._verifier is not None:
            authorization = headers.get(b"authorization")
            principal = self._verifier.verify(authorization.decode("latin-1") if authorization is not None else None)
            if header is not None and not principal.may_act_for_users:
                raise Forbidden("This service may not act for people.")
        if self._caller is None:
            return None
        if header is None:
            raise MalformedRequest(f"The header {CALLER_HEADER} is required.")
        return self._caller.from_identity(decode_identity(header.decode("latin-1")))

    def _check_accept(self, headers: dict[bytes, bytes]) -> None:
        accept = headers.get(b"accept")
        if accept is None or accept == b"*/*" or not self._types:
            return
        if not any(accepts(accept, media_type) for media_type in self._types):
            raise NotAcceptable(f"Only {' or '.join(self._types)} can be answered.")

    async def _read(self, request: RawRequest, headers: dict[bytes, bytes]) -> bytes:
        assert self._body is not None
        body = await read_body(request.receive, headers.get(b"content-length"), self._limits.body_bytes)
        if not body and b"content-type" not in headers:
            return body
        wanted = self._body.media_type
        declared = headers.get(b"content-type", b"")
        if wanted != "*/*" and not is_content_type(declared, wanted):
            raise UnsupportedMediaType(f"The body has to be {wanted}.")
        if self._body.media is Media.JSON:
            check_depth(body, self._limits.json_depth)
        return body

    def _segments(self, scope: Any) -> list[str]:
        """The raw segments of this operation's path; whatever it is mounted below stands before them."""
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        pieces = [piece for piece in raw.partition(b"?")[0].decode("latin-1").split("/") if piece]
        return pieces[-self._length :]

    def _key(self, headers: dict[bytes, bytes]) -> str | None:
        header = headers.get(b"idempotency-key")
        if header is None:
            return None
        key = header.decode("latin-1")
        if not context.is_idempotency_key(key):
            raise InvalidRequest(
                errors=[InvalidField("header.Idempotency-Key", "has to be 1 to 128 visible ASCII characters")]
            )
        return key

    async def _call(self, identity: Any, arguments: list[Any]) -> Any:
        if not self._keywords:
            return await (self._target(identity, *arguments) if self._plan.has_caller else self._target(*arguments))
        named = dict(zip(self._plan.arguments, arguments, strict=True))
        if self._plan.has_caller:
            named[next(iter(self._plan.signature.parameters))] = identity
        positional = [named[name] for name in self._positional]
        return await self._target(*positional, **{name: named[name] for name in self._keywords})

    def _failure(self, error: Exception, trace_id: str) -> Reply:
        if isinstance(error, WIRE_ERRORS):
            return error_reply(error, trace_id)
        if isinstance(error, UnusableValue):
            _log.error(
                "%s answers what breaks the contract [trace %s]: %s",
                self._operation.id,
                trace_id,
                "; ".join(map(str, error.errors)),
            )
            return error_reply(InternalError(), trace_id)
        try:
            written = self._plan.failures.write(error)
        except UNREADABLE:
            written = None
        if written is None:
            _log.exception("%s failed [trace %s]", self._operation.id, trace_id, exc_info=error)
            return error_reply(InternalError(), trace_id)
        status, media_type, body = written
        return problem_reply(status, body, trace_id, media_type=media_type)


def _refuse_duplicates(headers: Any) -> None:
    names = [name for name, _ in headers]
    for name in _ONCE:
        if names.count(name) > 1:
            raise MalformedRequest(f"The header {name.decode()} is there more than once.")


def _in_thread(target: Callable[..., Any], threads: CapacityLimiter) -> Callable[..., Awaitable[Any]]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        return await to_thread.run_sync(lambda: target(*args, **kwargs), limiter=threads)

    return call


def reply_to(error: CallError, scope: Any) -> Reply:
    """The answer to a request that reached no operation."""
    parent = dict(scope.get("headers", ())).get(b"traceparent")
    trace = (parse_trace(parent.decode("latin-1")) if parent else None) or start_trace()
    return error_reply(error, trace.trace_id)
