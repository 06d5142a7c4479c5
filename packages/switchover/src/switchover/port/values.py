"""One value on its way through JSON: a Python annotation on this side, a schema of the contract on the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticSerializationError, from_json, to_json
from pydantic_core.core_schema import ErrorType

from switchover.contract import SchemaCheck, Shape
from switchover.contract import pointer as json_pointer
from switchover.errors import InvalidField
from switchover.port.matching import Match
from switchover.port.pruning import has_null, prune
from switchover.port.tolerance import STRICT, AnswerReading, Unknown, relax, without_strangers

_UNEXPECTED: Final = re.compile(
    r"Expected `(?P<wanted>[^`]+)`.*?\[(?:field_name='(?P<field>[^']*)', )?input_value=.*input_type=(?P<type>[\w.]+)",
    re.DOTALL,
)
_UNWRITABLE: Final = (PydanticSerializationError, TypeError, ValueError, RecursionError)
_LONGEST_SHOWN: Final = 60


_PLAIN: Final = frozenset(get_args(ErrorType)) - {
    "assertion_error", "date_from_datetime_parsing", "date_parsing", "datetime_from_date_parsing", "datetime_object_invalid",
    "datetime_parsing", "get_attribute_error", "json_invalid", "mapping_type", "iteration_error", "time_delta_parsing",
    "time_parsing", "union_tag_invalid", "url_parsing", "url_syntax_violation", "uuid_parsing", "value_error",
}  # fmt: skip
"""Errors of pydantic's whose words are its own alone, and name limits at most."""


class UnusableValue(ValueError):
    """A value that may not cross. It is raised without a cause: pydantic's own errors repeat the value.

    Attributes:
        errors: where and how.
        is_malformed: whether it does not parse as its type at all, instead of breaking a rule of the contract about it.
    """

    def __init__(self, errors: list[InvalidField], *, is_malformed: bool = False) -> None:
        super().__init__(errors)
        self.errors = errors
        self.is_malformed = is_malformed


class NotJson(UnusableValue):
    """Bytes that are not JSON."""


class UnknownValues(ValueError):
    """JSON with values that a newer version of the contract lists; `errors` says where, and what they are unless they are personal."""

    def __init__(self, errors: list[InvalidField]) -> None:
        super().__init__(errors)
        self.errors = errors


