"""What shapes say, held against what the JSON Schema engine says."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from switchover.contract import Document, GapKind, SchemaEngine, gaps, reader
from unit.contract.documents import of_schemas, schema
from unit.contract.schemas import LEAVES, SCHEMAS, VALUES, only, values, weakened

# A schema that is a reference to itself and nothing else is no schema.
POOLS = st.fixed_dictionaries({"A": SCHEMAS, "B": LEAVES, "C": SCHEMAS}).filter(
    lambda pool: not any("$ref" in schema for schema in pool.values())
)
LAW = settings(max_examples=100, suppress_health_check=list(HealthCheck))


def _judge(document: Document, name: str, value: Any) -> bool:
    is_valid: bool = SchemaEngine(document).check(schema(document, name)).is_valid(value)
    return is_valid


@LAW
@given(pool=POOLS, target=SCHEMAS)
def test_every_schema_fits_itself(pool: Any, target: Any) -> None:
    read, document = reader(), of_schemas({**pool, "S": target, "T": target})

    assert gaps(read(schema(document, "S")), read(schema(document, "S"))) == []
    assert gaps(read(schema(document, "S")), read(schema(document, "T"))) == []


@LAW
@given(data=st.data(), pool=POOLS, source=SCHEMAS)
def test_where_no_gap_is_found_every_value_of_the_source_is_one_of_the_target(
    data: st.DataObject, pool: Any, source: Any
) -> None:
    target = data.draw(weakened(source) | SCHEMAS, "target")
    document = of_schemas({**pool, "S": source, "T": target})
    read = reader()
    found = gaps(read(schema(document, "S")), read(schema(document, "T")))

    for _ in range(4):
        value = data.draw(values(source, pool), "value")
        if not found and _judge(document, "S", value):
            event("a value to judge")
            assert _judge(document, "T", value)


@LAW
@given(data=st.data(), pool=POOLS, target=SCHEMAS)
def test_a_value_that_shows_no_gap_is_valid_and_a_valid_one_has_the_right_form(
    data: st.DataObject, pool: Any, target: Any
) -> None:
    value = data.draw(values(target, pool) | VALUES, "value")
    document = of_schemas({**pool, "S": only(value), "T": target})
    read = reader()
    found = gaps(read(schema(document, "S")), read(schema(document, "T")))
    is_valid = _judge(document, "T", value)
    event(f"valid: {is_valid}, gaps: {bool(found)}")

    if not found:
        assert is_valid
    if is_valid:
        assert [gap for gap in found if gap.kind is not GapKind.VALUE and "not known" not in gap.message] == []


@LAW
@given(data=st.data(), pool=POOLS, parts=st.lists(SCHEMAS, min_size=2, max_size=3))
def test_a_value_that_every_part_allows_has_the_form_of_the_whole(data: st.DataObject, pool: Any, parts: Any) -> None:
    value = data.draw(values({"allOf": parts}, pool), "value")
    document = of_schemas(
        {**pool, "P": only(value), "S": {"allOf": parts}, **{f"S{i}": part for i, part in enumerate(parts)}}
    )
    read = reader()

    if all(_judge(document, f"S{index}", value) for index in range(len(parts))):
        event("a value of every part")
        found = gaps(read(schema(document, "P")), read(schema(document, "S")))
        assert [gap for gap in found if gap.kind is not GapKind.VALUE and "not known" not in gap.message] == []
