"""Are two tellings the same? Ids and times differ by nature; everything else has to be equal."""

from __future__ import annotations

from typing import Any

from livetrip_cli.demo.story import Step
from livetrip_contract import LiveTrip, LiveTripError
from switchover import Port
from switchover.port.dynamic import as_json, plan_for

_IDS = frozenset({"id", "tripId", "nextCursor"})
_TIMES = frozenset({"createdAt", "updatedAt"})


class Telling:
    """The outcomes of one telling as plain values in which ids are numbered in the order they appear."""

    def __init__(self, port: Port[LiveTrip]) -> None:
        self._plans = port.plans
        self._numbers: dict[str, str] = {}

    def plain(self, step: Step) -> Any:
        """The outcome of a step, comparable between tellings."""
        if isinstance(step.outcome, LiveTripError):
            members = {name: value for name, value in vars(step.outcome).items() if not name.startswith("__")}
            return {"error": type(step.outcome).__name__, **members}
        return self._neutral(as_json(plan_for(self._plans, step.operation), step.outcome))

    def _neutral(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._neutral(below, name) for name, below in value.items()}
        if isinstance(value, list):
            return [self._neutral(item) for item in value]
        if key in _TIMES:
            return "a time"
        if key in _IDS and value is not None:
            kind = "cursor" if key == "nextCursor" else "id"
            return self._numbers.setdefault(value, f"{kind} {len(self._numbers) + 1}")
        return value


def shown(plain: Any) -> str:
    """An outcome in a few words."""
    if plain is None:
        return "done"
    if "error" in plain:
        extra = f" (now version {plain['current_version']})" if "current_version" in plain else ""
        return f"{plain['error']}{extra}"
    if "items" in plain:
        more = ", more" if plain["nextCursor"] else ""
        count = len(plain["items"])
        return f"{count} {'item' if count == 1 else 'items'}{more}"
    for describe in (_trip, _entry, _summary):
        if (text := describe(plain)) is not None:
            return text
    return ", ".join(f"{name} {_short(value)}" for name, value in plain.items())


def _trip(plain: dict[str, Any]) -> str | None:
    if "title" not in plain:
        return None
    entries = f", {len(plain['entries'])} entries" if "entries" in plain else ""
    return f"{plain['id']}, version {plain['version']}, until {plain['endDate']}{entries}"


def _entry(plain: dict[str, Any]) -> str | None:
    if "text" not in plain:
        return None
    outside = ", outside the trip" if plain["outsideTrip"] else ""
    return f"{plain['id']}, version {plain['version']}, {plain['mood'] or 'no mood'}{outside}"


def _summary(plain: dict[str, Any]) -> str | None:
    if "daysWithEntries" not in plain:
        return None
    return f"{plain['days']} days, {plain['entries']} entries, {len(plain['places'])} places"


def _short(value: Any) -> str:
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)
