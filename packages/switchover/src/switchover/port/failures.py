"""Exceptions as problem details (RFC 9457) and back: one table for each operation, read in both directions."""

from __future__ import annotations

import http
import inspect
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from switchover.contract import STANDARD_MEMBERS, Failure, Operation
from switchover.contract.naming import is_same, snake
from switchover.errors import (
    WIRE_ERRORS,
    CallError,
    InvalidField,
    InvalidRequest,
    MethodNotAllowed,
    Problem,
    ServiceUnavailable,
)

ErrorClasses = Mapping[str | int, type[Exception]] | Iterable[type[Exception]] | type[Exception] | None
"""The exceptions of a port: the base class of a tree, the classes one by one, or classes by code or status."""

PROBLEM_JSON: Final = "application/problem+json"

_DETAIL: Final = ("detail", "message", "msg")
_WIRE_BY_CODE: Final = {error.code: error for error in WIRE_ERRORS}
_WIRE_BY_STATUS: Final = {error.status: error for error in WIRE_ERRORS}


@dataclass(frozen=True, eq=False)
class Field:
    """One argument of an exception that travels as a member of the problem."""

    argument: str
    member: str
    adapter: TypeAdapter[Any]
    is_required: bool


@dataclass(frozen=True, eq=False)
class ErrorForm:
    """How one exception class is taken apart and put together again.

    Attributes:
        detail: the argument that takes the text; None if the text is the only positional argument; "" if there is none.
    """

    cls: type[Exception]
    detail: str | None
    fields: tuple[Field, ...]

    def members(self, error: Exception) -> dict[str, Any]:
        """What the problem says besides code and detail.

        Raises:
            AttributeError, PydanticSerializationError: the exception does not carry what it was made with.
        """
        found = {field.member: (field, getattr(error, field.argument)) for field in self.fields}
        return {
            name: field.adapter.dump_python(value, mode="json", by_alias=True, warnings="error")
            for name, (field, value) in found.items()
            if value is not None or field.is_required
        }

    def build(self, problem: Mapping[str, Any]) -> Exception:
        """The exception that a problem stands for.

        Raises:
            ValidationError, KeyError: the problem lacks what the exception needs.
        """
        values = {
            field.argument: field.adapter.validate_json(to_json(problem[field.member]))
            for field in self.fields
            if field.is_required or field.member in problem
        }
        text = problem.get("detail")
        if self.detail is None:
            return self.cls(text, **values) if text else self.cls(**values)
        if self.detail and text:
            values[self.detail] = text
        return self.cls(**values)


@dataclass(frozen=True, eq=False)
class Entry:
    """One documented failure and the exception that stands for it."""

    failure: Failure
    status: int
    form: ErrorForm | None


class FailureTable:
    """The failures of one operation."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_class = {entry.form.cls: entry for entry in self.entries if entry.form is not None}
        self._by_code: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._by_code.setdefault(entry.failure.code, []).append(entry)

    def entry_of(self, error: BaseException) -> Entry | None:
        """The documented failure that an exception stands for; None for an exception that is not documented."""
        if isinstance(error, Problem):
            return next(iter(self._by_code.get(error.code, ())), None)
        for cls in type(error).__mro__:
            if cls in self._by_class:
                return self._by_class[cls]
        return None

    def write(self, error: Exception) -> tuple[int, str, dict[str, Any]] | None:
        """Status, media type and problem for a documented exception; None for one that is not.

        Raises:
            AttributeError, PydanticSerializationError: the exception does not carry what it was made with.
        """
        entry = self.entry_of(error)
        if entry is None:
            return None
        if entry.form is not None:
            members, detail = entry.form.members(error), _text(error)
        else:
            assert isinstance(error, Problem)
            members, detail = dict(error.members), error.detail
        code = entry.failure.code if entry.failure.is_coded else None
        return entry.status, entry.failure.media_type, problem(entry.status, code, detail, members)

    def read(self, status: int, body: Mapping[str, Any]) -> Exception | None:
        """The exception that an answer stands for; None if the contract does not know it.

        Raises:
            ValidationError, KeyError, TypeError: it is known, and lacks what the exception needs.
        """
        entry = self._entry_for(status, body.get("code"))
        if entry is None:
            return None
        if entry.form is not None:
            return entry.form.build(body)
        code = entry.failure.code if entry.failure.is_coded else f"http_{status}"
        members = {key: value for key, value in body.items() if key not in STANDARD_MEMBERS}
        return Problem(
            code, status, _string(body.get("detail")), members=members, trace_id=_string(body.get("traceId")) or None
        )

    def _entry_for(self, status: int, code: Any) -> Entry | None:
        for entry in self._by_code.get(code, ()) if isinstance(code, str) else ():
            if entry.failure.covers(status):
                return entry
        uncoded = [entry for entry in self.entries if not entry.failure.is_coded and entry.failure.covers(status)]
        return min(uncoded, key=lambda entry: (entry.failure.status is None, entry.failure.is_range), default=None)


# -- making the table -------------------------------------------------------------------------------------------------


def classes_by_key(errors: ErrorClasses, protocol: type) -> dict[str | int, type[Exception]]:
    """Exception classes by code; by status where they were given so. Without any, those that the Protocol's module knows."""
    if errors is None:
        return _keyed(_of_module(protocol))
    if isinstance(errors, Mapping):
        return dict(errors)
    if isinstance(errors, type):
        return _keyed(_tree(errors))
    return _keyed(errors)


