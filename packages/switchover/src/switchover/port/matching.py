"""A schema of the contract and a Python annotation, held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from switchover.contract import GapKind, Shape
from switchover.contract.annotations import NotAWireType, WireType, WireTypes, key_of
from switchover.contract.shapes.compare import Comparer
from switchover.port.construction import sound_model


@dataclass(frozen=True, eq=False)
class Match:
    """A schema held against an annotation.

    Attributes:
        differences: sentences; empty if the annotation can stand for the schema.
        drops_null: members that are None have to be left out, the contract does not allow null there.
        keeps_defaults: members that were never set have to be written all the same, the contract requires them.
        sound: a class whose instances fit the schema by construction, so that an answer of it needs no look.
    """

    wire: WireType | None
    differences: tuple[str, ...]
    drops_null: bool = False
    keeps_defaults: bool = False
    sound: type | None = None


def match(shape: Shape, annotation: Any, *, gives: Shape | None = None) -> Match:
    """Hold a schema of the contract against a Python annotation, in both directions.

    `gives` is what will be written where that is less than the annotation allows.
    """
    known = _memory.get() or _Memory()
    key = (shape, key_of(annotation), gives)
    if key not in known.matches:
        known.matches[key] = _match(shape, annotation, gives, known)
    return known.matches[key]


@contextmanager
def remembered(annotations: Sequence[Any]) -> Iterator[None]:
    """Read each annotation, and compare what several of them share, once while this is entered; `annotations` are read now."""
    memory = _Memory()
    memory.wires.prepare(annotations)
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


@dataclass
class _Memory:
    wires: WireTypes = field(default_factory=WireTypes)
    comparer: Comparer = field(default_factory=Comparer)
    matches: dict[tuple[Shape, Any, Shape | None], Match] = field(default_factory=dict)


_memory: ContextVar[_Memory | None] = ContextVar("memory", default=None)


def _match(shape: Shape, annotation: Any, gives: Shape | None, known: _Memory) -> Match:
    try:
        wire = known.wires.read(annotation)
    except NotAWireType as error:
        return Match(None, (f"cannot cross as JSON: {error}",))
    gaps = known.comparer.gaps
    taken = gaps(shape, wire.takes)
    given = gaps(gives or wire.gives, shape)
    partial = gaps(wire.takes, shape)
    differences = [f"the contract allows what {name_of(annotation)} does not: {gap}" for gap in taken]
    differences += [
        f"{name_of(annotation)} allows what the contract does not: {gap}"
        for gap in given
        if gap.kind in (GapKind.FORM, GapKind.LEFT_OUT)
    ]
    return Match(
        wire,
        tuple(dict.fromkeys(differences)),
        drops_null=any(gap.kind is GapKind.NULL for gap in given),
        keeps_defaults=any(gap.kind is GapKind.LEFT_OUT for gap in partial),
        sound=None if given else sound_model(wire.adapter.core_schema),
    )


def name_of(annotation: Any) -> str:
    """How messages call an annotation."""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")
