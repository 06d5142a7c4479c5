"""The schema for editors and the parser say the same, as far as a schema can say it."""

from __future__ import annotations

import copy
import json
import tomllib
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.processes import ROOT
from switchover.errors import PlanError
from switchover.rollout.plan import parse, schema_text

VALIDATOR = jsonschema_rs.validator_for(json.loads(schema_text()))


def is_plan(value: dict[str, Any]) -> bool:
    try:
        parse(toml(value).encode())
    except PlanError as error:
        assert error.headline == "rollout.toml cannot be used"
        return False
    return True


def toml(value: dict[str, Any]) -> str:
    return "\n".join(f"{json.dumps(key, ensure_ascii=False)} = {inline(one)}" for key, one in value.items())


def inline(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{inline(key)} = {inline(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(inline(one) for one in value) + "]"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return json.dumps(value)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
odd = st.sampled_from(
    [
        *(
            "",
            "0%",
            "1",
            "1%",
            "1 %",
            "1  %",
            "01%",
            "100%",
            "100.0%",
            "100.01%",
            "99.999%",
            "1.%",
            ".5%",
            "-1%",
            "1%\n",
            "٣%",
            "12.5 %",
        ),
        *("1s", "0s", "01s", "10m", "1h ", "3w", "1.5h", "999ms1", "ms", "1234567890s", "1s\n"),
        *("in", "out", "In", "a", "a.b", "-a", "a b", "é", "a" * 63, "a" * 64, "a\n"),
        *(0, 1, -1, 0.5, True, False),
    ]
)
values = st.recursive(
    odd | texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)

PLAN: dict[str, Any] = {
    "stages": ["1%", "100%"],
    "bake": "10m",
    "waves": [
        {"name": "first", "operations": ["a", "b"], "stages": ["5%", "50.25 %"], "bake": ["1s", "30d"]},
        {"name": "second", "operations": ["c"], "bake": "1h"},
    ],
    "cohorts": {"one": {"operations": ["a", "b"], "salt": "s", "together": True}, "two": {"operations": ["c"]}},
    "users": {"staff": "in", "others": "out", "beta": "25%"},
    "overrides": {"users": ["staff"]},
}

PLACES: list[tuple[str | int, ...]] = [
    ("stages",), ("stages", 0), ("bake",), ("waves",), ("waves", 0), ("waves", 0, "name"), ("waves", 0, "operations"),
    ("waves", 1, "operations", 0), ("waves", 0, "stages"), ("waves", 0, "stages", 1), ("waves", 0, "bake"), ("waves", 0, "bake", 0),
    ("waves", 1, "bake"), ("waves", 1, "other"), ("cohorts",), ("cohorts", "one"), ("cohorts", "one", "operations"),
    ("cohorts", "one", "salt"), ("cohorts", "one", "together"), ("cohorts", "two", "other"), ("users",), ("users", "staff"),
    ("users", ""), ("overrides",), ("overrides", "users"), ("overrides", "users", 0), ("overrides", "other"), ("other",),
]  # fmt: skip


def changed(place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    plan = copy.deepcopy(PLAN)
    table: Any = plan
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = value
    return plan


def test_a_whole_plan_is_one_by_both() -> None:
    assert VALIDATOR.is_valid(PLAN)
    assert is_plan(PLAN)


@given(st.sampled_from(PLACES), values)
def test_what_the_schema_refuses_is_refused(place: tuple[str | int, ...], value: Any) -> None:
    plan = changed(place, value)
    if is_plan(plan):
        assert VALIDATOR.is_valid(plan)


BY_ITSELF: dict[tuple[str | int, ...], st.SearchStrategy[Any]] = {
    ("bake",): st.sampled_from(["10m", "1s", "0s", "01s", "1h ", "3w", "", "1s\n", 1, True, []]),
    ("waves", 1, "bake"): st.sampled_from(["10m", "1s", "0s", "3w", [], ["1m", "1h"], ["1m", 1], 1, {}]),
    ("waves", 0, "name"): odd,
    ("users", "staff"): odd,
    ("users",): st.dictionaries(texts, st.sampled_from(["in", "out", "1%", "1", 1]), max_size=3) | odd,
    ("overrides", "users"): st.lists(texts, max_size=3) | odd,
    ("overrides",): st.just({}) | odd | st.dictionaries(texts, odd, max_size=1),
    ("cohorts", "one", "salt"): texts | odd,
    ("cohorts", "two", "together"): odd,
    ("cohorts", "two", "other"): odd,
    ("other",): odd,
}
"""Places where a value is judged by itself, and not beside others: by their order, their number, or a name that is somewhere else."""


@given(st.sampled_from(list(BY_ITSELF)).flatmap(lambda place: st.tuples(st.just(place), BY_ITSELF[place])))
def test_what_is_judged_by_itself_is_judged_alike(change: tuple[tuple[str | int, ...], Any]) -> None:
    plan = changed(*change)
    assert is_plan(plan) == VALIDATOR.is_valid(plan)


def without(place: tuple[str | int, ...]) -> dict[str, Any]:
    plan = copy.deepcopy(PLAN)
    table: Any = plan
    for key in place[:-1]:
        table = table[key]
    del table[place[-1]]
    return plan


@pytest.mark.parametrize(
    "place", [("waves",), ("waves", 0, "name"), ("waves", 1, "operations"), ("cohorts", "one", "operations")]
)
def test_what_is_required_is_required_by_both(place: tuple[str | int, ...]) -> None:
    assert not VALIDATOR.is_valid(without(place))
    assert not is_plan(without(place))


@pytest.mark.parametrize(
    "place",
    [
        *(("stages",), ("bake",), ("cohorts",), ("users",), ("overrides",), ("overrides", "users"), ("users", "staff")),
        *(("waves", 1, "bake"), ("cohorts", "one", "salt"), ("cohorts", "one", "together")),
    ],
)
def test_what_may_be_left_out_may_be_left_out_by_both(place: tuple[str | int, ...]) -> None:
    assert VALIDATOR.is_valid(without(place))
    assert is_plan(without(place))


def test_the_schema_is_published() -> None:
    assert (ROOT / "docs" / "reference" / "rollout.schema.json").read_text("utf-8") == schema_text()
    jsonschema_rs.meta.validate(json.loads(schema_text()))


def test_our_own_plan_fits_the_schema() -> None:
    VALIDATOR.validate(
        tomllib.loads((ROOT / "packages/adapters/src/livetrip_adapters/rollout.toml").read_text("utf-8"))
    )
