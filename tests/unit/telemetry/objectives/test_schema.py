"""The schema of slo.toml and its parser accept the same documents."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.processes import ROOT
from switchover.cli import main
from switchover.errors import ObjectivesError
from switchover.telemetry.objectives import parse
from switchover.telemetry.objectives.schema import SCHEMA, schema

JUDGE = jsonschema_rs.Draft202012Validator(SCHEMA)


def as_toml(value: Any) -> str:
    """A value in TOML, tables inline. JSON's texts are TOML's basic strings, but for what JSON leaves as it is."""
    match value:
        case dict():
            return "{" + ", ".join(f"{as_toml(str(key))} = {as_toml(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(as_toml, value)) + "]"
        case str():
            return json.dumps(value).replace("\x7f", "\\u007f")
        case bool():
            return str(value).lower()
        case _:
            return repr(value)


def is_parsed(document: dict[str, Any]) -> bool:
    text = "".join(f"{as_toml(key)} = {as_toml(value)}\n" for key, value in document.items())
    try:
        parse(text.encode())
    except ObjectivesError as error:
        assert "is no TOML" not in str(error)
        return False
    return True


# Near the bounds, where the two would part: every unit, leading zeros, decimals, blanks.
NUMBERS = st.one_of(
    st.integers(0, 999).map(str),
    st.sampled_from(["0", "00", "1", "5", "6", "59", "60", "61", "99", "100", "300", "301", "999", "1000", "3600", "3601"]),
    st.sampled_from(["299999", "300000", "300001", "3599999", "3600000", "3600001", "01", "093", "094", "1000000000"]),
)  # fmt: skip
DURATIONS = st.builds(lambda count, unit: count + unit, NUMBERS, st.sampled_from(["ms", "s", "m", "h", "d", " s", ""]))
DECIMALS = st.one_of(st.just(""), st.sampled_from([".0", ".05", ".055", ".056", ".06", ".060", ".1", ".000", ".0000"]), st.integers(0, 9999).map(lambda n: f".{n}"))  # fmt: skip
WHOLE = st.one_of(NUMBERS, st.sampled_from(["92", "93", "94", "99"]))
PERCENTAGES = st.builds(lambda whole, rest, end: whole + rest + end, WHOLE, DECIMALS, st.sampled_from(["%", " %", "", "  %", "%\n"]))  # fmt: skip
# No whole numbers as floats: to a schema 4.0 is an integer, to TOML it is none.
OTHERS = st.one_of(st.booleans(), st.integers(-1, 1_000_002), st.just(0.5), st.text("a1%m", max_size=3), st.just([]), st.just({}))  # fmt: skip
VALUES = st.one_of(DURATIONS, PERCENTAGES, OTHERS)
GOALS = {"error_rate": PERCENTAGES, "p95": DURATIONS, "availability": PERCENTAGES}
LIMITS = {
    "window": DURATIONS, "minimum_calls": st.integers(-1, 1_000_002), "authentication_failure_rate": PERCENTAGES, "surge": st.integers(0, 12),
}  # fmt: skip
NAMES = st.one_of(st.just("getTrip"), st.text("aZ_ .\t\x7f\u00a0\u200bé", max_size=3))


def tables(fields: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    mostly = {name: st.one_of(values, values, values, VALUES) for name, values in fields.items()}
    return st.fixed_dictionaries({}, optional={**mostly, "typo": VALUES})


OPERATIONS = st.one_of(st.dictionaries(NAMES, st.one_of(tables(GOALS), OTHERS), max_size=3), OTHERS)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={name: st.one_of(values, VALUES) for name, values in (GOALS | LIMITS).items()}
    | {"operations": OPERATIONS, "typo": OTHERS},
)


@settings(max_examples=300)
@given(DOCUMENTS)
def test_a_document_is_taken_by_both_or_by_neither(document: dict[str, Any]) -> None:
    assert JUDGE.is_valid(document) == is_parsed(document)


@settings(max_examples=500)
@given(st.sampled_from(sorted(GOALS | LIMITS)), VALUES)
def test_a_value_is_taken_by_both_or_by_neither(key: str, value: Any) -> None:
    assert JUDGE.is_valid({key: value}) == is_parsed({key: value})


@pytest.mark.parametrize("key", ["p95", "window"])
@pytest.mark.parametrize("unit", ["ms", "s", "m", "h", "d"])
def test_every_duration_near_a_bound_is_judged_alike(key: str, unit: str) -> None:
    counts = {*range(400), *range(990, 1010), *range(3590, 3610)}
    counts |= {bound + step for bound in (10_000, 100_000, 300_000, 1_000_000, 3_600_000) for step in range(-3, 4)}
    documents = [{key: f"{count}{unit}"} for count in counts]
    assert [d for d in documents if JUDGE.is_valid(d) != is_parsed(d)] == []


@pytest.mark.parametrize("key", ["error_rate", "availability"])
def test_every_percentage_near_a_bound_is_judged_alike(key: str) -> None:
    thousandths = [*range(30), *range(93_000, 93_200), *range(99_980, 100_020)]
    documents = [{key: f"{value / 1000:.{places}f}%"} for value in thousandths for places in (1, 2, 3)]
    assert [d for d in documents if JUDGE.is_valid(d) != is_parsed(d)] == []


def test_the_published_schema_is_the_one_that_the_command_writes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slo", "schema"]) == 0
    written = capsys.readouterr().out
    assert written == schema() == (ROOT / "docs" / "reference" / "slo.schema.json").read_text("utf-8")
    jsonschema_rs.meta.validate(json.loads(written))
