"""Counting is exact, and sums of sums are the same in any order."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given

from switchover.telemetry import CallEvent, Outcome, TraceContext
from switchover.telemetry.metrics.report import Report, read_report, write_report
from switchover.telemetry.metrics.totals import Example, Gauges, Totals
from unit.telemetry.metrics.counted import AT, BOUNDS, OPERATIONS, batches, counted, event


def flat(totals: Totals) -> Counter[tuple[str, ...]]:
    """Every number of the totals."""
    found: Counter[tuple[str, ...]] = Counter({("refusal", reason): n for reason, n in totals.refusals.items()})
    for operation, wirings in totals.series.items():
        for wiring, series in wirings.items():
            found.update({(operation, wiring, outcome): n for outcome, n in series.outcomes.items()})
            found.update({(operation, wiring, f"bucket {place}"): n for place, n in enumerate(series.buckets)})
            found[operation, wiring, "nanoseconds"] += series.nanoseconds
            found.update({(operation, wiring, f"because {reason}"): n for reason, n in series.reasons.items()})
    return +found


def naively(found: list[list[CallEvent]]) -> Counter[tuple[str, ...]]:
    """The same, one event after the other."""
    counts: Counter[tuple[str, ...]] = Counter()
    for one in (one for batch in found for one in batch):
        operation = one.operation if one.operation in OPERATIONS else "other"
        nanoseconds = round(one.duration * 1e9)
        place = sum(nanoseconds > round(bound * 1e9) for bound in BOUNDS)
        counts[operation, one.wiring, one.outcome.value] += 1
        counts[operation, one.wiring, f"bucket {place}"] += 1
        counts[operation, one.wiring, "nanoseconds"] += nanoseconds
        if one.reason != "wired":
            word = "other" if one.reason == "no word of ours" else one.reason
            counts[operation, one.wiring, f"because {word}"] += 1
        if one.refusal and one.wiring == "serve":
            counts["refusal", one.refusal if one.refusal == "expired" else "other"] += 1
    return +counts


@given(batches)
def test_any_batches_are_counted_as_their_events_are(found: list[list[CallEvent]]) -> None:
    assert flat(counted(found)) == naively(found)


@given(batches, batches)
def test_workers_together_count_what_one_would_have_counted(
    mine: list[list[CallEvent]], theirs: list[list[CallEvent]]
) -> None:
    together, one = counted(mine).plus(counted(theirs)), counted(mine + theirs)
    assert (together.series, together.refusals, together.dropped) == (one.series, one.refusals, one.dropped)


@given(batches, batches, batches)
def test_adding_up_is_associative_and_commutative(
    a: list[list[CallEvent]], b: list[list[CallEvent]], c: list[list[CallEvent]]
) -> None:
    one, two, three = counted(a), counted(b), counted(c)
    assert one.plus(two) == two.plus(one)
    assert one.plus(two).plus(three) == one.plus(two.plus(three))


@given(batches)
def test_what_is_written_is_read_back(found: list[list[CallEvent]]) -> None:
    report = Report(counted(found), Gauges({"serve": 3}, 4096))
    assert read_report(write_report(report)) == report


def test_totals_with_other_bounds_do_not_add_up_and_their_calls_do() -> None:
    totals = counted([[event()]])
    other = Totals((1, 2))
    with pytest.raises(ValueError, match="buckets with 2 bounds and other ones cannot be added up"):
        other.plus(totals)
    series = totals.within((1, 2)).plus(other).series["getTrip"]["serve"]
    assert series.outcomes["ok"] == 1
    assert (series.buckets, series.nanoseconds, series.examples) == ((0, 0, 0), 0, (None, None, None))
    assert totals.within(totals.bounds) is totals


def test_memory_adds_up_as_far_as_it_is_known() -> None:
    known, unknown = Gauges({"serve": 1}, 10), Gauges({"serve": 2, "http": 1})
    assert known.plus(unknown) == unknown.plus(known) == Gauges({"serve": 3, "http": 1}, 10)
    assert known.plus(known).memory == 20
    assert unknown.plus(unknown).memory is None


# -- examples ---------------------------------------------------------------------------------------------------------


def example(*found: CallEvent) -> Example:
    [shown] = [one for one in counted([list(found)]).series["getTrip"]["serve"].examples if one is not None]
    return shown


def at(seconds: float, trace: int, flags: int = 2) -> CallEvent:
    return event(at=AT + seconds - 0.2, position=TraceContext(trace, 1, flags))


def test_an_example_is_the_newest_call_of_its_bucket() -> None:
    assert example(at(1, 0xA), at(3, 0xC), at(2, 0xB)) == Example(AT + 3, f"{0xC:032x}", False, 200_000_000)


def test_of_the_newest_minute_a_sampled_call_is_shown() -> None:
    assert example(at(1, 0xA, 3), at(3, 0xC)).trace_id == f"{0xA:032x}"
    assert example(at(1, 0xA, 3), at(70, 0xC)).trace_id == f"{0xC:032x}"


def test_a_call_without_a_position_is_no_example() -> None:
    assert counted([[event()]]).series["getTrip"]["serve"].examples == (None,) * 4


def test_a_bound_belongs_to_the_bucket_below_it() -> None:
    durations = (0.1, 0.1000001, 0.3, 1.0, 1.1, -0.5)
    series = counted([[event(duration=seconds) for seconds in durations]]).series["getTrip"]["serve"]
    assert series.buckets == (2, 2, 1, 1)


def test_an_operation_has_every_wiring_of_the_process_at_0_and_every_outcome() -> None:
    totals = counted([], ("direct", "http"))
    assert {operation: sorted(wirings) for operation, wirings in totals.series.items()} == {
        "getTrip": ["direct", "http"],
        "listTrips": ["direct", "http"],
    }
    assert totals.series["getTrip"]["http"].outcomes == dict.fromkeys(("ok", "refused", "failed", "cancelled"), 0)
    assert totals.refusals == {}
    assert set(counted([]).refusals.values()) == {0}


def test_a_refusal_that_a_client_met_is_none_of_ours() -> None:
    found = [event(wiring="http", outcome=Outcome.REFUSED, refusal="expired"), event(refusal="expired")]
    assert counted([found]).refusals["expired"] == 1
