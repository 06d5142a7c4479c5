"""One backend behind its port in every wiring, and what its callers meet there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from switchover import AsgiTransport, Contract, Fidelity, Port, Rollout, RolloutState, Share
from switchover.errors import CallError

WIRINGS: Final = ("direct", "http", "route")

Call = Callable[[Any], Any]


def contract(paths: dict[str, Any], **more: Any) -> Contract:
    """A contract of these paths."""
    whole = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths, **more}
    return Contract.read("t.json", lambda _: json.dumps(whole).encode())


def everything_remote(port: Port[Any]) -> Rollout:
    """A rollout that sends every call over HTTP."""
    names = [plan.operation.id for plan in port.plans.values()]
    return Rollout(state=RolloutState(shares=dict.fromkeys(names, Share(10_000))))


def outcome(call: Call, client: Any) -> tuple[Any, ...]:
    """What becomes of a call, as far as it can be told apart in a program: the result, or class and content of the exception."""
    try:
        return ("result", call(client))
    except Exception as error:
        held = {name: value for name, value in vars(error).items() if not name.startswith("__")}
        for name in ("trace_id", "idempotency_key"):
            held.pop(name, None)
        text = getattr(error, "detail", None) if isinstance(error, CallError) else str(error)
        return (type(error).__name__, text, held)


def outcomes(port: Port[Any], backend: Any, call: Call) -> dict[str, tuple[Any, ...]]:
    """What becomes of a call, by wiring; in process it is held to what HTTP would do."""
    with AsgiTransport(port.serve(backend, trust="open")) as transport:
        remote = port.http(transport=transport, trust="open")
        here = port.direct(backend, fidelity=Fidelity.STRICT)
        routed = port.route(direct=here, http=remote, rollout=everything_remote(port))
        clients = {"direct": here, "http": remote, "route": routed}
        return {name: outcome(call, clients[name]) for name in WIRINGS}


def alike(port: Port[Any], backend: Any, call: Call) -> tuple[Any, ...]:
    """What becomes of a call in every wiring; it is asserted to be the same."""
    found = outcomes(port, backend, call)
    assert found["http"] == found["direct"]
    assert found["route"] == found["direct"]
    return found["direct"]
