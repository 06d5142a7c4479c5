"""The rules as a file: Prometheus takes it, whatever is promised, and every operation is judged by exactly one rule."""

from __future__ import annotations

import re
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.promtool import check_rules
from switchover.telemetry.objectives import Burn, Duration, Objective, Objectives, Percentage, Timing, parse, rules
from switchover.telemetry.objectives.queries import text as literal
from switchover.telemetry.objectives.scopes import scopes
from switchover.telemetry.objectives.timing import WORKBOOK
from switchover.telemetry.objectives.units import number

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(str.isprintable)
GOALS = st.builds(
    Objective,
    error_rate=st.sampled_from(["1%", "0.001%", "99.999%"]).map(Percentage.parse),
    p95=st.sampled_from(["1ms", "300ms", "5m"]).map(Duration.parse),
    availability=st.sampled_from(["93.1%", "99.9%", "99.999%"]).map(Percentage.parse),
)
WINDOWS = st.sampled_from(["1s", "90s", "5m", "30m", "1h"]).map(Duration.parse)
PROMISES = st.builds(
    Objectives, default=GOALS, operations=st.dictionaries(NAMES, GOALS, max_size=4), window=WINDOWS
)  # fmt: skip


def groups(text: str) -> list[dict[str, Any]]:
    document = yaml.safe_load(text)
    found: list[dict[str, Any]] = document["groups"]
    return found


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PROMISES)
def test_prometheus_takes_the_rules_whatever_is_promised(tmp_path: Path, objectives: Objectives) -> None:
    assert "SUCCESS" in check_rules(tmp_path, rules(objectives))


@settings(max_examples=25)
@given(PROMISES)
def test_the_same_objectives_give_the_same_bytes(objectives: Objectives) -> None:
    turned = dict(reversed(list(objectives.operations.items())))
    again = Objectives(objectives.default, turned, objectives.window)
    assert rules(objectives).encode() == rules(again).encode()


@settings(max_examples=25)
@given(PROMISES)
def test_no_series_is_recorded_twice(objectives: Objectives) -> None:
    recorded = [rule["record"] for group in groups(rules(objectives)) for rule in group["rules"] if "record" in rule]
    assert len(recorded) == len(set(recorded))


@given(PROMISES, NAMES)
def test_every_operation_is_judged_by_the_one_rule_that_knows_what_it_is_promised(
    objectives: Objectives, other: str
) -> None:
    for attribute in ("error_rate", "p95", "availability"):
        found = list(scopes(objectives, attrgetter(attribute)))
        for operation in (*objectives.operations, other):
            judged = [scope.goal for scope in found if matches(scope.matcher, operation)]
            assert [getattr(goal, attribute) for goal in judged] == [getattr(objectives.of(operation), attribute)]


def matches(matcher: str, operation: str) -> bool:
    """What Prometheus would say, for patterns that RE2 and Python read alike."""
    if not matcher:
        return True
    found = re.fullmatch(r'operation(=~|!~)"(.*)"', matcher, re.DOTALL)
    assert found is not None
    pattern = yaml.safe_load(f'"{found[2]}"')
    return (re.fullmatch(pattern, operation) is not None) == (found[1] == "=~")


def test_a_literal_is_quoted() -> None:
    assert literal('a"b\\c') == '"a\\"b\\\\c"'


def test_burn_rates_are_those_of_the_workbook() -> None:
    assert [number(burn.rate) for burn in WORKBOOK] == ["14.4", "6", "3", "1"]
    assert [(str(burn.long), str(burn.short), burn.severity) for burn in WORKBOOK] == [
        ("1h", "5m", "page"),
        ("6h", "30m", "page"),
        ("1d", "2h", "ticket"),
        ("3d", "6h", "ticket"),
    ]


def test_a_shorter_clockwork_shortens_everything() -> None:
    second = Duration.parse("1s")
    burn = Burn(Duration.parse("20s"), Duration.parse("5s"), Percentage.parse("2%"), "page", Duration.parse("10m"))
    timing = Timing(interval=second, budget_interval=second, hold=second, before=Duration.parse("1m"), burns=(burn,))
    text = rules(parse(b'window = "5s"'), timing)
    times = set(re.findall(r"(?<![0-9.%])[0-9]+(?:ms|[smhd])\b", text.replace("300ms", "")))
    assert times == {"1s", "5s", "20s", "1m", "10m"}


def test_a_file_says_where_it_comes_from() -> None:
    assert rules(Objectives()).startswith("# Written by `switchover slo rules` from slo.toml.")


@pytest.mark.parametrize("window", ["5m", "30m"])
def test_each_window_of_the_burn_rates_is_recorded(window: str) -> None:
    text = rules(parse(f'window = "{window}"'.encode()))
    for size in ("5m", "30m", "1h", "2h", "6h", "1d", "3d"):
        assert f"record: job_wiring_operation:switchover_calls_failed:ratio{size}\n" in text
