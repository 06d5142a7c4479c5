"""What is played to each alert, and whether it fires: series at one sample a minute."""

from __future__ import annotations

from dataclasses import dataclass, field

from switchover.telemetry.objectives import buckets, parse, rules

OBJECTIVES = parse(
    b"""
    [operations.getReport]
    error_rate = "10%"
    p95 = "2s"
    availability = "99%"
    """
)
RULES = rules(OBJECTIVES)

Series = dict[str, str]


@dataclass(frozen=True)
class Case:
    """Series at one sample a minute, and the labels of the alert that fires on them `at` a time; no labels: none fires."""

    name: str
    alert: str
    series: Series
    fires: dict[str, str] | None = None
    at: str = "30m"
    says: dict[str, str] = field(default_factory=dict)
    evaluation: str = "30s"


def calls(outcome: str, values: str, *, operation: str = "getTrip", wiring: str = "serve") -> Series:
    labels = f'operation="{operation}",wiring="{wiring}",outcome="{outcome}",job="api",instance="a"'
    return {f"switchover_calls_total{{{labels}}}": values}


def durations(shares: dict[float, int], *, operation: str = "getTrip", pattern: str = "0+{}x60") -> Series:
    """A histogram that gains calls each minute: how many, by the bound that they fit under."""
    labels = f'operation="{operation}",wiring="serve",job="api",instance="a"'
    found: Series = {}
    for bound in (*buckets(OBJECTIVES), float("inf")):
        below = sum(number for limit, number in shares.items() if limit <= bound)
        shown = "+Inf" if bound == float("inf") else str(bound)
        found[f'switchover_call_duration_seconds_bucket{{{labels},le="{shown}"}}'] = pattern.format(below)
    return {**found, **calls("ok", pattern.format(sum(shares.values())), operation=operation)}


def refusals(values: str) -> Series:
    return {'switchover_refusals_total{reason="expired",job="api",instance="a"}': values}


def dropped(values: str) -> Series:
    return {'switchover_events_dropped_total{job="api",instance="a"}': values}


def up(values: str) -> Series:
    return {'up{job="api",instance="a"}': values}


CALL = {"job": "api", "wiring": "serve", "operation": "getTrip"}
SERVICE = {"job": "api", "wiring": "serve"}
INSTANCE = {"job": "api", "instance": "a"}
REPORT = {**CALL, "operation": "getReport"}

ERROR_RATE = [
    Case(
        "2 % of the calls fail",
        "SwitchoverErrorRate",
        {**calls("ok", "0+98x60"), **calls("failed", "0+2x60")},
        {**CALL, "severity": "page", "objective": "1%"},
        says={
            "summary": "getTrip (serve, api): too many calls fail",
            "description": "2% of its calls failed within 5m; the objective is 1%.",
        },
    ),
    Case(
        "a little less than 1 % fail", "SwitchoverErrorRate", {**calls("ok", "0+991x60"), **calls("failed", "0+9x60")}
    ),
    Case("none has ever failed", "SwitchoverErrorRate", calls("ok", "0+100x60")),
    Case("all were refused", "SwitchoverErrorRate", calls("refused", "0+100x60")),
    Case("all were cancelled", "SwitchoverErrorRate", calls("cancelled", "0+100x60")),
    Case("nobody calls any more", "SwitchoverErrorRate", {**calls("ok", "50+0x60"), **calls("failed", "50+0x60")}),
    Case(
        "one of three calls fails",
        "SwitchoverErrorRate",
        {**calls("ok", "0 2+0x60"), **calls("failed", "0 1+0x60")},
        at="5m",
    ),
    Case(
        "5 % of an operation fail that is promised 10 %",
        "SwitchoverErrorRate",
        {**calls("ok", "0+95x60", operation="getReport"), **calls("failed", "0+5x60", operation="getReport")},
    ),
    Case(
        "12 % of an operation fail that is promised 10 %",
        "SwitchoverErrorRate",
        {**calls("ok", "0+88x60", operation="getReport"), **calls("failed", "0+12x60", operation="getReport")},
        {**REPORT, "severity": "page", "objective": "10%"},
    ),
    Case(
        "one wiring fails and the other does not",
        "SwitchoverErrorRate",
        {**calls("ok", "0+9990x60", wiring="direct"), **calls("failed", "0+10x60", wiring="http")},
        {**CALL, "wiring": "http", "severity": "page", "objective": "1%"},
    ),
]