class ValueCodec:
    """Writes and reads one value. The contract's schema decides what is valid; pydantic gives it its type."""

    __slots__ = (
        "_adapter",
        "_check",
        "_is_text",
        "_is_valid",
        "_prunes",
        "_read_json",
        "_read_text",
        "_shape",
        "_sound",
        "_write",
        "_write_unseen",
        "label",
    )

    def __init__(self, found: Match, check: SchemaCheck, shape: Shape, label: str, *, omits_unset: bool = True) -> None:
        assert found.wire is not None
        self._adapter: TypeAdapter[Any] = found.wire.adapter
        self._check = check
        self._is_valid = check.is_valid
        self._shape = shape
        self._read_json = self._adapter.validator.validate_json
        self._read_text: Callable[[Any], Any] = self._adapter.validator.validate_strings
        self._is_text = found.wire.takes.kinds == {"string"}
        self._write, self._write_unseen, self._prunes = _writers(self._adapter, shape, found, omits_unset=omits_unset)
        self._sound = found.sound
        self.label = label

    def write(self, value: Any) -> bytes:
        """The value as JSON, of its annotation's form; whether the contract takes it is for whoever reads it.

        Raises:
            UnusableValue: it is not of the annotated type.
        """
        try:
            data = self._write(value)
            return self._pruned(data) if self._prunes else data
        except _UNWRITABLE as error:
            raise self._unwritable(value, error) from None

    def write_valid(self, value: Any) -> bytes:
        """The value as JSON that the contract takes.

        Raises:
            UnusableValue: it is not of the annotated type, or breaks the contract.
        """
        if type(value) is self._sound:
            # What is right by construction needs no look while it is written, which would take a third of the time.
            try:
                return self._write_unseen(value)
            except _UNWRITABLE as error:
                raise self._unwritable(value, error) from None
        data = self.write(value)
        self._checked(data)
        return data

    def _pruned(self, data: bytes) -> bytes:
        return to_json(prune(from_json(data), self._shape))

    def plain(self, value: Any) -> Any:
        """The value as plain JSON values.

        Raises:
            UnusableValue: it is not of the annotated type.
        """
        try:
            return from_json(self.write(value))
        except ValueError as error:
            raise self._unwritable(value, error) from None

    def read(self, data: bytes, reading: AnswerReading = STRICT) -> Any:
        """Return the value that JSON stands for.

        Args:
            data: the JSON.
            reading: what becomes of parts that the contract does not know.

        Raises:
            NotJson: it is not JSON.
            UnusableValue: it breaks the contract.
            UnknownValues: nothing is wrong with it but values that the contract does not list.
        """
        plain = self._parsed(data)
        if not self._is_valid(plain):
            if reading is STRICT:
                raise UnusableValue(self._check.errors(plain, self.label))
            data = to_json(self._relaxed(plain, reading))
        try:
            return self._read_json(data, by_alias=True, by_name=False)
        except ValidationError as error:
            raise UnusableValue(self._typing_errors(error)) from None

    def read_plain(self, plain: Any) -> Any:
        """The value that plain JSON values stand for.

        Raises:
            UnusableValue: they break the contract, or are no JSON values.
        """
        try:
            if not self._is_valid(plain):
                raise UnusableValue(self._check.errors(plain, self.label))
            if self._is_text and type(plain) is str:
                return self._read_text(plain)
            return self._read_json(to_json(plain), by_alias=True, by_name=False)
        except UnusableValue:
            raise
        except ValidationError as error:
            raise UnusableValue(self._typing_errors(error)) from None
        except _UNWRITABLE:
            raise UnusableValue([InvalidField(self.label, "is no JSON value")]) from None

    def read_parameter(self, plain: Any) -> Any:
        """The same, of a value that came as text: one that is not of its type or format is malformed.

        Raises:
            UnusableValue: it breaks the contract.
        """
        try:
            return self.read_plain(plain)
        except UnusableValue as error:
            error.is_malformed = self._check.breaks_form(plain)
            raise

    def shown(self, path: str) -> str:
        """A JSON Pointer into the value as it may be told: without names that are personal themselves."""
        return self._check.shown_pointer(path)

    def is_instance(self, value: Any) -> bool:
        """Is the value of the annotated type already?"""
        return self._adapter.validator.isinstance_python(value, strict=True)

    def _parsed(self, data: bytes) -> Any:
        try:
            return from_json(data, allow_inf_nan=False)
        except ValueError:
            raise NotJson([InvalidField(self.label, "is not JSON")]) from None

    def _checked(self, data: bytes) -> None:
        plain = self._parsed(data)
        if not self._is_valid(plain):
            raise UnusableValue(self._check.errors(plain, self.label))

    def _relaxed(self, plain: Any, reading: AnswerReading) -> Any:
        """What the contract knows of a value that fails its schema. Members are left out and values replaced; the schema judges again."""
        relaxed = relax(plain, self._shape, reading)
        value = relaxed.value
        if relaxed.is_judged and not self._is_valid(value) and reading.unknown_members == "ignore":
            value = without_strangers(value, self._check)
        if relaxed.is_judged and not self._is_valid(value):
            raise UnusableValue(self._check.errors(value, self.label))
        if relaxed.unknown:
            raise UnknownValues([self._unlisted(found) for found in relaxed.unknown])
        return value

    def _unlisted(self, found: Unknown) -> InvalidField:
        path = json_pointer.of(self._check.shown(found.path))
        is_shown = not self._check.is_personal(found.path) and len(str(found.value)) <= _LONGEST_SHOWN
        what = f"is {found.value!r}" if is_shown else "has a value"
        return InvalidField(f"{self.label}#{path}" if path else self.label, f"{what}, which this version does not know")

    def _typing_errors(self, error: ValidationError) -> list[InvalidField]:
        """What pydantic says of a value that the contract takes, without the value."""
        return [
            InvalidField(f"{self.label}#{path}" if path else self.label, _said(item))
            for item in error.errors(include_url=False, include_context=False, include_input=False)
            for path in [json_pointer.of(self._check.shown(item["loc"]))]
        ]

    def _unwritable(self, value: Any, error: Exception) -> UnusableValue:
        """Where a value is not of its type: the contract's schema names the place, where it can be written at all."""
        try:
            data = self._write_unseen(value)
            plain = from_json(self._pruned(data) if self._prunes else data)
            errors = [] if self._is_valid(plain) else self._check.errors(plain, self.label)
        except _UNWRITABLE:
            errors = []
        return UnusableValue(errors or [InvalidField(self.label, _reason(error))])


def _reason(error: Exception) -> str:
    """Why a value cannot be written. pydantic's own messages end with the value, which a report must not."""
    found = _UNEXPECTED.search(str(error))
    if found is None:
        return f"cannot be written as JSON ({type(error).__name__})"
    name = f"has {found['field']}, which is" if found["field"] else "is"
    return f"{name} of type {found['type']}, and {found['wanted']} is wanted"


def _said(item: ErrorDetails) -> str:
    """What an error of pydantic's says, where its words cannot repeat the value: those of the team's own validators may."""
    kind = item["type"]
    return item["msg"] if kind in _PLAIN else f"is refused by its type ({kind})"


def _writers(
    adapter: TypeAdapter[Any], shape: Shape, found: Match, *, omits_unset: bool
) -> tuple[Callable[[Any], bytes], Callable[[Any], bytes], bool]:
    """How to write values, and how to write them without a look at their types: None is left out where the contract has no
    null; members never set are left out of requests, where being there may mean something (a change that sets a member to its
    default), and not of answers, where it costs time.

    Where some members may be null and others may not, what is written is pruned by the shape afterwards.
    """
    null = found.drops_null and not has_null(shape)
    options: dict[str, Any] = {"by_alias": True}
    if omits_unset and not found.keeps_defaults:
        options["exclude_unset"] = True
    if null:
        options["exclude_none"] = True
    write = adapter.serializer.to_json
    return (
        partial(write, **options, warnings="error"),
        partial(write, **options, warnings=False),
        found.drops_null and not null,
    )
