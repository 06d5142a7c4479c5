"""What pydantic says about a Python annotation, as shapes that can be held against the contract's."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import PydanticInvalidForJsonSchema, PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError
from pydantic_core import PydanticSerializationError

from switchover.contract.node import Tree
from switchover.contract.python_schema import PortJsonSchema
from switchover.contract.shapes.shape import Shape
from switchover.contract.shapes.shaping import reader

__all__ = ["NotAWireType", "PortJsonSchema", "WireType", "WireTypes", "wire_type"]

_UNKNOWN: Final = (
    PydanticSchemaGenerationError,
    PydanticInvalidForJsonSchema,
    PydanticUndefinedAnnotation,
    PydanticSerializationError,
    PydanticUserError,
)


class NotAWireType(TypeError):
    """An annotation whose values cannot cross as JSON; the message says why."""


@dataclass(frozen=True, eq=False)
class WireType:
    """A Python annotation: its adapter, what it takes and what it gives."""

    adapter: TypeAdapter[Any]
    takes: Shape
    gives: Shape


def wire_type(annotation: Any) -> WireType:
    """Read an annotation.

    Raises:
        NotAWireType: pydantic does not know it, or JSON cannot carry it.
    """
    return WireTypes().read(annotation)


class WireTypes:
    """Annotations, each read once, and so that what several of them hold has one shape."""

    def __init__(self) -> None:
        self._known: dict[Any, WireType] = {}
        self._takes = _Definitions("validation")
        self._gives = _Definitions("serialization")

    def prepare(self, annotations: Sequence[Any]) -> None:
        """Read many annotations at once, in a fraction of the time; those that cannot be read are left for `read` to refuse."""
        try:
            self._read(annotations)
        except (TypeError, ValueError, NameError, AttributeError, RecursionError):  # NotAWireType is a TypeError
            half = len(annotations) // 2
            for part in (annotations[:half], annotations[half:]) if half else ():
                self.prepare(part)

    def read(self, annotation: Any) -> WireType:
        """See `wire_type`."""
        key = key_of(annotation)
        if key not in self._known:
            self._read([annotation])
        return self._known[key]

    def _read(self, annotations: Sequence[Any]) -> None:
        try:
            adapters: list[TypeAdapter[Any]] = [TypeAdapter(annotation) for annotation in annotations]
            taken, given = self._takes.shapes(adapters), self._gives.shapes(adapters)
        except _UNKNOWN as error:
            raise NotAWireType(_reason(error)) from error
        for annotation, adapter, takes, gives in zip(annotations, adapters, taken, given, strict=True):
            self._known[key_of(annotation)] = WireType(adapter, takes, gives)


def key_of(annotation: Any) -> Any:
    """What is the same for annotations that are written alike: equal ones may differ in the order of a union."""
    try:
        hash(annotation)
    except TypeError:
        return _Same(annotation)
    return annotation, repr(annotation)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """An annotation that is the same as none but itself."""

    annotation: Any


def _reason(error: Exception) -> str:
    """The first sentence; what follows is about settings of pydantic's."""
    return str(error).splitlines()[0].partition(". ")[0].rstrip(".")


class _Definitions:
    """The shapes of one mode. Definitions that several annotations share are shapes once."""

    def __init__(self, mode: Literal["validation", "serialization"]) -> None:
        self._mode = mode
        self._schemas: dict[str, Any] = {}
        self._roots: list[Any] = []
        self._tree = _tree({"$defs": self._schemas, "roots": self._roots})
        self._read = reader()

    def shapes(self, adapters: Sequence[TypeAdapter[Any]]) -> list[Shape]:
        """The shapes of the values of annotations."""
        inputs = [(index, self._mode, adapter) for index, adapter in enumerate(adapters)]
        with warnings.catch_warnings():
            # pydantic warns of defaults that JSON cannot carry; such a default never crosses.
            warnings.simplefilter("ignore")
            made, shared = TypeAdapter.json_schemas(inputs, by_alias=True, schema_generator=PortJsonSchema)
        schemas = [made[index, self._mode] for index, _ in enumerate(adapters)]
        definitions = shared.get("$defs", {})
        if any(self._schemas.setdefault(name, found) != found for name, found in definitions.items()):
            # Classes of one name in two modules.
            tree, read = _tree({"$defs": definitions, "roots": schemas}), reader()
            return [read(tree.root.at("roots").at(index)) for index in range(len(schemas))]
        first = len(self._roots)
        self._roots += schemas
        return [self._read(self._tree.root.at("roots").at(first + index)) for index in range(len(schemas))]


def _tree(value: Any) -> Tree:
    return Tree("annotation", "3.1", {}, {"annotation": value})