def _keyed(classes: Iterable[type[Exception]]) -> dict[str | int, type[Exception]]:
    found: dict[str | int, type[Exception]] = {}
    for cls in classes:
        code = getattr(cls, "code", None)
        if isinstance(code, str) and code:
            found[code] = cls
            continue
        name = snake(cls.__name__)
        for key in (name, name.removesuffix("_error"), name.removesuffix("_exception")):
            found.setdefault(key, cls)
    return found


def _tree(base: type[Exception]) -> Iterator[type[Exception]]:
    for cls in base.__subclasses__():
        yield cls
        yield from _tree(cls)


def _of_module(protocol: type) -> Iterator[type[Exception]]:
    module = inspect.getmodule(protocol)
    for value in vars(module).values() if module else ():
        if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, CallError):
            if value.__module__ != "builtins":
                yield value


def table_for(operation: Operation, classes: Mapping[str | int, type[Exception]]) -> tuple[FailureTable, list[str]]:
    """The failures of an operation with their exceptions, and what keeps them from being told apart or put together."""
    entries: list[Entry] = []
    differences: list[str] = []
    for failure in operation.failures:
        if failure.is_coded and failure.code in _WIRE_BY_CODE and failure.code not in classes:
            continue
        entry, found = _entry(failure, classes)
        entries.append(entry)
        differences += [f"{_label(failure)}: {message}" for message in found]
    return FailureTable(entries), differences + _shared(entries)


def _entry(failure: Failure, classes: Mapping[str | int, type[Exception]]) -> tuple[Entry, list[str]]:
    status = failure.status if failure.status is not None else 500
    cls = classes.get(failure.code) or (classes.get(failure.status) if failure.status is not None else None)
    if cls is not None:
        form, differences = _form(cls, failure)
        return Entry(failure, status, form), differences
    if failure.is_coded:
        return Entry(failure, status, None), [
            f"no exception class stands for it; give one the attribute code = {failure.code!r}"
        ]
    return Entry(failure, status, None), []


def _form(cls: type[Exception], failure: Failure) -> tuple[ErrorForm, list[str]]:
    detail, parameters = _arguments(cls)
    hints = _hints(cls)
    fields: list[Field] = []
    differences: list[str] = []
    for parameter in parameters:
        member = next((name for name in failure.members if is_same(name, parameter.name)), None)
        is_required = parameter.default is parameter.empty
        if member is not None:
            adapter: TypeAdapter[Any] = TypeAdapter(hints.get(parameter.name, Any))
            fields.append(Field(parameter.name, member, adapter, is_required))
        elif is_required:
            differences.append(
                f"{cls.__name__} is made with {parameter.name!r}, which the problem does not carry; "
                f"add a member {parameter.name!r} to it, or give the argument a default"
            )
    filled = {field.member for field in fields}
    for member in sorted(failure.required - filled):
        differences.append(f"the problem requires {member!r}, and {cls.__name__} takes no such argument")
    return ErrorForm(cls, detail, tuple(fields)), differences


