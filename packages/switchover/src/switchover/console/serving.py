"""The console as a service: the kit serves itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from switchover.console import api
from switchover.console.access import ConsoleAccess
from switchover.console.desk import OperatorDesk
from switchover.port import Contract, Port
from switchover.rollout.plan import RolloutPlan
from switchover.rollout.stores import RolloutStore
from switchover.telemetry import Recorder

if TYPE_CHECKING:
    from switchover.port.serve import Service


def console_port(recorder: Recorder | None = None) -> Port[api.Console]:
    """The port of the console, for its service and for clients: `console_port().http("https://diary.internal", credentials=…)`.

    Args:
        recorder: gets one event for each of its calls.
    """
    return _contract().bind(api.Console, caller=api.Caller, errors=api.ConsoleError, recorder=recorder)


def serve_console(
    store: RolloutStore,
    plan: RolloutPlan,
    *,
    access: ConsoleAccess,
    contract_digest: str = "",
    recorder: Recorder | None = None,
) -> Service:
    """The console of a rollout, below `/switchover`. Beside another service: `service.register(serve_console(…).router())`.

    Args:
        store: where the state is kept.
        plan: of the rollout.
        access: who may look, and who may change.
        contract_digest: of the contract whose calls are moved (`Contract.digest`), for the record.
        recorder: gets one event for each call of the console.
    """
    desk = OperatorDesk(store, plan, access, contract_digest)
    return console_port(recorder).serve(desk, verifier=access)


@cache
def _contract() -> Contract:
    return Contract.load(Path(api.__file__).with_name("openapi") / "console.yaml")
