"""W3C Trace Context, level 2."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchover.telemetry import TraceContext, parse, start
from switchover.telemetry.trace import derived

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HERE = int(TRACE, 16), int(SPAN, 16)


def test_a_header_says_where_in_the_trace_a_call_is() -> None:
    found = parse(f"00-{TRACE}-{SPAN}-01")
    assert found == TraceContext(*HERE, 1)
    assert found.is_sampled
    assert found.header == f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE[:-1]}-{SPAN}-01",
    ],
)
def test_a_header_that_breaks_the_format_is_ignored(header: str | None) -> None:
    assert parse(header) is None


@pytest.mark.parametrize("around", ["{} ", " {}", "\t{}", "{}\t", " \t{} \t "])
def test_white_space_around_a_header_does_not_count(around: str) -> None:
    assert parse(around.format(f"00-{TRACE}-{SPAN}-01")) == TraceContext(*HERE, 1)


@pytest.mark.parametrize(
    ("flags", "known"), [("00", 0), ("01", 1), ("02", 2), ("03", 3), ("04", 0), ("fd", 1), ("ff", 3)]
)
def test_flags_that_are_not_known_are_not_passed_on(flags: str, known: int) -> None:
    assert parse(f"00-{TRACE}-{SPAN}-{flags}") == TraceContext(*HERE, known)


def test_what_tracing_systems_remember_is_a_part_of_the_position() -> None:
    found = parse(f"00-{TRACE}-{SPAN}-01", [" a=1", "b@c=2 "])
    assert found == TraceContext(*HERE, 1, "a=1,b@c=2")
    assert found.child().state == derived(1, 2, found).state == "a=1,b@c=2"
    assert parse(f"00-{TRACE}-{SPAN}-01", ["a=1", "A=2"]) == TraceContext(*HERE, 1, "")
    assert parse("00-", ["a=1"]) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert parse(f"01-{TRACE}-{SPAN}-ff-what-comes-later") == TraceContext(*HERE, 3)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")), st.lists(st.text()))
@example(f"00-{TRACE}-{SPAN}-01", ["a=1"])
@example(f"cc-{TRACE}-{SPAN}-01-\u0660", ["a=1,"])
@example(f"00-{TRACE[:-1]}\u0661-{SPAN}-01", [])
def test_any_text_is_a_position_or_ignored(text: str, states: list[str]) -> None:
    found = parse(text, states)
    assert found is None or parse(found.header, [found.state]) == found


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.integers(0, 3))
def test_what_is_written_is_read(trace: int, span: int, flags: int) -> None:
    here = TraceContext(trace, span, flags)
    assert parse(here.header) == here


def test_a_new_trace_has_ids_of_its_own() -> None:
    found = [start() for _ in range(1000)]
    assert all(
        re.fullmatch("[0-9a-f]{32}", here.trace_id) and re.fullmatch("[0-9a-f]{16}", here.span_id) for here in found
    )
    assert all(parse(here.header) == here for here in found)
    assert len({here.trace_id for here in found}) == len({here.span_id for here in found}) == 1000
    assert not found[0].is_sampled


def test_a_child_is_another_position_in_the_same_trace() -> None:
    here = TraceContext(*HERE, 3)
    child = here.child()
    assert (child.trace_id, child.flags) == (TRACE, 3)
    assert child.span_id != SPAN
    assert parse(child.header) == child


def test_a_forked_child_makes_other_ids_than_its_parent() -> None:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, start().trace_id.encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 32).decode() != start().trace_id
    os.close(read)
    os.close(write)


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 2**40), min_size=2, max_size=50), st.booleans())
def test_numbers_give_positions_that_do_not_meet(seed: int, numbers: set[int], is_below: bool) -> None:
    outside = TraceContext(*HERE, 3) if is_below else None
    found = [derived(seed, number, outside) for number in numbers]
    assert found == [derived(seed, number, outside) for number in numbers]
    assert len({here.span for here in found}) == len(numbers)
    assert all(parse(here.header) == here for here in found)
    assert {(here.trace_id, here.flags) for here in found} == {(TRACE, 3)} or not is_below


def test_bits_of_derived_positions_are_even() -> None:
    found = [derived(7, number, None) for number in range(4000)]
    for bit in range(128):
        assert 1800 < sum(here.trace >> bit & 1 for here in found) < 2200
    for bit in range(64):
        assert 1800 < sum(here.span >> bit & 1 for here in found) < 2200
