"""Calls in this process with a tracing system beside them: a live span where a call is sampled, next to nothing where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from switchover.context import EMPTY, Beside, CallContext
from switchover.port.answering import says_more
from switchover.port.plan import Plan
from switchover.port.recorded import ANSWERED_BELOW, READ_HERE
from switchover.port.shims import method
from switchover.port.spans import Spans
from switchover.telemetry import TraceContext, Tracing

# Below a call that is not sampled nothing is; outside of everything the next one is drawn; whatever else there may be is looked at.
_LOOKING: Final = """
_started = _clock()
_outside = _current()
if (_active() or _next(_chosen)) if _outside is _EMPTY else _type(_outside) is not _tuple:
    _outside, _span = _open(_outside)
    if _span is not None:
        return {await_}_sampled((_span, _outside, _started, _ok), {call})
"""

_UNSAMPLED_READ: Final = "_here = (_outside, _next(_begun), _lane)" + READ_HERE
_UNSAMPLED_ANSWER: Final = "_outside = _shown(_outside)" + ANSWERED_BELOW

# What would be the object is what is known of the call.
_SAMPLED: Final = """
_span, _outside, _started, _ok = _self
_next(_begun)
_trace = _span.position
_here = _beside(_outside, _trace)
_token = _enter(_here)
try:
    _result = {await_}_target({call})
except BaseException as _error:
    _kind = _failed(_error, _failing(_here, _error, _ok))
    _put((_next(_numbers), _kind, _started, _clock(), _trace, {caller}))
    _span.end(_kind)
    raise
finally:
    _leave(_token)
_kind = _succeeding(_here, _result, _ok)
_put((_next(_numbers), _kind, _started, _clock(), _trace, {caller}))
_span.end(_kind)
return _result
"""


def traced_body(plan: Plan) -> str:
    """The body of a method of `direct` of which sampled calls have a live span; its kind is `_ok`."""
    return _LOOKING + (_UNSAMPLED_ANSWER if says_more(plan) else _UNSAMPLED_READ)


def traced_names(plan: Plan, tracing: Tracing, names: Mapping[str, Any]) -> dict[str, Any]:
    """The names that this body uses besides those of every method of `direct`."""

    def beside_read(outside: Beside, trace: TraceContext) -> CallContext:
        """A read has no key, whatever is outside."""
        return CallContext(trace, None, None, outside.session, outside.side, outside.deadline)

    beside = names["_carrying_out"] if says_more(plan) else beside_read
    return {
        "_sampled": method(plan, _SAMPLED, {**names, "_beside": beside}),
        "_open": Spans(tracing, plan, "direct").in_process,
        "_active": tracing.active,
        "_chosen": tracing.chosen,
        "_type": type,
        "_tuple": tuple,
        "_EMPTY": EMPTY,
    }
