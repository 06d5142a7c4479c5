"""`switchover explain`: where a user would go, and why."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from switchover.cli.operating.places import seen_place_of
from switchover.cli.operating.text import printable, table
from switchover.cli.settings import UsageError
from switchover.rollout import CircuitState, Explanation, Rollout
from switchover.rollout.fleet import FleetView


def explain(options: argparse.Namespace) -> int:
    """Say where a call would go."""
    with seen_place_of(options) as place:
        view, state = place.fleet.view(), place.store.load()
        rollout = Rollout(place.plan.rules(), state=state)
    try:
        found = rollout.explain(
            options.operation, options.user, options.group, session=options.session, backend=options.backend
        )
    except KeyError as error:
        raise UsageError(str(error.args[0])) from error
    circuit = _circuit(view, options.operation)
    if options.json:
        print(json.dumps(_told(found) | {"version": state.version, "circuit": circuit}, indent=2))
    else:
        print(_rendered(found, state.version, circuit))
    return 0


def _told(found: Explanation) -> dict[str, Any]:
    place = None if found.place is None else int(found.place) / 100
    return {**asdict(found), "share": int(found.share) / 100, "place": place}


def _rendered(found: Explanation, version: int, circuit: str) -> str:
    where = "over HTTP" if found.side == "http" else "in-process"
    rows = [("> " if step.has_decided else "  ", step.step, step.finding) for step in found.steps]
    lines = [printable(f"{found.operation} goes {where} ({found.reason}), by version {version}:"), "", table(rows)]
    return "\n".join([*lines, "", circuit] if circuit else lines)


def _circuit(view: FleetView, operation: str) -> str:
    """Each worker has a circuit of its own, which this process does not have."""
    for seen in view.operations:
        circuits = seen.figures.circuits
        count = sum(number for state, number in circuits.items() if state is not CircuitState.CLOSED)
        if seen.operation == operation and count:
            return f"but the circuit is not closed in {count} of {sum(circuits.values())} workers: there it stays in-process"
    return ""
