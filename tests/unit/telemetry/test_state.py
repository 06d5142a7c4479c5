"""`tracestate`, W3C Trace Context, level 2, section 3.3."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchover.telemetry import is_state, read_state
from switchover.telemetry.state import MAX_CHARACTERS, MAX_MEMBERS

FIRST = string.ascii_lowercase + string.digits
KEYS = st.builds(str.__add__, st.sampled_from(FIRST), st.text(FIRST + "_-*/@", max_size=255))
PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in ",=")
VALUES = st.builds(str.__add__, st.text(PRINTABLE, max_size=255), st.sampled_from(PRINTABLE.replace(" ", "")))
SHORT_KEYS = st.text(FIRST, min_size=1, max_size=12)
SHORT_VALUES = st.text(FIRST, min_size=1, max_size=100)
SPACE = st.text(" \t", max_size=3)


@given(KEYS, VALUES)
@example("a" * 256, "~" * 256)
@example("0", "  leading blanks are part of a value")
@example("9@9@", "!")
def test_a_member_that_follows_the_grammar_is_passed_on_as_it_is(key: str, value: str) -> None:
    member = f"{key}={value}"
    assert read_state([member]) == member
    assert is_state(member)


@given(st.dictionaries(SHORT_KEYS, SHORT_VALUES, min_size=1, max_size=MAX_MEMBERS), st.data())
def test_lines_are_one_list_however_they_are_split_and_spaced(members: dict[str, str], data: st.DataObject) -> None:
    listed = [f"{key}={value}" for key, value in members.items()]
    lines = [""]
    for member in listed:
        if data.draw(st.booleans()):
            lines.append("")
        lines[-1] += f"{data.draw(SPACE)}{member}{data.draw(SPACE)},{data.draw(SPACE)},"
    assert read_state(lines) == ",".join(listed)


@pytest.mark.parametrize(
    "line",
    [
        "alone", "=1", "key=", "key= ", "key=a=b", "key =1", "Key=1", "kEy=1", "key.key=1", "_key=1", "-key=1", "*key=1", "/key=1", "@key=1",
        "ke y=1", "k" * 257 + "=1", "key=" + "v" * 257, "key=a\tb", "key=é", "ключ=1", "key=a\x7f", "key=a\x00", "key=a\r\nset-cookie: b",
        "key=1;other=2", "key=1\n", "\xa0key=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["{}", "good=1,{}", "{},good=1", "good=1,{},better=2"])
def test_one_malformed_member_discards_all_of_them(line: str, place: str) -> None:
    assert read_state([place.format(line)]) == ""
    assert read_state(place.format(line).split(",")) == ""


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["foo=1,foo=1"], "foo=1"),
        (["foo=1,foo=2"], "foo=1"),
        (["foo=1", "foo=1"], "foo=1"),
        (["foo=1", "foo=2"], "foo=1"),
        (["vendor=a,foo=1,other=b,foo=2"], "vendor=a,foo=1,other=b"),
    ],
)
def test_duplicate_keys_keep_their_first_member_and_all_other_vendors(lines: list[str], kept: str) -> None:
    """The cases of `test_tracestate_duplicated_keys` in the W3C suite, and what stands beside them."""
    assert read_state(lines) == kept


def test_duplicates_do_not_count_towards_the_most_members() -> None:
    members = [f"k{number}={number}" for number in range(MAX_MEMBERS)]
    assert read_state([",".join(members), "k0=other"]) == ",".join(members)


def test_up_to_thirty_two_members_are_passed_on_and_empty_ones_do_not_count() -> None:
    members = [f"k{number}={number}" for number in range(MAX_MEMBERS)]
    assert read_state([",".join(members)]) == read_state([", ,\t,".join(members), "", ","]) == ",".join(members)
    assert read_state([",".join([*members, "one=more"])]) == ""


@pytest.mark.parametrize("lines", [[], [""], [" \t "], [",,", " , \t,"], ["", ""]])
def test_nothing_is_no_state(lines: list[str]) -> None:
    assert read_state(lines) == ""


def test_a_list_that_is_too_long_loses_its_large_members_first_and_then_its_last_ones() -> None:
    small = [f"s{number:02}=" + "s" * 96 for number in range(20)]
    large = [f"l{number:02}=" + "l" * 200 for number in range(12)]
    mixed = [*large[:5], *small[:9], *large[5:], *small[9:]]
    kept = read_state([",".join(mixed)]).split(",")
    assert kept == [*large[:5], *small[:9], *large[5:10], *small[9:]]

    tiny = [f"t{number:02}=" + "t" * 124 for number in range(32)]
    assert len(",".join(tiny)) == MAX_CHARACTERS + 31
    assert read_state([",".join(tiny)]) == ",".join(tiny[:-1])


@given(st.dictionaries(SHORT_KEYS, VALUES, max_size=MAX_MEMBERS))
def test_at_least_512_characters_are_passed_on_in_order(members: dict[str, str]) -> None:
    listed = [f"{key}={value}" for key, value in members.items()]
    kept = read_state([",".join(listed)])
    assert len(kept) >= min(512, len(",".join(listed)))
    assert len(kept) <= MAX_CHARACTERS
    remaining = iter(listed)
    assert all(member in remaining for member in kept.split(",") if member)


GRAMMAR = re.compile(r"[a-z0-9][-a-z0-9_*/@]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~]")


@given(
    st.lists(
        st.one_of(st.text(), st.binary().map(lambda data: data.decode("latin-1")), st.text("a@=, \t1", max_size=40))
    )
)
@example(["," * 100_000])
@example(["a=1" + ",a=1" * 20_000])
def test_any_text_is_passed_on_as_a_list_that_follows_the_grammar_or_not_at_all(lines: list[str]) -> None:
    found = read_state(lines)
    assert read_state([found]) == found
    assert is_state(found)
    members = found.split(",") if found else []
    assert len(members) <= MAX_MEMBERS
    assert all(GRAMMAR.fullmatch(member) for member in members)
    assert len({member.partition("=")[0] for member in members}) == len(members)
