"""The interface over HTTP. What a call needs is worked out without I/O; two thin drivers, for coroutines and threads, send it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from switchover import context
from switchover.contract.media import essence
from switchover.errors import (
    CallTimeout,
    ConnectionLost,
    InternalError,
    ServiceUnavailable,
    TransportError,
    UnexpectedAnswer,
)
from switchover.port.failures import PROBLEM_JSON, UNBUILDABLE, read_problem, read_wire_error
from switchover.port.plan import CallerForm, Plan, Plans
from switchover.port.shims import method, object_for
from switchover.port.transports.base import BlockingTransport, Timeouts, Transport
from switchover.port.values import NotJson, UnusableValue
from switchover.port.wire import WireRequest, WireResponse
from switchover.telemetry import Recorder, TraceContext
from switchover.telemetry import start as start_trace
from switchover.trust import CALLER_HEADER, CredentialSource, encode_identity

_METHOD: Final = """
return {await_}_call({caller}, {values})
"""


@dataclass(frozen=True, eq=False)
class Remote:
    """What all calls of one wiring share."""

    base_path: str
    timeouts: Timeouts
    credentials: CredentialSource | None
    caller: CallerForm | None
    recorder: Recorder


def http(interface: type, plans: Plans, transport: Transport | BlockingTransport, remote: Remote) -> Any:
    """The interface over a transport.

    Raises:
        TypeError: the interface has methods of a kind (`async def`, `def`) that the transport does not serve.
    """
    methods: dict[str, Callable[..., Any]] = {}
    for name, plan in plans.items():
        if plan.is_async and isinstance(transport, Transport):
            call = _async_call(plan, transport, remote)
        elif not plan.is_async and isinstance(transport, BlockingTransport):
            call = _blocking_call(plan, transport, remote)
        else:
            kind, wanted = ("async def", "Transport") if plan.is_async else ("def", "BlockingTransport")
            raise TypeError(f"{type(transport).__name__} does not serve `{kind} {name}`: it is no {wanted}")
        methods[name] = method(plan, _METHOD, {"_call": call})
    return object_for(interface, "Http", methods)


def _async_call(plan: Plan, transport: Transport, remote: Remote) -> Callable[..., Any]:
    exchange = Exchange(plan, remote)
    operation, timeouts = plan.operation.id, remote.timeouts
    put, number, clock = remote.recorder.put, remote.recorder.number, perf_counter
    send = transport.send

    async def attempt(request: WireRequest) -> WireResponse:
        try:
            return await send(request, timeouts)
        except ConnectionLost:
            if not plan.is_safe:
                raise
            # A kept connection may just have been closed by the other side; what changes nothing can be asked again.
            return await send(request, timeouts)

    async def within(request: WireRequest) -> WireResponse:
        try:
            async with asyncio.timeout(timeouts.total):
                return await attempt(request)
        except TimeoutError as error:
            raise CallTimeout(phase="total", seconds=timeouts.total) from error

    async def call(caller: Any, values: tuple[Any, ...]) -> Any:
        started, outcome = clock(), "ok"
        try:
            request, trace = exchange.request(caller, values)
            try:
                response = await within(request)
            except TransportError as error:
                error.trace_id = trace.trace_id
                raise
            return exchange.result(response, trace)
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            put((number(), (operation, "http", outcome), started, clock()))

    return call


def _blocking_call(plan: Plan, transport: BlockingTransport, remote: Remote) -> Callable[..., Any]:
    exchange = Exchange(plan, remote)
    operation, timeouts = plan.operation.id, remote.timeouts
    put, number, clock = remote.recorder.put, remote.recorder.number, perf_counter
    send = transport.send_blocking

    def attempt(request: WireRequest) -> WireResponse:
        try:
            return send(request, timeouts)
        except ConnectionLost:
            if not plan.is_safe:
                raise
            return send(request, timeouts)

    def call(caller: Any, values: tuple[Any, ...]) -> Any:
        started, outcome = clock(), "ok"
        try:
            request, trace = exchange.request(caller, values)
            try:
                response = attempt(request)
            except TransportError as error:
                error.trace_id = trace.trace_id
                raise
            return exchange.result(response, trace)
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            put((number(), (operation, "http", outcome), started, clock()))

    return call


class Exchange:
    """Makes the request of a call, and the call's result of the answer. Does no I/O."""

    __slots__ = ("_accept", "_answers", "_caller", "_credentials", "_failures", "_is_unsafe", "_prefix", "_requests")

    def __init__(self, plan: Plan, remote: Remote) -> None:
        self._answers = plan.answers
        self._failures = plan.failures
        self._requests = plan.requests
        self._prefix = remote.base_path
        self._caller = remote.caller if plan.has_caller else None
        self._credentials = remote.credentials
        self._is_unsafe = not plan.is_safe
        types = [codec.media_type for codec in plan.answers.codecs if codec.media_type]
        self._accept = ", ".join(dict.fromkeys([*types, PROBLEM_JSON]))

    def request(self, caller: Any, values: tuple[Any, ...]) -> tuple[WireRequest, TraceContext]:
        """The request, and the position in the trace that it carries.

        Raises:
            InvalidRequest: an argument cannot be sent.
        """
        request = self._requests.write(values)
        request.target = self._prefix + request.target
        beside = context.current()
        trace = beside.trace.child() if beside.trace is not None else start_trace()
        headers = request.headers
        headers += (("accept", self._accept), ("traceparent", trace.header))
        if self._credentials is not None:
            headers.append(("authorization", self._credentials.authorization()))
        if self._caller is not None:
            headers.append((CALLER_HEADER, encode_identity(self._caller.to_identity(caller))))
        if self._is_unsafe:
            # Every unsafe request has a key, so that whoever has to repeat it can: the caller's, or the trace's own.
            headers.append(("idempotency-key", beside.idempotency_key or f"{trace.trace_id}-{trace.span_id}"))
        return request, trace

    def result(self, response: WireResponse, trace: TraceContext) -> Any:
        """The result of a call.

        Raises:
            the documented exception, or a CallError.
        """
        codec = self._answers.for_status(response.status)
        if codec is None:
            raise self._failure(response, trace)
        if codec.media_type is not None and essence(response.header("content-type") or "") != codec.media_type:
            raise _unexpected(f"The answer is not {codec.media_type}.", response, trace)
        try:
            return codec.read(response.body)
        except NotJson as error:
            raise _unexpected("The answer is not JSON.", response, trace) from error
        except UnusableValue as error:
            listed = "; ".join(str(item) for item in error.errors[:5])
            raise _unexpected(f"The answer breaks the contract: {listed}", response, trace) from error

    def _failure(self, response: WireResponse, trace: TraceContext) -> Exception:
        body = read_problem(response.body)
        try:
            documented = self._failures.read(response.status, body)
        except UNBUILDABLE:
            return _unexpected("The failure lacks what its exception is made of.", response, trace)
        if documented is not None:
            documented.add_note(f"trace {trace.trace_id}")
            return documented
        headers = dict(response.headers)
        known = read_wire_error(response.status, body, headers)
        if known is not None:
            known.trace_id = known.trace_id or trace.trace_id
            return known
        if response.status in (502, 503, 504):
            return ServiceUnavailable(f"The service was answered for with {response.status}.", trace_id=trace.trace_id)
        if response.status >= 500:
            return InternalError(f"The service answered {response.status}.", trace_id=trace.trace_id)
        return _unexpected("The contract does not document this answer.", response, trace)


def _unexpected(detail: str, response: WireResponse, trace: TraceContext) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"{detail} (status {response.status})", answered=response.status, trace_id=trace.trace_id)