def _arguments(cls: type[Exception]) -> tuple[str | None, list[inspect.Parameter]]:
    """Where the text goes, and the other arguments of the constructor."""
    if cls.__init__ in (Exception.__init__, BaseException.__init__) or _is_builtin(cls.__init__):
        return None, []
    parameters = [
        parameter
        for parameter in list(inspect.signature(cls.__init__).parameters.values())[1:]
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    detail = next((parameter.name for parameter in parameters if parameter.name in _DETAIL), "")
    return detail, [parameter for parameter in parameters if parameter.name != detail]


def _is_builtin(function: Any) -> bool:
    return not inspect.isfunction(function)


def _hints(cls: type[Exception]) -> dict[str, Any]:
    if _is_builtin(cls.__init__):
        return {}
    try:
        return typing.get_type_hints(cls.__init__, include_extras=True)
    except NameError:
        return {}


def _label(failure: Failure) -> str:
    status = "default" if failure.status is None else str(failure.status)
    return f"failure {status} {failure.code}" if failure.is_coded else f"failure {status}"


def _shared(entries: list[Entry]) -> list[str]:
    """One class for two codes could not be told apart on the way out."""
    found: dict[type[Exception], str] = {}
    differences = []
    for entry in entries:
        if entry.form is None:
            continue
        first = found.setdefault(entry.form.cls, entry.failure.code)
        if first != entry.failure.code:
            differences.append(
                f"{entry.form.cls.__name__} stands for both {first!r} and {entry.failure.code!r}; give each a class"
            )
    return differences


# -- problem details --------------------------------------------------------------------------------------------------


def problem(status: int, code: str | None, detail: str, members: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Problem details. `type` is `about:blank`, so `title` is the phrase of the status (RFC 9457, section 4.2.1)."""
    found: dict[str, Any] = {"type": "about:blank", "title": _phrase(status), "status": status}
    if code is not None:
        found["code"] = code
    if detail:
        found["detail"] = detail
    found.update(members or {})
    return found


def write_wire_error(error: CallError) -> dict[str, Any]:
    """Problem details of a failure of the kit's own."""
    members: dict[str, Any] = {}
    if isinstance(error, InvalidRequest):
        members["errors"] = [{"where": item.where, "detail": item.detail} for item in error.errors]
    return problem(error.status, error.code, error.detail, members)


def read_wire_error(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> CallError | None:
    """The failure of the kit's own that an answer stands for, by its code, or by its status if it has none; None otherwise."""
    code = body.get("code")
    cls = _WIRE_BY_CODE.get(code) if isinstance(code, str) else _WIRE_BY_STATUS.get(status)
    if cls is None or cls.status != status:
        return None
    detail, trace = _string(body.get("detail")), _string(body.get("traceId")) or None
    if cls is InvalidRequest:
        return InvalidRequest(detail, errors=list(_invalid_fields(body.get("errors"))), trace_id=trace)
    if cls is ServiceUnavailable:
        after = headers.get("retry-after", "")
        return ServiceUnavailable(detail, retry_after=int(after) if after.isdecimal() else None, trace_id=trace)
    if cls is MethodNotAllowed:
        allow = [method.strip() for method in headers.get("allow", "").split(",") if method.strip()]
        return MethodNotAllowed(detail, allow=allow, trace_id=trace)
    return cls(detail, trace_id=trace)


def _invalid_fields(errors: Any) -> Iterator[InvalidField]:
    for item in errors if isinstance(errors, list) else ():
        if isinstance(item, dict) and isinstance(item.get("where"), str) and isinstance(item.get("detail"), str):
            yield InvalidField(item["where"], item["detail"])


def read_problem(data: bytes) -> dict[str, Any]:
    """The members of a problem; empty for what is none."""
    try:
        value = from_json(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _phrase(status: int) -> str:
    if status in _PHRASES:
        return _PHRASES[status]
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Error"


_PHRASES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
"""RFC 9110 renamed these; older standard libraries have the older names."""


def _text(error: Exception) -> str:
    """The text of an exception as it was given; `str` of a KeyError would add quotes."""
    if len(error.args) == 1 and isinstance(error.args[0], str):
        return error.args[0]
    detail = getattr(error, "detail", None)
    return detail if isinstance(detail, str) else str(error)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


UNBUILDABLE: Final = (ValidationError, KeyError, TypeError, ValueError)
"""What putting an exception together may raise when the answer lacks what it needs."""

UNREADABLE: Final = (AttributeError, PydanticSerializationError, TypeError, ValueError)
"""What taking an exception apart may raise when it does not carry what it was made with."""
