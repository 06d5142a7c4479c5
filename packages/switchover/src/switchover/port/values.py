"""One value on its way through JSON: a Python annotation on this side, a schema of the contract on the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from switchover.contract import GapKind, SchemaCheck, Shape, gaps
from switchover.contract import pointer as json_pointer
from switchover.contract.annotations import NotAWireType, WireType, wire_type
from switchover.errors import InvalidField

_UNEXPECTED: Final = re.compile(
    r"Expected `(?P<wanted>[^`]+)`.*?\[(?:field_name='(?P<field>[^']*)', )?input_value=.*input_type=(?P<type>[\w.]+)",
    re.DOTALL,
)


class UnusableValue(ValueError):
    """A value that may not cross; `errors` says where and how."""

    def __init__(self, errors: list[InvalidField]) -> None:
        super().__init__(errors)
        self.errors = errors


class NotJson(ValueError):
    """Bytes that are not JSON."""


@dataclass(frozen=True, eq=False)
class Match:
    """A schema held against an annotation.

    Attributes:
        differences: sentences; empty if the annotation can stand for the schema.
        drops_null: members that are None have to be left out, the contract does not allow null there.
        keeps_defaults: members that were never set have to be written all the same, the contract requires them.
        is_proven: every value of the annotation fits the schema, so an answer needs no look.
    """

    wire: WireType | None
    differences: tuple[str, ...]
    drops_null: bool = False
    keeps_defaults: bool = False
    is_proven: bool = False


def match(shape: Shape, annotation: Any, *, gives: Shape | None = None) -> Match:
    """Hold a schema of the contract against a Python annotation, in both directions.

    `gives` is what will be written where that is less than the annotation allows.
    """
    try:
        wire = wire_type(annotation)
    except NotAWireType as error:
        return Match(None, (f"cannot cross as JSON: {error}",))
    taken = gaps(shape, wire.takes)
    given = gaps(gives or wire.gives, shape)
    partial = gaps(wire.takes, shape)
    differences = [f"the contract allows what {_name(annotation)} does not: {gap}" for gap in taken]
    differences += [
        f"{_name(annotation)} allows what the contract does not: {gap}"
        for gap in given
        if gap.kind in (GapKind.FORM, GapKind.LEFT_OUT)
    ]
    return Match(
        wire,
        tuple(dict.fromkeys(differences)),
        drops_null=any(gap.kind is GapKind.NULL for gap in given),
        keeps_defaults=any(gap.kind is GapKind.LEFT_OUT for gap in partial),
        is_proven=not given,
    )


def _name(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


class ValueCodec:
    """Writes and reads one value. The contract's schema decides what is valid; pydantic gives it its type.

    Attributes:
        is_proven: what `write` gives is valid by construction, `read` and `check` need not look.
    """

    __slots__ = ("_adapter", "_check", "_prune", "_read_json", "_shape", "_write", "is_proven", "label")

    def __init__(
        self,
        adapter: TypeAdapter[Any],
        check: SchemaCheck,
        shape: Shape,
        found: Match,
        label: str,
        *,
        omits_unset: bool = True,
    ) -> None:
        self._adapter = adapter
        self._check = check
        self._shape = shape
        self._read_json = adapter.validator.validate_json
        self._write, self._prune = _writer(adapter, shape, found, omits_unset=omits_unset)
        self.is_proven = found.is_proven
        self.label = label

    def write(self, value: Any) -> bytes:
        """The value as JSON.

        Raises:
            UnusableValue: it is not of the annotated type.
        """
        try:
            if self._prune:
                return to_json(self.plain(value))
            return self._write(value)
        except (PydanticSerializationError, TypeError, ValueError, RecursionError) as error:
            raise self._unwritable(error) from error

    def plain(self, value: Any) -> Any:
        """The value as plain JSON values.

        Raises:
            UnusableValue: it is not of the annotated type.
        """
        try:
            if not self._prune:
                return from_json(self._write(value), allow_inf_nan=False)
            return prune(from_json(self._write(value), allow_inf_nan=False), self._shape)
        except (PydanticSerializationError, TypeError, ValueError, RecursionError) as error:
            raise self._unwritable(error) from error

    def read(self, data: bytes) -> Any:
        """The value that JSON stands for.

        Raises:
            NotJson: it is not JSON.
            UnusableValue: it breaks the contract.
        """
        try:
            plain = from_json(data, allow_inf_nan=False)
        except ValueError as error:
            raise NotJson(str(error)) from error
        if not self._check.is_valid(plain):
            raise UnusableValue(self._check.errors(plain, self.label))
        try:
            return self._read_json(data, by_alias=True, by_name=False)
        except ValidationError as error:
            raise UnusableValue(list(_typing_errors(error, self.label))) from error

    def read_plain(self, plain: Any) -> Any:
        """The value that plain JSON values stand for.

        Raises:
            UnusableValue: they break the contract.
        """
        if not self._check.is_valid(plain):
            raise UnusableValue(self._check.errors(plain, self.label))
        try:
            if type(plain) is str or type(plain) is int:
                return self._adapter.validator.validate_python(plain, by_alias=True, by_name=False)
            return self._read_json(to_json(plain), by_alias=True, by_name=False)
        except ValidationError as error:
            raise UnusableValue(list(_typing_errors(error, self.label))) from error

    def is_instance(self, value: Any) -> bool:
        """Is the value of the annotated type already?"""
        return self._adapter.validator.isinstance_python(value, strict=True)

    def breaks(self, data: bytes) -> list[InvalidField]:
        """How JSON breaks the contract; empty if it does not."""
        plain = from_json(data)
        return [] if self._check.is_valid(plain) else self._check.errors(plain, self.label)

    def _unwritable(self, error: Exception) -> UnusableValue:
        return UnusableValue([InvalidField(self.label, _reason(error))])


def _reason(error: Exception) -> str:
    """Why a value cannot be written. pydantic's own messages end with the value, which a report must not."""
    found = _UNEXPECTED.search(str(error))
    if found is None:
        return f"cannot be written as JSON ({type(error).__name__})"
    name = f"has {found['field']}, which is" if found["field"] else "is"
    return f"{name} of type {found['type']}, and {found['wanted']} is wanted"


