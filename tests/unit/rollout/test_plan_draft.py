"""A first plan from a contract: it is one, it is the same every time, and what is safe goes first."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.processes import ROOT
from switchover.contract import Document, Operation, OperationReader
from switchover.errors import PlanError
from switchover.rollout.plan import draft, parse


def contract(addresses: list[tuple[str, str, str]]) -> list[Operation]:
    """Operations of these ids, methods and paths."""
    paths: dict[str, list[str]] = {}
    for operation_id, method, path in addresses:
        paths.setdefault(path, []).append(
            f"    {method}: {{operationId: {operation_id}, responses: {{'204': {{description: d}}}}}}"
        )
    lines = ["openapi: 3.1.0", "info: {title: t, version: '1'}", "paths:"]
    for path, methods in paths.items():
        lines += [f'  "{path}":', *methods]
    text = "\n".join(lines).encode()
    return [one for one, _ in OperationReader(Document.read("c.yaml", lambda _: text)).read()]


segments = st.text(string.ascii_letters + string.digits + "._~-", min_size=1, max_size=6) | st.sampled_from(
    ["{a}", "op0", "é~"]
)
addresses = st.lists(
    st.tuples(st.sampled_from(["get", "post", "delete", "head"]), st.lists(segments, max_size=3).map(lambda parts: "/" + "/".join(parts))),
    min_size=1,
    max_size=8,
    unique=True,
)  # fmt: skip


@given(addresses)
def test_a_draft_is_a_plan(found: list[tuple[str, str]]) -> None:
    operations = contract([(f"op{number}", method, path) for number, (method, path) in enumerate(found)])
    text = draft(operations)
    assert text == draft(operations)
    plan = parse(text.encode(), operations=operations)
    safe = {operation.id: operation.is_safe for operation in operations}
    in_order = [safe[name] for name in plan.operations]
    assert in_order == sorted(in_order, reverse=True)
    assert sorted(plan.operations) == sorted(safe)
    assert sum(len(cohort.operations) for cohort in plan.cohorts) == len(operations)


def test_resources_that_nobody_writes_go_first_then_reads_then_writes() -> None:
    operations = contract(
        [
            ("createTrip", "post", "/trips"),
            ("listTrips", "get", "/trips"),
            ("getTrip", "get", "/trips/{id}"),
            ("getHealth", "get", "/health"),
        ]
    )
    plan = parse(draft(operations).encode(), operations=operations)
    assert [(wave.name, wave.operations) for wave in plan.waves] == [
        ("first", ("getHealth",)),
        ("reads", ("listTrips", "getTrip")),
        ("writes", ("createTrip",)),
    ]
    assert [(one.name, set(one.operations)) for one in plan.cohorts] == [
        ("trips", {"createTrip", "listTrips", "getTrip"}),
        ("health", {"getHealth"}),
    ]
    assert plan.users == {}
    assert plan.overrides == frozenset()


def test_waves_without_operations_are_left_out() -> None:
    plan = parse(draft(contract([("add", "post", "/books")])).encode())
    assert [wave.name for wave in plan.waves] == ["writes"]


def test_a_cohort_is_named_as_nothing_else_is() -> None:
    operations = contract(
        [
            ("trips", "get", "/trips"),
            ("a", "get", "/v1.2/trips"),
            ("b", "get", "/a$b"),
            ("c", "get", "/a!b"),
            ("d", "get", "/{tenant}"),
            ("e", "get", "/{tenant}/{trip}/root"),
            ("f", "get", "/~"),
        ]
    )
    plan = parse(draft(operations).encode(), operations=operations)
    assert [one.name for one in plan.cohorts] == ["trips-2", "v1.2", "a-b", "a-b-2", "root", "root-2"]
    assert plan.group_of("e").name == "root"


def test_a_contract_without_operations_is_nothing_to_plan() -> None:
    with pytest.raises(PlanError, match=r"there is nothing to plan\n  - the contract has no operations"):
        draft([])


def test_the_plan_of_livetrip_is_one() -> None:
    document = Document.load(ROOT / "openapi" / "openapi.yaml")
    operations = [one for one, _ in OperationReader(document).read()]
    plan = parse((ROOT / "packages/adapters/src/livetrip_adapters/rollout.toml").read_bytes(), operations=operations)
    assert len(plan.operations) == 18
    assert plan.waves[0].operations == ("getHealth", "getSession")
