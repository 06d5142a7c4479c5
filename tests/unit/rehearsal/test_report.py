"""The report round-trips, and shows when it was edited."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from switchover.rehearsal import Measures, RehearsalReport, WorkerHttp, markdown, report_of
from switchover.rehearsal.measures import Trouble
from switchover.rehearsal.rendering import line
from switchover.rehearsal.report import ranked
from switchover.rollout.record import digest
from unit.rehearsal.made import GOOD, OBEYED, report, reports


@given(reports)
def test_a_report_is_read_as_it_was_written(found: RehearsalReport) -> None:
    written = json.dumps(found.to_json())
    assert report_of(written) == found
    assert json.loads(written)["passed"] is found.has_passed
    assert markdown(found).startswith(f"# Rehearsal of a rollback: {'passed' if found.has_passed else 'MISSED'}\n")


def resealed(data: dict[str, Any]) -> str:
    """With a digest that fits, as somebody would write it who knows how."""
    del data["digest"]
    return json.dumps({**data, "digest": digest(data)})


def test_what_was_edited_is_refused() -> None:
    missed = report(replace(GOOD, left="getTrip is at 1 %")).to_json()
    with pytest.raises(ValueError, match="#/digest does not fit the rest"):
        report_of(json.dumps({**missed, "passed": True}))
    with pytest.raises(ValueError, match="are not what the measures come to"):
        report_of(resealed({**missed, "passed": True}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(rehearsal=2), "#/rehearsal is 2; this version reads 1"),
        (lambda data: data["subject"].update(rate="fast"), "#/subject/rate: Input should be a valid number"),
        (lambda data: data["measures"]["steps"][0].pop("of"), "#/measures/steps/0/of: Field required"),
        (lambda data: data.update(more=1), "#/more is unknown"),
        (lambda data: data.pop("objective"), "#/objective is missing"),
    ],
)
def test_what_is_no_report_is_refused_with_its_place(change: Any, said: str) -> None:
    data = report().to_json()
    change(data)
    with pytest.raises(ValueError, match=said):
        report_of(resealed(data))


def test_a_distribution_is_of_what_was_measured() -> None:
    assert ranked([]) == {}
    found = ranked([number / 100 for number in range(100, 0, -1)])
    assert found == {"count": 100, "min": 0.01, "p50": 0.51, "p90": 0.91, "p99": 1.0, "max": 1.0}


def test_people_read_what_happened() -> None:
    steps = (
        OBEYED,
        replace(OBEYED, order="rollback", share=0, version=2, obeyed=3, late=("web-2",), failed=1, wrong=1),
    )
    troubles = (
        Trouble(call="getTrip (a|b)", what="builtins.TimeoutError", step=0, is_wrong=False),
        Trouble(call="getTrip", what="/title", step=1, is_wrong=True),
    )
    http = (WorkerHttp(worker="web-1", seconds=0.01), WorkerHttp(worker="web-2", seconds=None))
    told = markdown(report(Measures(steps=steps, http=http, troubles=troubles)))
    for expected in (
        "- rollback (version 2): 3 of 4 workers obeyed within 0.05 s; not: web-2",
        "| when | 2027-01-15T08:00:00Z, for 12 s |",
        "| stages | 1 %, 100 %, 3 s each |",
        "| set 1 % | 1 | 4 of 4 | 0.050 s | 10 | 0 | 0 |",
        "| rollback | 2 | 3 of 4 | 0.050 s | 10 | 1 | 1 |",
        "| web-1 | 0.010 s | 0 |",
        "| web-2 | not told | 0 |",
        "- step 1, getTrip (a\\|b): failed: builtins.TimeoutError",
        "- step 2, getTrip: another answer at /title",
        "Until the last worker obeyed, over 2 orders: min 0.050 s",
    ):
        assert expected in told
    assert "of 10 calls 0 failed and 0 had another answer" in markdown(report())
    assert "Until the last" not in markdown(report(Measures()))
    assert line(steps[0]) == "set 1 %        4 of 4 workers obeyed within 0.05 s, version 1"
    assert line(steps[1]).endswith("3 of 4 workers obeyed within 0.05 s, version 2; not: web-2")
