"""The objectives of a service as a dashboard of Grafana's; the same bytes for the same objectives."""

from __future__ import annotations

import json
from typing import Any, Final

from switchover.telemetry.metrics import names
from switchover.telemetry.objectives.grafana.content import rows
from switchover.telemetry.objectives.grafana.layout import placed
from switchover.telemetry.objectives.model import Objectives
from switchover.telemetry.objectives.timing import SERVICE_TIMING, Timing

__all__ = ["dashboard"]

_SCHEMA_VERSION: Final = 39
"""Of Grafana 11; later ones read it."""


def dashboard(objectives: Objectives, timing: Timing = SERVICE_TIMING) -> str:
    """The dashboard as JSON. Nothing in it names a data source, a service or an address: those are chosen in Grafana."""
    document = {
        "uid": "switchover-objectives",
        "title": "Switchover: objectives",
        "description": "Written by `switchover slo dashboard` from slo.toml. Change that file, not this dashboard.",
        "tags": ["switchover"],
        "schemaVersion": _SCHEMA_VERSION,
        "editable": True,
        "refresh": str(timing.interval),
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": _variables()},
        "panels": placed(rows(objectives, timing)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _variables() -> list[dict[str, Any]]:
    source = {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}
    return [source, *map(_label, ("job", names.WIRING, names.OPERATION))]


def _label(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "query": f"label_values({names.CALLS}, {name})",
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }
