"""Whatever is called whatever: a table is a table, nothing moves the cursor, and no arguments end in a traceback."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.operating import Project, project
from switchover.cli.operating.rendering import duration, rendered
from switchover.cli.operating.text import printable, table, width
from switchover.rollout import CircuitState, Share
from switchover.rollout.fleet import (
    ContractsView,
    FleetView,
    OperationFigures,
    OperationView,
    SideFigures,
    WaveView,
    WorkerView,
)
from switchover.rollout.orders import JudgedWorker, Standing
from switchover.rollout.stores import WorkerBeat, WorkerSeen
from switchover.versions import ContractVersion

NAMES = st.text(st.characters(exclude_categories=())) | st.sampled_from(["\x1b[2J", "\ud800", "a\nb", "旅行", "é", ""])
SECONDS = st.floats(0, 1e9)
SIDES = st.builds(
    SideFigures,
    calls=st.integers(0, 2**60),
    error_rate=st.none() | st.floats(0, 1),
    p50=st.none() | SECONDS,
    p95=st.none() | SECONDS,
)
OPERATIONS = st.builds(
    OperationView,
    operation=NAMES,
    wave=NAMES,
    cohort=NAMES,
    stage=st.integers(0, 9),
    stages=st.integers(0, 9),
    share=st.integers(0, 10_000).map(Share),
    is_pinned=st.booleans(),
    is_held=st.booleans(),
    is_missing=st.booleans(),
    figures=st.builds(
        OperationFigures,
        direct=SIDES,
        http=SIDES,
        circuits=st.dictionaries(st.sampled_from(CircuitState), st.integers(1, 99)),
        last_http_at=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    ),
)
WORKERS = st.builds(
    WorkerView,
    st.builds(
        JudgedWorker,
        st.builds(
            WorkerSeen,
            st.builds(
                WorkerBeat,
                id=st.sampled_from(["web-1", "web-2"]),
                host=NAMES,
                pid=st.integers(0, 2**22),
                version=st.integers(0, 2**53),
                problem=NAMES,
                lease_seconds=st.none() | SECONDS,
            ),
            SECONDS,
        ),
        st.sampled_from(Standing),
        NAMES,
    ),
)
VERSIONS = st.dictionaries(st.builds(ContractVersion, NAMES, st.just("sha256:" + "0" * 16)), st.integers(1, 99))
VIEWS = st.builds(
    FleetView,
    at=st.floats(-1e300, 1e300),
    version=st.integers(0, 2**53),
    is_pinned=st.booleans(),
    waves=st.lists(
        st.builds(WaveView, name=NAMES, stage=st.integers(0, 9), stages=st.integers(0, 9), bake_seconds_left=SECONDS)
    ).map(tuple),
    operations=st.lists(OPERATIONS).map(tuple),
    workers=st.lists(WORKERS).map(tuple),
    left_out=st.integers(0, 9),
    parents=st.integers(0, 9),
    contracts=st.builds(ContractsView, workers=VERSIONS, services=VERSIONS),
)


@given(VIEWS)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_rollout_can_be_shown(view: FleetView) -> None:
    shown = rendered(view)
    shown.encode("utf-8")
    assert all(line.isprintable() for line in shown.split("\n"))
    json.dumps(view.to_json(), allow_nan=False)


def version(name: str, digit: str = "0") -> ContractVersion:
    return ContractVersion(name, "sha256:" + digit * 16)


@pytest.mark.parametrize(
    ("workers", "services", "said"),
    [
        (
            {version("1.3.0"): 1, version("1.4.0"): 2},
            {version("1.4.0"): 2},
            "2 workers have contract 1.4.0, 1 has 1.3.0; service: 1.4.0",
        ),
        ({version("1.3.0"): 1}, {version("1.4.0"): 1}, "1 worker has contract 1.3.0; service: 1.4.0"),
        ({version("1.3.0"): 1, version("1.4.0"): 1}, {}, "1 worker has contract 1.3.0, 1 has 1.4.0"),
        ({version("1"): 3}, {version("1"): 3, version("2"): 1}, "3 workers have contract 1; service: 1, 2"),
        ({}, {version("1"): 1, version("2"): 2}, "service: 2, 1"),
        (
            {version("1.4.0", "a"): 3},
            {version("1.4.0", "b"): 3},
            f"3 workers have contract 1.4.0 (sha256:{'a' * 16}); service: 1.4.0 (sha256:{'b' * 16})",
        ),
        ({version(""): 2}, {version("1"): 2}, f"2 workers have contract sha256:{'0' * 16}; service: 1"),
    ],
)
def test_a_difference_of_versions_is_said_in_one_line(
    workers: dict[ContractVersion, int], services: dict[ContractVersion, int], said: str
) -> None:
    view = FleetView(at=0, contracts=ContractsView(workers=workers, services=services))
    assert said in rendered(view).split("\n")


def test_one_version_is_nothing_to_say() -> None:
    one = {version("1.4.0"): 3}
    assert "1.4.0" not in rendered(FleetView(at=0, contracts=ContractsView(workers=one, services=one)))


def test_an_operation_that_the_service_lacks_is_marked() -> None:
    shown = rendered(FleetView(at=0, operations=(OperationView(operation="getTrip", is_missing=True),)))
    assert shown.split("\n")[-1].endswith("NOT AT THE SERVICE")


@given(st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=1), st.sets(st.integers(0, 2)).map(frozenset))
def test_a_table_has_a_line_for_each_row_and_columns_begin_together(
    rows: list[tuple[str, str, str]], right: frozenset[int]
) -> None:
    lines = table(rows, right=right).split("\n")
    assert len(lines) == len(rows)
    first = max(width(printable(row[0])) for row in rows)
    if 0 not in right and 1 not in right:
        for line, row in zip(lines, rows, strict=True):
            begin = printable(row[0]) + " " * (first - width(printable(row[0]))) + "  " + printable(row[1])
            assert line.startswith(begin.rstrip())


@given(NAMES)
def test_what_is_printable_is_left_as_it_is_and_nothing_else_gets_through(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown
    assert (shown == text) is text.isprintable()


def test_wide_characters_take_two_cells_and_marks_none() -> None:
    assert width("旅") == 2
    assert width(unicodedata.normalize("NFD", "é")) == 1


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0, "0ms"), (0.0031, "3.1ms"), (1.234, "1.23s"), (99.94, "99.9s"), (100, "2min"), (7200, "120min")],
)
def test_durations_are_shown_in_the_unit_of_people(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


WORDS = st.sampled_from(
    [
        *("--why", "--as", "--wait", "--force", "--all", "--limit", "--every", "--count", "--user", "--operation"),
        *("--group", "--backend", "--session", "--json", "--verify", "--store", "--plan", "--contract", "--"),
        *("getBook", "books", "reads", "10", "0", "http", "x.toml", "file:other", "nan", "1e999", "\0"),
    ]
)
COMMANDS = st.sampled_from(
    ["status", "start", "promote", "hold", "resume", "set", "rollback", "history", "explain", "watch"]
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return project(tmp_path, monkeypatch, capsys)


@given(COMMANDS, st.lists(WORDS | st.text(), max_size=6))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_arguments_end_in_a_traceback(here: Project, command: str, words: list[str]) -> None:
    bounded = ["--count", "1"] if command == "watch" else []
    waiting = [] if command in ("status", "history", "explain", "watch") else ["--wait", "0.01"]
    arguments: list[Any] = [command, *words, *bounded, *waiting]
    code, _, err = here.run(*arguments)
    assert code in (0, 1, 2)
    assert (code == 2) <= bool(err)
