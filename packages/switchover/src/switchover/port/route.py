"""The interface split between this process and HTTP, call by call.

A call is decided about once, when it begins, and keeps its side. What stays here costs what `direct` costs and the decision: the common ways
of deciding are written into the method itself, everything else is `switchover.rollout.deciding`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

from switchover import context
from switchover.context import Side
from switchover.port import http as over
from switchover.port.crossing import Crossing, Legs
from switchover.port.direct import InProcess, body_of, in_process
from switchover.port.http import OverHttp, over_http
from switchover.port.kinds import kind_of, watching
from switchover.port.plan import CallerForm, Plan, Plans
from switchover.port.shims import method, object_for, parts_of
from switchover.port.tolerance import STRICT, AnswerReading
from switchover.rollout.asker import Asker
from switchover.rollout.buckets import place
from switchover.rollout.deciding import decide
from switchover.rollout.decision import BUCKET_IN, BUCKET_OUT, DECISIONS, Decision
from switchover.rollout.rollout import Rollout
from switchover.rollout.table import Route
from switchover.telemetry import Kind, Recorder
from switchover.trust import Identity
from switchover.versions import ContractVersion

_P = TypeVar("_P", InProcess, OverHttp)

_DECIDED: Final = """
    _decision = _decide(_route, {caller})
"""

_DRAWN: Final = """
    if _route.is_drawn and _route.circuit.is_closed:
        try:
            _decision = _in if _place({caller}.%s.encode(), _route.seed) < _route.below else _out
        except Exception:
            _decision = _decide(_route, {caller})
    else:
        _decision = _decide(_route, {caller})
"""

_ROUTED: Final = """
_route = _rollout.table.rows[%d]
_decision = _route.always
if _decision is None:%s
_ok = _kinds[_decision.number]
if _ok is None:
    return {await_}_cross(_route.circuit, _decision, *_packed({call}))
"""

_LEG: Final = "_ok = _kinds[_self.number]\n"
"""Of a method that is told by its first argument why the call goes its way."""


def route(
    interface: type,
    plans: Plans,
    direct: Any,
    http: Any,
    rollout: Rollout,
    recorder: Recorder,
    *,
    version: ContractVersion,
    for_http: float,
    answers: AnswerReading | None = None,
) -> Any:
    """See `Port.route`.

    Raises:
        TypeError: `direct` or `http` is not of `Port.direct` and `Port.http`.
        ValueError: it is of another port, or the share is no share.
    """
    if not 0 < for_http < 1:
        raise ValueError(f"for_http is a part of the time, more than 0 and less than 1, not {for_http!r}")
    local, remote = _parts(direct, InProcess, "direct", plans), _parts(http, OverHttp, "http", plans)
    remote = _reading(remote, answers, is_strict=local.is_strict)
    caller = remote.remote.caller
    numbers = rollout.cover([plan.operation.id for plan in plans.values()])
    rollout.know_versions(version, remote.remote.heard.recent)
    methods = {}
    for (name, plan), number in zip(plans.items(), numbers, strict=True):
        here = _here(plan, local.targets[name], recorder, caller)
        legs = Legs(
            method(plan, _LEG + over.body_of(remote.remote.recorder).lstrip(), _there(plan, remote)),
            method(plan, _LEG + body_of(plan, recorder).lstrip(), here),
        )
        crossing = Crossing(plan, legs, remote.remote.timeouts[name].total, for_http)
        names = {
            **here,
            "_rollout": rollout,
            "_place": place,
            "_in": BUCKET_IN,
            "_out": BUCKET_OUT,
            "_decide": _decider(plan, caller),
            "_cross": crossing.run_async if plan.is_async else crossing.run,
            "_packed": _packed,
        }
        methods[name] = method(plan, _routed(plan, caller, number) + body_of(plan, recorder).lstrip(), names)
    return object_for(interface, "Route", methods)


def _reading(http: OverHttp, answers: AnswerReading | None, *, is_strict: bool) -> OverHttp:
    """The same over HTTP, its answers read as `route` says, else as `http` says, else as strictly as the side in this process."""
    chosen = answers or http.remote.answers or (STRICT if is_strict else None)
    return replace(http, remote=replace(http.remote, answers=chosen))


def _here(plan: Plan, target: Callable[..., Any], recorder: Recorder, caller: CallerForm | None) -> dict[str, Any]:
    names = {**watching(plan, "direct", recorder, caller), **in_process(plan, target, recorder)}
    return {**names, "_kinds": _kinds(plan, "direct", caller)}


def _there(plan: Plan, made_of: OverHttp) -> dict[str, Any]:
    remote = made_of.remote
    names = {**watching(plan, "http", remote.recorder, remote.caller), **over_http(plan, made_of.transport, remote)}
    return {**names, "_kinds": _kinds(plan, "http", remote.caller)}


def _kinds(plan: Plan, side: Side, caller: CallerForm | None) -> tuple[Kind | None, ...]:
    """By number of the decision; None for those for the other side."""
    return tuple(
        kind_of(plan, side, caller, decision.reason) if decision.side == side else None for decision in DECISIONS
    )


def _routed(plan: Plan, caller: CallerForm | None, number: int) -> str:
    """What comes before the body of `direct`."""
    is_drawn_by_name = plan.has_caller and caller is not None and caller.user is not None
    deciding = _DRAWN % caller.user if is_drawn_by_name and caller else _DECIDED
    return _ROUTED.lstrip() % (number, deciding.rstrip())


def _packed(*positional: Any, **named: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return positional, named


def _decider(plan: Plan, caller: CallerForm | None) -> Callable[[Route, Any], Decision]:
    """Decides about the calls of an operation, from everything that there is to go by."""
    identify = caller.to_identity if caller is not None and plan.has_caller else None

    def decider(route: Route, who: Any) -> Decision:
        outside = context.current()
        user, groups = _identified(identify, who)
        is_anonymous = user is None and outside.session is None
        trace = outside.trace.trace if is_anonymous and outside.trace is not None else None
        return decide(route, Asker(user, groups, outside.session, trace, outside.side))

    return decider


def _identified(identify: Callable[[Any], Identity] | None, who: Any) -> tuple[str | None, frozenset[str]]:
    """User and groups. What is no caller is nobody: the side that it goes to will say so."""
    if identify is None:
        return None, frozenset()
    try:
        identity = identify(who)
    except Exception:  # the caller's type is the team's code, and may raise anything
        return None, frozenset()
    return (identity.user if isinstance(identity.user, str) else None), identity.groups


def _parts(made: Any, kind: type[_P], name: str, plans: Plans) -> _P:
    found = parts_of(made)
    if not isinstance(found, kind):
        raise TypeError(f"route({name}=…) takes what port.{name}(…) gives, not a {type(made).__name__}")
    if found.plans is not plans:
        raise ValueError(f"route({name}=…) takes what the same port gave; this is of another one")
    return found
