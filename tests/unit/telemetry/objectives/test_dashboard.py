"""The dashboard: Grafana's shape, queries that Prometheus takes, and series that the rules record."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from support.promtool import check_expressions
from switchover.telemetry.metrics import names
from switchover.telemetry.objectives import Objectives, dashboard, parse, rules

OBJECTIVES = parse(b'p95 = "250ms"\nwindow = "10m"\n[operations.getTrip]\navailability = "99%"\n')
DOCUMENT: dict[str, Any] = json.loads(dashboard(OBJECTIVES))
PANELS: list[dict[str, Any]] = DOCUMENT["panels"]
TARGETS: list[dict[str, Any]] = [target for panel in PANELS for target in panel.get("targets", ())]


def panel(title: str) -> dict[str, Any]:
    (found,) = [panel for panel in PANELS if panel["title"] == title]
    return found


def test_prometheus_takes_every_query(tmp_path: Path) -> None:
    assert len(TARGETS) == 13
    assert f"{len(TARGETS)} rules found" in check_expressions(tmp_path, [target["expr"] for target in TARGETS])


def test_every_series_is_recorded_or_exported() -> None:
    recorded = {
        rule["record"]
        for group in yaml.safe_load(rules(OBJECTIVES))["groups"]
        for rule in group["rules"]
        if "record" in rule
    }
    exported = {value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)}
    used = {found for target in TARGETS for found in re.findall(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{", target["expr"])}
    assert used <= recorded | exported | {f"{names.DURATION}_bucket", "ALERTS"}
    assert {names.CALLS, names.IN_FLIGHT, names.REFUSALS, names.EVENTS_DROPPED} <= used
    assert {names.PROCESS_CPU, names.PROCESS_MEMORY, f"{names.DURATION}_bucket"} <= used


def test_lines_show_the_default_objectives() -> None:
    for title, limit in (
        ("Error rate", 0.01),
        ("95th percentile", 0.25),
        ("Turned away", 0.05),
        ("Error budget burn", 14.4),
    ):
        defaults = panel(title)["fieldConfig"]["defaults"]
        assert defaults["thresholds"]["steps"][-1] == {"color": "red", "value": limit}
        assert defaults["custom"] == {"thresholdsStyle": {"mode": "line"}}
    assert "thresholds" not in panel("Memory")["fieldConfig"]["defaults"]


def test_each_budget_is_compared_with_what_it_is_a_budget_of() -> None:
    usual, own = (target["expr"] for target in panel("Error budget burn")["targets"])
    assert usual.endswith(',operation!~"getTrip"} / 0.001')
    assert own.endswith(',operation=~"getTrip"} / 0.01')


def test_tables_ask_for_one_moment_and_graphs_for_a_range() -> None:
    assert [(target["instant"], target["range"]) for target in panel("Alerts")["targets"]] == [(True, False)]
    assert [(target["instant"], target["range"]) for target in panel("CPU")["targets"]] == [(False, True)]
    assert panel("Durations")["targets"][0]["format"] == "heatmap"


def test_nothing_names_a_data_source() -> None:
    assert {json.dumps(target["datasource"]) for target in TARGETS} == {
        '{"type": "prometheus", "uid": "${datasource}"}'
    }
    assert [variable["name"] for variable in DOCUMENT["templating"]["list"]] == [
        "datasource",
        "job",
        "wiring",
        "operation",
    ]


def test_panels_stand_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for found in PANELS:
        where = found["gridPos"]
        cells = {(where["x"] + x, where["y"] + y) for x in range(where["w"]) for y in range(where["h"])}
        assert not cells & taken, found["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({found["id"] for found in PANELS}) == len(PANELS)


def test_as_many_operations_as_there_are_may_have_a_budget_of_their_own() -> None:
    text = "\n".join(f'[operations.o{number}]\navailability = "99.{number:03}%"' for number in range(40))
    document = json.loads(dashboard(parse(text.encode())))
    (budget,) = [found for found in document["panels"] if found["title"] == "Error budget burn"]
    assert len({target["refId"] for target in budget["targets"]}) == 41


@given(st.permutations(["a", "b", "c"]))
def test_the_same_objectives_give_the_same_bytes(order: list[str]) -> None:
    text = "\n".join(f'[operations.{name}]\navailability = "99%"' for name in order)
    assert dashboard(parse(text.encode())) == dashboard(
        parse(b'operations = {a = {availability = "99%"}, b = {availability = "99%"}, c = {availability = "99.0 %"}}')
    )
    assert dashboard(Objectives()).endswith("}\n")
