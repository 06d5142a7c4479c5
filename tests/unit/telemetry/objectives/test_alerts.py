"""Each alert, played by promtool: it fires when it must, and is silent when it must be."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from support.promtool import play
from unit.telemetry.objectives.played import BUDGET_LABELS, CALL, CASES, REPORT, RULES, Case, Series, calls


@pytest.mark.parametrize(
    "case",
    CASES,
    ids=lambda case: f"{case.alert.removeprefix('Switchover')}: {case.name}",
)
def test_an_alert_fires_when_it_must_and_only_then(case: Case, tmp_path: Path) -> None:
    play(
        tmp_path,
        RULES,
        case.series,
        firing=[(case.at, case.alert, [case.fires] if case.fires else [])],
        evaluation=case.evaluation,
    )


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.says],
    ids=lambda case: case.alert.removeprefix("Switchover"),
)
def test_an_alert_says_what_happened_and_what_was_promised(case: Case, tmp_path: Path) -> None:
    assert case.fires is not None
    play(
        tmp_path, RULES, case.series, saying=[(case.at, case.alert, case.fires, case.says)], evaluation=case.evaluation
    )


def test_every_alert_is_played_both_ways_and_its_words_are_read() -> None:
    written = {rule["alert"] for group in yaml.safe_load(RULES)["groups"] for rule in group["rules"] if "alert" in rule}
    assert {case.alert for case in CASES if case.fires} == written
    assert {case.alert for case in CASES if not case.fires} == written
    assert {case.alert for case in CASES if case.says} == written


WINDOWS = {"1h": (144, "page"), "6h": (60, "page"), "1d": (30, "ticket"), "3d": (10, "ticket")}
"""How many of 10,000 calls may fail, by the window over which they are counted."""


def test_each_window_of_the_error_budget_has_a_rate_of_its_own(tmp_path: Path) -> None:
    """For three days, of one operation a tenth more than each limit fails, and of another a tenth less."""
    series: Series = {}
    expected = []
    for limit, _ in WINDOWS.values():
        for failures in (limit + limit // 10, limit - limit // 10):
            name = f"fails{failures}"
            series |= calls("ok", f"0+{10_000 - failures}x4380", operation=name)
            series |= calls("failed", f"0+{failures}x4380", operation=name)
            labels = {**BUDGET_LABELS, "operation": name}
            expected += [
                {**labels, "window": window, "severity": severity}
                for window, (most, severity) in WINDOWS.items()
                if failures > most
            ]
    assert len(expected) == 4 + 3 + 3 + 2 + 2 + 1 + 1
    play(tmp_path, RULES, series, firing=[("4380m", "SwitchoverErrorBudgetBurn", expected)], evaluation="60m")


@pytest.mark.parametrize(("failures", "windows"), [(15, ["1h", "6h", "1d", "3d"]), (13, ["6h", "1d", "3d"])])
def test_an_operation_has_an_error_budget_of_its_own(failures: int, windows: list[str], tmp_path: Path) -> None:
    """15 % within an hour are 15 times what 99 % allows; the longer windows hold the same calls, as long as there are no others."""
    series = {
        **calls("ok", f"0+{100 - failures}x70", operation="getReport"),
        **calls("failed", f"0+{failures}x70", operation="getReport"),
    }
    expected = [{**REPORT, "objective": "99%", "window": window, "severity": WINDOWS[window][1]} for window in windows]
    play(tmp_path, RULES, series, firing=[("65m", "SwitchoverErrorBudgetBurn", expected)])


def test_what_has_never_failed_has_an_error_rate_of_zero(tmp_path: Path) -> None:
    shares = ("job_wiring_operation:switchover_calls_failed:ratio5m", "job_wiring:switchover_calls_failed:ratio5m")
    counts = ("job_wiring:switchover_calls_failed:increase5m",)
    play(tmp_path, RULES, calls("ok", "0+9x60"), giving=[("30m", f"sum({name})", 0) for name in (*shares, *counts)])


def test_what_is_not_called_has_no_error_rate(tmp_path: Path) -> None:
    play(
        tmp_path,
        RULES,
        calls("ok", "9+0x60"),
        giving=[
            ("30m", "count(job_wiring_operation:switchover_calls_failed:ratio5m) or vector(-1)", -1),
            ("30m", "sum(job_wiring_operation:switchover_calls:increase5m)", 0),
        ],
    )


def test_an_alert_waits_a_minute_and_then_fires(tmp_path: Path) -> None:
    series = {**calls("ok", "0+98x60"), **calls("failed", "0+0x28 50+50x10")}
    labels = {**CALL, "severity": "page", "objective": "1%"}
    play(
        tmp_path,
        RULES,
        series,
        firing=[("29m30s", "SwitchoverErrorRate", []), ("30m", "SwitchoverErrorRate", [labels])],
    )
