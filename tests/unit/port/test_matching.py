"""Annotations that are read and compared once for many operations."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from switchover.contract.annotations import NotAWireType, WireTypes
from switchover.port.matching import match, remembered
from unit.contract.documents import shape_of


@dataclass
class Part:
    name: str


@dataclass
class Whole:
    parts: list[Part]


def other() -> type:
    """A class of the same name."""

    @dataclass
    class Part:
        number: int

    return Part


def test_what_two_annotations_hold_is_one_shape() -> None:
    wires = WireTypes()
    wires.prepare([Part, Whole, list[Whole]])

    whole = wires.read(Whole).takes
    listed = wires.read(list[Whole]).takes.items
    assert listed is not None
    assert listed.shape.properties["parts"].shape is whole.properties["parts"].shape


def test_one_annotation_that_cannot_be_read_leaves_the_others_alone() -> None:
    wires = WireTypes()
    wires.prepare([Part, type[int], Whole, "NoSuchName", int])

    assert "name" in wires.read(Part).takes.properties
    assert "parts" in wires.read(Whole).takes.properties
    with pytest.raises(NotAWireType, match="class"):
        wires.read(type[int])


def test_classes_of_one_name_are_kept_apart() -> None:
    wires = WireTypes()
    assert set(wires.read(list[Part]).takes.items.shape.properties) == {"name"}  # type: ignore[union-attr]
    assert set(wires.read(list[other()]).takes.items.shape.properties) == {"number"}  # type: ignore[union-attr, misc]
    assert set(wires.read(Whole).takes.properties) == {"parts"}


def test_a_gap_is_found_as_often_as_it_is_looked_for() -> None:
    shape = shape_of({"type": "object", "properties": {"name": {"type": "integer"}}, "required": ["name"]})
    listed = shape_of({"type": "array", "items": {"type": "object", "properties": {"name": {"type": "integer"}}}})
    with remembered([Part, list[Part]]):
        first = match(shape, Part)
        assert match(shape, Part) is first
        assert any("string" in difference for difference in first.differences)
        assert any("/*/name" in difference for difference in match(listed, list[Part]).differences)
    assert match(shape, Part).differences == first.differences