def _typing_errors(error: ValidationError, label: str) -> Iterator[InvalidField]:
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        path = json_pointer.of(item["loc"])
        yield InvalidField(f"{label}#{path}" if path else label, item["msg"])


def _writer(
    adapter: TypeAdapter[Any], shape: Shape, found: Match, *, omits_unset: bool
) -> tuple[Callable[[Any], bytes], bool]:
    """How to write values: None is left out where the contract has no null; members never set are left out of requests,
    where being there may mean something (a change that sets a member to its default), and not of answers, where it costs time.

    Where some members may be null and others may not, what is written is pruned by the shape afterwards.
    """
    to_bytes = adapter.serializer.to_json
    unset = omits_unset and not found.keeps_defaults
    null = found.drops_null and not _has_null(shape, set())
    prunes = found.drops_null and not null

    def write(value: Any) -> bytes:
        return to_bytes(value, by_alias=True, exclude_unset=unset, exclude_none=null, warnings="error")

    return write, prunes


def _has_null(shape: Shape, seen: set[int]) -> bool:
    if id(shape) in seen:
        return False
    seen.add(id(shape))
    return shape.is_nullable or any(_has_null(below, seen) for below in _below(shape))


def _below(shape: Shape) -> Iterator[Shape]:
    yield from shape.alternatives
    for member in shape.properties.values():
        yield member.shape
    if shape.items is not None:
        yield shape.items.shape
    if not isinstance(shape.extra, bool):
        yield shape.extra.shape


def prune(plain: Any, shape: Shape) -> Any:
    """`plain` without the nulls of members that may be left out and may not be null."""
    if isinstance(plain, list):
        below = shape.items.shape if shape.items else None
        return [prune(item, below) for item in plain] if below else plain
    if not isinstance(plain, dict):
        return plain
    known = _members(shape, plain)
    found: dict[str, Any] = {}
    for key, value in plain.items():
        member = known.get(key)
        if value is None and member is not None and not member.is_nullable:
            continue
        found[key] = prune(value, member) if member is not None else value
    return found


def _members(shape: Shape, plain: Mapping[str, Any]) -> dict[str, Shape]:
    """The shapes of an object's members; among alternatives, those of the one that knows most of its names."""
    options = [option for option in shape.alternatives if "object" in option.kinds] or [shape]
    best = max(options, key=lambda option: _fit(option, plain))
    known = {name: member.shape for name, member in best.properties.items()}
    if not isinstance(best.extra, bool):
        known = {**{name: best.extra.shape for name in plain}, **known}
    return known


def _fit(option: Shape, plain: Mapping[str, Any]) -> tuple[int, int]:
    tags = sum(
        plain[name] in member.shape.enum
        for name, member in option.properties.items()
        if name in plain and member.shape.enum is not None
    )
    return tags, sum(name in option.properties for name in plain)
