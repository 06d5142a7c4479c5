"""Panels, and where they stand: rows of three, on Grafana's grid of 24 columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_WIDTH: Final = 8
_HEIGHT: Final = 8

_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """A graph.

    Attributes:
        title: what it shows.
        description: how to read it.
        unit: Grafana's name of one: `percentunit`, `s`, `reqps`, `short`, `bytes`.
        queries: PromQL, each with the legend of its series.
        limit: where the default objective lies, if it has one.
        kind: `timeseries`, `heatmap` or `table`.
    """

    title: str
    description: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    limit: float | None = None
    kind: str = "timeseries"


@dataclass(frozen=True, slots=True)
class Row:
    """A headline, and up to three panels below it."""

    title: str
    panels: tuple[Panel, ...]


def placed(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Everything as Grafana has it, from top to bottom."""
    written: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        top = number * (_HEIGHT + 1)
        written.append(_headline(row.title, top, len(written) + 1))
        for column, panel in enumerate(row.panels):
            where = {"x": column * _WIDTH, "y": top + 1, "w": _WIDTH, "h": _HEIGHT}
            written.append(_panel(panel, where, len(written) + 1))
    return written


def _headline(title: str, top: int, identity: int) -> dict[str, Any]:
    where = {"x": 0, "y": top, "w": 24, "h": 1}
    return {"id": identity, "type": "row", "title": title, "collapsed": False, "gridPos": where, "panels": []}


def _panel(panel: Panel, where: dict[str, int], identity: int) -> dict[str, Any]:
    return {
        "id": identity,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": where,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0, **_limit(panel.limit)}, "overrides": []},
        "targets": [
            _target(panel, f"Q{number}", query, legend) for number, (query, legend) in enumerate(panel.queries, 1)
        ],
    }


def _limit(limit: float | None) -> dict[str, Any]:
    if limit is None:
        return {}
    steps = [{"color": "green", "value": None}, {"color": "red", "value": limit}]
    return {
        "thresholds": {"mode": "absolute", "steps": steps},
        "custom": {"thresholdsStyle": {"mode": "line"}},
    }


def _target(panel: Panel, name: str, query: str, legend: str) -> dict[str, Any]:
    shape = {"heatmap": "heatmap", "table": "table"}.get(panel.kind, "time_series")
    instant = panel.kind == "table"
    return {
        "refId": name,
        "datasource": _SOURCE,
        "expr": query,
        "legendFormat": legend,
        "format": shape,
        "instant": instant,
        "range": not instant,
    }
