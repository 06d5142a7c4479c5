"""The interface over HTTP: two thin drivers, for coroutines and for threads, around an exchange that does no I/O."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Final

from switchover import context
from switchover.errors import CallError, CallTimeout, ConnectionLost
from switchover.port.dynamic import plan_for
from switchover.port.exchange import Exchange, Remote
from switchover.port.kinds import watching
from switchover.port.plan import Plan, Plans
from switchover.port.proving import Send, SendBlocking, blocking_proving, proving
from switchover.port.shims import method, object_for
from switchover.port.spans import Spans
from switchover.port.transports.base import BlockingTransport, Timeouts, Transport
from switchover.port.wire import WireRequest, WireResponse
from switchover.telemetry import Recorder

_METHOD: Final = """
_next(_begun)
_started = _clock()
_trace = _exchange.position()
_request = None
_kind = _ok
try:
    _request = _exchange.request(_trace, {caller}, {values})
    _response = {await_}_send(_request)
    _kind = _exchange.kind(_response, _ok)
    _result = _exchange.result(_response, _trace)
except BaseException as _error:
    if isinstance(_error, _CallError):
        _error.trace_id = _error.trace_id or _trace.trace_id
        _error.idempotency_key = _request and _request.idempotency_key
    _put((_next(_numbers), _failed(_error, _kind), _started, _clock(), _trace, {caller}))
    raise
_put((_next(_numbers), _kind, _started, _clock(), _trace, {caller}))
return _result
"""

_TRACED: Final = """
_next(_begun)
_started = _clock()
_span = _open()
_trace = _span.position
_request = _response = None
_kind = _ok
try:
    _request = _exchange.request(_trace, {caller}, {values})
    _response = {await_}_send(_request)
    _kind = _exchange.kind(_response, _ok)
    _result = _exchange.result(_response, _trace)
except BaseException as _error:
    if isinstance(_error, _CallError):
        _error.trace_id = _error.trace_id or _trace.trace_id
        _error.idempotency_key = _request and _request.idempotency_key
    _kind = _failed(_error, _kind)
    _put((_next(_numbers), _kind, _started, _clock(), _trace, {caller}))
    _span.end(_kind, _response and _response.status)
    raise
_put((_next(_numbers), _kind, _started, _clock(), _trace, {caller}))
_span.end(_kind, _response.status)
return _result
"""


def http(interface: type, plans: Plans, transport: Transport | BlockingTransport, remote: Remote) -> Any:
    """The interface over a transport.

    Raises:
        TypeError: the interface has methods of a kind (`async def`, `def`) that the transport does not serve.
    """
    methods: dict[str, Callable[..., Any]] = {}
    for name, plan in plans.items():
        names = {**over_http(plan, transport, remote), **watching(plan, "http", remote.recorder, remote.caller)}
        methods[name] = method(plan, body_of(remote.recorder), names)
    return object_for(interface, "Http", methods, OverHttp(plans, transport, remote))


def timeouts_by_method(plans: Plans, usual: Timeouts, own: Mapping[str, Timeouts]) -> Mapping[str, Timeouts]:
    """How long the calls of each method may take; `own` are those of operations, named in any case style.

    Raises:
        ValueError: there is no such operation.
    """
    found = dict.fromkeys(plans, usual)
    for operation, timeouts in own.items():
        try:
            found[plan_for(plans, operation).method] = timeouts
        except KeyError as error:
            raise ValueError(f"timeouts_of: {error.args[0]}") from None
    return found


@dataclass(frozen=True, slots=True, eq=False)
class OverHttp:
    """What an object of this wiring is made of."""

    plans: Plans
    transport: Transport | BlockingTransport
    remote: Remote


def body_of(recorder: Recorder) -> str:
    """The body of a method that calls over HTTP, and records it by the kind `_ok`."""
    return _METHOD if recorder.tracing is None else _TRACED


def over_http(plan: Plan, transport: Transport | BlockingTransport, remote: Remote) -> dict[str, Any]:
    """The names that this body uses, those of the recording aside.

    Raises:
        TypeError: the method is of a kind that the transport does not serve.
    """
    names = {"_send": _sender(plan, transport, remote), "_exchange": Exchange(plan, remote), "_CallError": CallError}
    if remote.recorder.tracing is not None:
        names["_open"] = Spans(remote.recorder.tracing, plan, "http", remote.base_path).request
    return names


def _sender(plan: Plan, transport: Transport | BlockingTransport, remote: Remote) -> Callable[[WireRequest], Any]:
    credentials, timeouts = remote.credentials, remote.timeouts[plan.method]
    if plan.is_async and isinstance(transport, Transport):
        send = transport.send if credentials is None else proving(transport.send, credentials)
        return _within(send, timeouts, is_safe=plan.is_safe)
    if not plan.is_async and isinstance(transport, BlockingTransport):
        blocking = transport.send_blocking
        send_blocking = blocking if credentials is None else blocking_proving(blocking, credentials)
        return _blocking_within(send_blocking, timeouts, is_safe=plan.is_safe)
    kind, wanted = ("async def", "Transport") if plan.is_async else ("def", "BlockingTransport")
    raise TypeError(f"{type(transport).__name__} does not serve `{kind} {plan.method}`: it is no {wanted}")


# A kept connection may just have been closed by the other side. What changes nothing is then asked again, once, within the same total;
# what does is not, because nobody knows whether it was done.


def _within(send: Send, timeouts: Timeouts, *, is_safe: bool) -> Callable[[WireRequest], Any]:
    async def within(request: WireRequest) -> WireResponse:
        total = _left(timeouts)
        try:
            async with asyncio.timeout(total):
                try:
                    return await send(request, timeouts)
                except ConnectionLost:
                    if not is_safe:
                        raise
                return await send(request, timeouts)
        except TimeoutError as error:
            raise _out_of_time(total) from error

    return within


def _blocking_within(send: SendBlocking, timeouts: Timeouts, *, is_safe: bool) -> Callable[[WireRequest], Any]:
    def within(request: WireRequest) -> WireResponse:
        started, total = monotonic(), _left(timeouts)
        try:
            return send(request, timeouts if total == timeouts.total else replace(timeouts, total=total))
        except ConnectionLost:
            if not is_safe:
                raise
        left = total - (monotonic() - started)
        if left <= 0:
            raise _out_of_time(total)
        try:
            return send(request, replace(timeouts, total=left))
        except CallTimeout as error:
            raise _out_of_time(total) if error.phase == "total" else error from error.__cause__

    return within


def _left(timeouts: Timeouts) -> float:
    """How long the call may take: what is left until its deadline, and never more than `total`.

    Raises:
        CallTimeout: nothing is left.
    """
    deadline = context.current().deadline
    if deadline is None:
        return timeouts.total
    left = deadline - monotonic()
    if left <= 0:
        raise CallTimeout("The time of the call was over before it was sent.")
    return min(left, timeouts.total)


def _out_of_time(seconds: float) -> CallTimeout:
    return CallTimeout(phase="total", seconds=seconds)