LATENCY = [
    Case(
        "6 % take longer than 300 ms",
        "SwitchoverLatency",
        durations({0.1: 94, 0.33: 6}),
        {**CALL, "severity": "page", "objective": "300ms"},
        says={
            "summary": "getTrip (serve, api): calls take too long",
            "description": "The slowest 5 % of its calls took longer than 305ms within 5m; the objective is 300ms.",
        },
    ),
    Case("5 % take longer than 300 ms", "SwitchoverLatency", durations({0.3: 95, 0.33: 5})),
    Case("4 % take seconds", "SwitchoverLatency", durations({0.3: 96, 10.0: 4})),
    Case("everything takes longer than the last bound", "SwitchoverLatency", durations({99.0: 100}), {**CALL, "severity": "page", "objective": "300ms"}),
    Case("one call was slow", "SwitchoverLatency", durations({2.0: 1}, pattern="0 {}+0x60"), at="5m"),
    Case("an operation takes 1 s that is promised 2 s", "SwitchoverLatency", durations({1.0: 100}, operation="getReport")),
    Case(
        "an operation takes 3 s that is promised 2 s",
        "SwitchoverLatency",
        durations({3.0: 100}, operation="getReport"),
        {**REPORT, "severity": "page", "objective": "2s"},
    ),
]  # fmt: skip

SURGE = [
    Case(
        "from 0.2 % to 2 %",
        "SwitchoverServerErrorSurge",
        {**calls("ok", "0+998x75"), **calls("failed", "0+2x60 140+20x15")},
        {**SERVICE, "severity": "page"},
        at="66m",
        says={
            "summary": "api (serve): 5xx answers surge",
            "description": "1.965% of all calls failed within 5m: more than 4 times the share of the 1h before,"
            " and of the error budget of 0.1%.",
        },
    ),
    Case(
        "over several operations, none of which fails much",
        "SwitchoverServerErrorSurge",
        {
            **calls("ok", "0+500x75", operation="a"),
            **calls("ok", "0+500x75", operation="b"),
            **calls("failed", "0+0x60 3+3x15", operation="a"),
            **calls("failed", "0+0x60 3+3x15", operation="b"),
        },
        {**SERVICE, "severity": "page"},
        at="66m",
    ),
    Case(
        "the first minutes of a service",
        "SwitchoverServerErrorSurge",
        {**calls("ok", "0+90x60"), **calls("failed", "0+10x60")},
        {**SERVICE, "severity": "page"},
        at="4m",
    ),
    Case("as bad as ever", "SwitchoverServerErrorSurge", {**calls("ok", "0+98x90"), **calls("failed", "0+2x90")}, at="80m"),
    Case(
        "more failures, because there are more calls",
        "SwitchoverServerErrorSurge",
        {**calls("ok", "0+98x60 6860+980x15"), **calls("failed", "0+2x60 140+20x15")},
        at="66m",
    ),
    Case("a handful fails", "SwitchoverServerErrorSurge", {**calls("ok", "0+98x75"), **calls("failed", "0+0x60 1+1x15")}, at="66m"),
    Case(
        "less than the error budget allows",
        "SwitchoverServerErrorSurge",
        {**calls("ok", "0+9990x75"), **calls("failed", "0+0x60 10+10x15")},
        at="66m",
    ),
]  # fmt: skip

