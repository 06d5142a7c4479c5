"""The interface over HTTP: two thin drivers, for coroutines and for threads, around an exchange that does no I/O."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any, Final

from switchover.errors import CallError, CallTimeout, ConnectionLost
from switchover.port.exchange import Exchange, Remote
from switchover.port.kinds import watching
from switchover.port.plan import Plan, Plans
from switchover.port.proving import Send, SendBlocking, blocking_proving, proving
from switchover.port.shims import method, object_for
from switchover.port.spans import Spans
from switchover.port.transports.base import BlockingTransport, Timeouts, Transport
from switchover.port.wire import WireRequest, WireResponse

_METHOD: Final = """
_next(_begun)
_started = _clock()
_trace = _exchange.position()
_request = None
try:
    _request = _exchange.request(_trace, {caller}, {values})
    _result = _exchange.result({await_}_send(_request), _trace)
except BaseException as _error:
    if isinstance(_error, _CallError):
        _error.trace_id = _error.trace_id or _trace.trace_id
        _error.idempotency_key = _request and _request.idempotency_key
    _put((_next(_numbers), _failed(_error), _started, _clock(), _trace, {caller}))
    raise
_put((_next(_numbers), _ok, _started, _clock(), _trace, {caller}))
return _result
"""

_TRACED: Final = """
_next(_begun)
_started = _clock()
_span = _open()
_trace = _span.position
_request = _response = None
try:
    _request = _exchange.request(_trace, {caller}, {values})
    _response = {await_}_send(_request)
    _result = _exchange.result(_response, _trace)
except BaseException as _error:
    if isinstance(_error, _CallError):
        _error.trace_id = _error.trace_id or _trace.trace_id
        _error.idempotency_key = _request and _request.idempotency_key
    _kind = _failed(_error)
    _put((_next(_numbers), _kind, _started, _clock(), _trace, {caller}))
    _span.end(_kind, _response and _response.status)
    raise
_put((_next(_numbers), _ok, _started, _clock(), _trace, {caller}))
_span.end(_ok, _response.status)
return _result
"""


def http(interface: type, plans: Plans, transport: Transport | BlockingTransport, remote: Remote) -> Any:
    """The interface over a transport.

    Raises:
        TypeError: the interface has methods of a kind (`async def`, `def`) that the transport does not serve.
    """
    methods: dict[str, Callable[..., Any]] = {}
    for name, plan in plans.items():
        names = {
            "_send": _sender(plan, transport, remote),
            "_exchange": Exchange(plan, remote),
            "_CallError": CallError,
            **watching(plan, "http", remote.recorder, remote.caller),
        }
        tracing = remote.recorder.tracing
        if tracing is not None:
            names["_open"] = Spans(tracing, plan, "http").request
        methods[name] = method(plan, _METHOD if tracing is None else _TRACED, names)
    return object_for(interface, "Http", methods)


def _sender(plan: Plan, transport: Transport | BlockingTransport, remote: Remote) -> Callable[[WireRequest], Any]:
    credentials, timeouts = remote.credentials, remote.timeouts
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
        try:
            async with asyncio.timeout(timeouts.total):
                try:
                    return await send(request, timeouts)
                except ConnectionLost:
                    if not is_safe:
                        raise
                return await send(request, timeouts)
        except TimeoutError as error:
            raise _out_of_time(timeouts) from error

    return within


def _blocking_within(send: SendBlocking, timeouts: Timeouts, *, is_safe: bool) -> Callable[[WireRequest], Any]:
    def within(request: WireRequest) -> WireResponse:
        started = monotonic()
        try:
            return send(request, timeouts)
        except ConnectionLost:
            if not is_safe:
                raise
        left = timeouts.total - (monotonic() - started)
        if left <= 0:
            raise _out_of_time(timeouts)
        try:
            return send(request, replace(timeouts, total=left))
        except CallTimeout as error:
            raise _out_of_time(timeouts) if error.phase == "total" else error from error.__cause__

    return within


def _out_of_time(timeouts: Timeouts) -> CallTimeout:
    return CallTimeout(phase="total", seconds=timeouts.total)
