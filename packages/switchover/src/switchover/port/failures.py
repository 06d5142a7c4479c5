"""Exceptions as problem details (RFC 9457) and back: one table for each operation, read in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from switchover.contract import STANDARD_MEMBERS, Failure
from switchover.errors import Problem
from switchover.port.problems import problem, text_of


class UnusableError(ValueError):
    """An exception that cannot be taken apart, or put together again; the message says why, and holds no values."""


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
            UnusableError: the exception does not carry what it was made with.
        """
        found: dict[str, Any] = {}
        for field in self.fields:
            try:
                value = getattr(error, field.argument)
                if value is not None or field.is_required:
                    found[field.member] = from_json(field.adapter.dump_json(value, by_alias=True, warnings="error"))
            except Exception as reason:  # attributes are the team's code, and may raise anything
                what = f"{type(error).__name__} has no {field.argument!r} that can be written ({type(reason).__name__})"
                raise UnusableError(what) from reason
        return found

    def build(self, body: Mapping[str, Any]) -> Exception:
        """The exception that a problem stands for.

        Raises:
            UnusableError: the problem lacks what the exception needs.
        """
        try:
            values = {
                field.argument: field.adapter.validate_json(to_json(body[field.member]), by_alias=True, by_name=False)
                for field in self.fields
                if field.is_required or field.member in body
            }
            return self._made(text_of(body, "detail"), values)
        except Exception as reason:  # constructors are the team's code, and may raise anything
            what = f"{self.cls.__name__} cannot be made of the answer ({type(reason).__name__})"
            raise UnusableError(what) from reason

    def _made(self, text: str, values: dict[str, Any]) -> Exception:
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

    @property
    def rank(self) -> tuple[bool, bool]:
        """Exact statuses come before ranges, and those before `default`."""
        return self.failure.status is None, self.failure.is_range


class FailureTable:
    """The failures of one operation."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.rank))
        self._by_class: dict[type[Exception], Entry] = {}
        self._by_code: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._by_code.setdefault(entry.failure.code, []).append(entry)
            if entry.form is not None:
                self._by_class.setdefault(entry.form.cls, entry)

    def entry_of(self, error: BaseException) -> Entry | None:
        """The documented failure that an exception stands for; None for an exception that is not documented."""
        if isinstance(error, Problem):
            return self._entry_for(error.status, error.code)
        for cls in type(error).__mro__:
            if cls in self._by_class:
                return self._by_class[cls]
        return None

    def write(self, error: Exception) -> tuple[int, str, dict[str, Any]] | None:
        """Status, media type and problem for a documented exception; None for one that is not.

        Raises:
            UnusableError: the exception does not carry what it was made with.
        """
        entry = self.entry_of(error)
        if entry is None:
            return None
        code = entry.failure.code if entry.failure.is_coded else None
        if isinstance(error, Problem):
            status, members, detail = error.status, _plain(error.members), error.detail
        else:
            assert entry.form is not None
            status, members, detail = entry.status, entry.form.members(error), _text(error)
        return status, entry.failure.media_type, problem(status, code, detail, members)

    def read(self, status: int, body: Mapping[str, Any]) -> Exception | None:
        """The exception that an answer stands for; None if the contract does not know it.

        Raises:
            UnusableError: it is known, and lacks what the exception needs.
        """
        entry = self._entry_for(status, body.get("code"))
        if entry is None:
            return None
        if entry.form is not None:
            return entry.form.build(body)
        code = entry.failure.code if entry.failure.is_coded else f"http_{status}"
        members = {key: value for key, value in body.items() if key not in STANDARD_MEMBERS}
        return Problem(
            code, status, text_of(body, "detail"), members=members, trace_id=text_of(body, "traceId") or None
        )

    def _entry_for(self, status: int, code: Any) -> Entry | None:
        coded: Sequence[Entry] = self._by_code.get(code, ()) if isinstance(code, str) else ()
        uncoded = (entry for entry in self.entries if not entry.failure.is_coded)
        for entry in (*coded, *uncoded):
            if entry.failure.covers(status):
                return entry
        return None


def _plain(members: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = from_json(to_json(members, inf_nan_mode="null"))
    except ValueError as error:
        raise UnusableError("the problem has members that cannot be written as JSON") from error
    return found


def _text(error: Exception) -> str:
    """The text of an exception as it was given; `str` of a KeyError would add quotes."""
    if len(error.args) == 1 and isinstance(error.args[0], str):
        return error.args[0]
    detail = getattr(error, "detail", None)
    return detail if isinstance(detail, str) else str(error)
