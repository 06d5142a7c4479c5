"""The interface in this process: the backend's own methods, watched, and held to what HTTP would do as far as asked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from switchover import context
from switchover.context import Inside
from switchover.errors import BindError
from switchover.parity import Inspector
from switchover.port.answering import beside_answer, besides, says_more
from switchover.port.faithful import Strictness, strict_target
from switchover.port.kinds import recording, watching
from switchover.port.limits import Limits
from switchover.port.plan import CallerForm, Plan, Plans
from switchover.port.recorded import ANSWERED_BELOW, READ_HERE
from switchover.port.sampling import sampled_target
from switchover.port.shims import method, object_for
from switchover.port.traced import traced_body, traced_names
from switchover.telemetry import Recorder

_TIMED: Final = """
_started = _clock()
try:
    _result = {await_}_target({call})
except BaseException as _error:
    _put((_next(_numbers), _failed(_error, _ok), _started, _clock(), None, {caller}))
    raise
_put((_next(_numbers), _ok, _started, _clock(), None, {caller}))
return _result
"""

_SAYING: Final = "_started = _clock()\n_outside = _shown(_current())" + ANSWERED_BELOW
_SPANNED: Final = "_started = _clock()\n_here = _new(_Inside, (_current(), _next(_begun), _lane))" + READ_HERE


def direct(interface: type, plans: Plans, backend: Any, recorder: Recorder, caller: CallerForm | None) -> Any:
    """The backend behind the interface, every call recorded.

    Raises:
        BindError: the backend lacks methods, or has them with other arguments.
    """
    check_backend(interface, plans, backend)
    return _watched(interface, plans, {name: getattr(backend, name) for name in plans}, recorder, caller)


def strict(
    interface: type, plans: Plans, backend: Any, recorder: Recorder, caller: CallerForm | None, limits: Limits
) -> Any:
    """Like `direct`, with every value sent through JSON; what HTTP would not carry is raised as FidelityError."""
    check_backend(interface, plans, backend)
    strictness = Strictness(caller, limits)
    targets = {name: strict_target(plan, getattr(backend, name), strictness) for name, plan in plans.items()}
    return _watched(interface, plans, targets, recorder, caller, is_strict=True)


def sampled(
    interface: type,
    plans: Plans,
    backend: Any,
    recorder: Recorder,
    caller: CallerForm | None,
    inspector: Inspector,
    limits: Limits,
) -> Any:
    """Like `direct`, with a share of the calls looked at afterwards."""
    check_backend(interface, plans, backend)
    targets = {name: sampled_target(plan, getattr(backend, name), inspector, limits) for name, plan in plans.items()}
    return _watched(interface, plans, targets, recorder, caller)


def _watched(
    interface: type,
    plans: Plans,
    targets: Mapping[str, Callable[..., Any]],
    recorder: Recorder,
    caller: CallerForm | None,
    *,
    is_strict: bool = False,
) -> Any:
    methods = {}
    for name, plan in plans.items():
        names = {**in_process(plan, targets[name], recorder), **watching(plan, "direct", recorder, caller)}
        methods[name] = method(plan, body_of(plan, recorder), names)
    return object_for(interface, "Direct", methods, InProcess(plans, targets, is_strict))


@dataclass(frozen=True, slots=True, eq=False)
class InProcess:
    """What an object of this wiring is made of: the backend's methods as they are held to what HTTP would do, not yet recorded."""

    plans: Plans
    targets: Mapping[str, Callable[..., Any]]
    is_strict: bool = False


def body_of(plan: Plan, recorder: Recorder) -> str:
    """The body of a method that calls its target in this process, and records it by the kind `_ok`."""
    if recorder.tracing is not None:
        return traced_body(plan)
    if says_more(plan):
        return _SAYING
    return _SPANNED if recorder.spans else _TIMED


def in_process(plan: Plan, target: Callable[..., Any], recorder: Recorder) -> dict[str, Any]:
    """The names that this body uses, the kind `_ok` aside."""
    lane = recorder.lane("direct")
    names = {
        "_target": target,
        "_new": tuple.__new__,
        "_Inside": Inside,
        "_carrying_out": beside_answer(plan),
        **besides(plan),
        "_lane": lane,
        "_current": context.stored,
        "_shown": context.shown,
        "_enter": context.enter,
        "_leave": context.leave,
        **recording(plan, "direct", recorder),
    }
    if recorder.tracing is not None:
        names |= traced_names(plan, recorder.tracing, names)
    return names


# -- does the backend have what the interface asks for? ---------------------------------------------------------------


def check_backend(interface: type, plans: Plans, backend: Any) -> None:
    """Hold a backend against the interface.

    Raises:
        BindError: with every difference.
    """
    found = [difference for name, plan in plans.items() if (difference := _lacks(plan, getattr(backend, name, None)))]
    if found:
        raise BindError(f"{type(backend).__name__} cannot stand behind {interface.__name__}:", found)


def _lacks(plan: Plan, target: Any) -> str | None:
    if not callable(target):
        return f"{plan.method}: there is no such method"
    try:
        signature = inspect.signature(target)
        parameters = plan.signature.parameters.values()
        positional = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
        signature.bind(*positional, **{p.name: None for p in parameters if p.kind is p.KEYWORD_ONLY})
    except TypeError as error:
        return f"{plan.method}: cannot be called as the interface does ({error})"
    except ValueError:
        return None
    is_async = inspect.iscoroutinefunction(inspect.unwrap(target))
    if inspect.isroutine(target) and is_async != plan.is_async:
        kinds = ("async def", "def") if plan.is_async else ("def", "async def")
        return f"{plan.method}: the interface has `{kinds[0]}`, the backend `{kinds[1]}`"
    return None
