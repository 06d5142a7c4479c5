"""What the environment has a process do, in plain words: `switchover check` shows it. Nothing is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from livetrip_adapters.settings import BackendMode
from livetrip_adapters.telemetry import read_telemetry
from livetrip_adapters.telemetry.described import described, is_cut_off
from livetrip_adapters.trust import Kind, read_credentials

Told = tuple[str, str, list[str]]
"""Topic, state, lines, as `switchover.cli.configuration` reads them."""


def trust(environment: Mapping[str, str] | None = None) -> Iterator[Told]:
    """What calls prove themselves with."""
    values = os.environ if environment is None else environment
    if values.get("BACKEND_MODE") != BackendMode.SERVICE.value:
        yield "trust", "ok", ["callers of LiveTrip prove nothing: BACKEND_MODE is not service, so nothing is called"]
        return
    kind, source, problems = read_credentials(values)
    if problems:
        yield "trust", "failed", ["callers of LiveTrip cannot start", *problems]
    elif source is not None:
        yield "trust", "ok", ["callers of LiveTrip send", *source.described()]
    elif kind is Kind.OPEN:
        yield (
            "trust",
            "warning",
            ["callers of LiveTrip prove nothing (LIVETRIP_TRUST=open): nobody else may be able to reach the service"],
        )
    else:
        yield (
            "trust",
            "not set",
            ["callers of LiveTrip cannot call: set LIVETRIP_SERVICE_KEY, or LIVETRIP_TRUST and what it needs"],
        )


def telemetry(environment: Mapping[str, str] | None = None) -> Iterator[Told]:
    """What every process of LiveTrip tells of its calls, and to whom."""
    settings, problems = read_telemetry(os.environ if environment is None else environment)
    if problems:
        yield "telemetry", "failed", ["LiveTrip does not start", *problems]
    else:
        state = "warning" if is_cut_off(settings) else "ok"
        yield "telemetry", state, ["LiveTrip tells", *described(settings)]