REFUSALS = [
    Case(
        "10 % are turned away",
        "SwitchoverAuthenticationFailures",
        {**calls("ok", "0+90x60"), **calls("refused", "0+10x60"), **refusals("0+10x60")},
        {"job": "api", "severity": "ticket"},
        says={
            "summary": "api: too many callers are turned away",
            "description": "10% of those who came within 5m were not let in; the objective is 5%."
            " switchover_refusals_total says for which reasons.",
        },
    ),
    Case("4 % are turned away", "SwitchoverAuthenticationFailures", {**calls("ok", "0+96x60"), **calls("refused", "0+4x60"), **refusals("0+4x60")}),
    Case("everybody is, before they are calls", "SwitchoverAuthenticationFailures", refusals("0+100x60"), {"job": "api", "severity": "ticket"}),
    Case("one came, and was turned away", "SwitchoverAuthenticationFailures", refusals("0 1+0x60"), at="5m"),
    Case("nobody was ever turned away", "SwitchoverAuthenticationFailures", calls("ok", "0+100x60")),
    Case("calls fail for other reasons", "SwitchoverAuthenticationFailures", {**calls("refused", "0+100x60"), **refusals("5+0x60")}),
]  # fmt: skip

WATCHING = [
    Case(
        "events are dropped",
        "SwitchoverEventsDropped",
        dropped("0+1x60"),
        {**INSTANCE, "severity": "ticket"},
        says={
            "summary": "api at a: calls are not counted",
            "description": "5 events were dropped within 5m: every figure of this process is too low.",
        },
    ),
    Case("events were dropped once", "SwitchoverEventsDropped", dropped("100+0x60")),
    Case(
        "a process does not answer any more",
        "SwitchoverTargetDown",
        {**up("1+0x25 0+0x30"), **dropped("0+0x25")},
        {**INSTANCE, "severity": "page"},
        says={
            "summary": "api at a: cannot be watched",
            "description": "It answered within the last 1h and does not now: no objective of it is judged.",
        },
    ),
    Case("a process answers", "SwitchoverTargetDown", {**up("1+0x60"), **dropped("0+0x60")}),
    Case("a process of somebody else's does not answer", "SwitchoverTargetDown", up("0+0x60")),
    Case("it restarted within a scrape", "SwitchoverTargetDown", {**up("1+0x28 0 1+0x30"), **dropped("0+0x60")}, at="29m30s"),
]  # fmt: skip


BUDGET_LABELS = {**CALL, "objective": "99.9%"}


def budget(failures: str) -> Series:
    """Three days of a thousand calls a minute, then some that fail."""
    return {**calls("ok", "0+1000x4400"), **calls("failed", failures)}


BUDGET = [
    Case(
        "1.5 % fail for an hour",
        "SwitchoverErrorBudgetBurn",
        budget("0+0x4320 15+15x60"),
        {**BUDGET_LABELS, "severity": "page", "window": "1h"},
        at="4380m",
        says={
            "summary": "getTrip (serve, api): the error budget is spent too fast",
            "description": "1.478% of its calls failed within 1h. An availability of 99.9% lets 0.1% fail over 30d; 2% of that is"
            " spent within 1h, 14.4 times what lasts.",
        },
        evaluation="20m",
    ),
    Case("1.3 % fail for an hour", "SwitchoverErrorBudgetBurn", budget("0+0x4320 13+13x60"), at="4380m", evaluation="20m"),
    Case(
        "3 % failed for an hour, and none for eight minutes",
        "SwitchoverErrorBudgetBurn",
        budget("0+0x4311 30+30x60 1830+0x20"),
        at="4380m",
        evaluation="20m",
    ),
    Case("nobody calls but once an hour, in vain", "SwitchoverErrorBudgetBurn", calls("failed", "0+1x9"), at="9m"),
]  # fmt: skip


CASES = [*ERROR_RATE, *LATENCY, *SURGE, *REFUSALS, *WATCHING, *BUDGET]
