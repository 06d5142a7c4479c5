"""Exceptions as problem details (RFC 9457) and back: one table for each operation, read in both directions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import from_json, to_json

from switchover.contract import STANDARD_MEMBERS, Failure, Operation, SchemaCheck, pointer
from switchover.errors import CallError, Problem
from switchover.port.errorform import ErrorForm, UnusableError
from switchover.port.failurebodies import find_text, make_problem, read_invalid_fields, write_failure, write_kits_own
from switchover.port.passing import is_of_another_call
from switchover.port.problems import BLANK, PROBLEM_JSON, is_kits_own, is_wire_code, text_of
from switchover.port.tolerance import STRICT, AnswerReading, relax

_THE_KITS_OWN: Final = STANDARD_MEMBERS - {"detail"}
_NO_HEADERS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, eq=False)
class Entry:
    """One documented failure and the exception that stands for it.

    Attributes:
        check: holds a problem against the contract's schema; None where the contract describes none.
    """

    failure: Failure
    status: int
    form: ErrorForm | None
    check: SchemaCheck | None = None

    def require(self, body: Mapping[str, Any], passed_over: AbstractSet[str]) -> None:
        """Refuse a problem that breaks the contract, the members `passed_over` aside.

        Raises:
            UnusableError: it does; every place is named.
        """
        if self.check is None or self.check.is_valid(body):
            return
        broken = [(path, what) for path, what in self.check.problems(body) if not path or path[0] not in passed_over]
        if broken:
            raise UnusableError(*dict.fromkeys((pointer.of(path), what) for path, what in broken))

    def known(self, body: Mapping[str, Any], reading: AnswerReading) -> Mapping[str, Any] | None:
        """Return what the contract knows of a problem; None if one of its values is known to a newer version only.

        Raises:
            UnusableError: it breaks the contract otherwise.
        """
        passed_over = STANDARD_MEMBERS if self.failure.form == "problem" else frozenset({"traceId"})
        try:
            self.require(body, passed_over)
        except UnusableError:
            if reading is STRICT:
                raise
        else:
            return body
        relaxed = relax(dict(body), self.failure.shape, reading)
        self.require(relaxed.value, passed_over)
        return None if relaxed.unknown else relaxed.value

    def passed_over(self, *, has_type: bool) -> AbstractSet[str]:
        """The members that are the kit's to write, whatever the contract says of them."""
        if self.failure.form != "problem":
            return frozenset({"traceId"})
        return _THE_KITS_OWN - {"type"} if has_type else _THE_KITS_OWN

    @property
    def rank(self) -> tuple[bool, bool]:
        """Exact statuses come before ranges, and those before `default`."""
        return self.failure.status is None, self.failure.is_range


class FailureTable:
    """The failures of one operation."""

    def __init__(self, operation: Operation, entries: Iterable[Entry]) -> None:
        self.operation = operation
        self.entries = tuple(sorted(entries, key=lambda entry: entry.rank))
        self._by_class: dict[type[Exception], Entry] = {}
        self._by_code: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._by_code.setdefault(entry.failure.code, []).append(entry)
            if entry.form is not None:
                self._by_class.setdefault(entry.form.cls, entry)

    @property
    def declared(self) -> frozenset[str]:
        """Names of the response headers that any failure of the table declares, in lower case."""
        return frozenset().union(*(entry.failure.headers for entry in self.entries))

    def naming(self, error: CallError) -> tuple[str | None, str | None]:
        """The `type` and `title` that the contract documents for a failure of the kit's own."""
        for failure in self.operation.failures:
            if failure.is_coded and failure.code == error.code and failure.covers(error.status):
                return failure.type, failure.title
        return None, None

    def entry_of(self, error: BaseException) -> Entry | None:
        """The documented failure that an exception stands for; None for an exception that is not documented."""
        if isinstance(error, Problem):
            return None if is_of_another_call(self.operation, error) else self._entry_for(error.status, error.code)
        for cls in type(error).__mro__:
            if cls in self._by_class:
                return self._by_class[cls]
        return None

    def write(self, error: Exception) -> tuple[int, str, Any] | None:
        """Status, media type and body for a documented exception; None for one that is not.

        Raises:
            UnusableError: the exception does not carry what it was made with, or what it carries breaks the contract.
        """
        entry = self.entry_of(error)
        if entry is None:
            return None
        failure, form = entry.failure, entry.form
        if isinstance(error, Problem):
            status, members, text = error.status, _plain(error.members), error.detail
            text_member = failure.text
            if error.body is not None and failure.form in ("value", "text"):
                return status, failure.media_type, error.body
        else:
            assert form is not None
            status, members, text = entry.status, form.members(error), form.text(error)
            text_member = form.text_member
        given = getattr(error, "problem_type", None)
        own = given if isinstance(given, str) else None
        body = write_failure(failure, status, text, members, type_=own, text_member=text_member, check=entry.check)
        if isinstance(body, Mapping):
            entry.require(body, entry.passed_over(has_type=given is not None))
        return status, failure.media_type, body

    def write_kits_own(self, status: int, body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """Media type and body for a failure of the kit's own: in the form that the contract documents for its status without a code,
        where that takes it, and else as problem details.
        """
        entry = self._entry_for(status, None)
        if entry is None or entry.failure.form != "object":
            return PROBLEM_JSON, body
        own = write_kits_own(entry.failure, body)
        is_taken = entry.check is None or entry.check.is_valid(own)
        return (entry.failure.media_type, own) if is_taken else (PROBLEM_JSON, body)

    def text_of_kits_own(self, status: int, body: Mapping[str, Any]) -> str:
        """The text of a failure of the kit's own, in either form."""
        entry = self._entry_for(status, None)
        return text_of(body, "detail") or (text_of(body, entry.failure.text) if entry is not None else "")

    def tells_trace(self, error: BaseException) -> bool:
        """Whether the body for a documented exception has the trace id."""
        entry = self.entry_of(error)
        return entry is None or entry.failure.form == "problem" or "traceId" in entry.failure.filled - entry.failure.own

    def headers(self, error: BaseException) -> dict[str, str]:
        """The response headers that a documented exception carries in its arguments, by name in lower case.

        Raises:
            UnusableError: the exception does not carry what it was made with.
        """
        entry = self.entry_of(error)
        return entry.form.headers(error) if entry is not None and entry.form is not None else {}

    def headers_of(self, status: int, body: Mapping[str, Any]) -> frozenset[str]:
        """The headers that the documented failure of an answer declares."""
        entry = self._entry_for(status, body.get("code"))
        return entry.failure.headers if entry is not None else frozenset()

    def read(
        self,
        status: int,
        body: Any,
        reading: AnswerReading = STRICT,
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> Exception | None:
        """Return the exception that an answer stands for; None if the contract does not know it, or if it is a failure of the kit's own.

        Members that every problem has are taken as they come: one that is not of its type counts as not there (RFC 9457,
        section 3.1).

        Args:
            status: of the answer.
            body: as `read_body` gives it; the members of the problem as a rule.
            reading: what becomes of parts that the contract does not know. A refusal that it documents by status but not by code,
                and one with a value that it does not list, are then a Problem.
            headers: of the answer, by name in lower case.

        Raises:
            UnusableError: it is known, and breaks the contract or lacks what the exception needs.
        """
        members = body if isinstance(body, Mapping) else {}
        entry = self._entry_for(status, members.get("code"))
        if entry is None:
            return self._unlisted(status, members) if reading.unknown_enum == "fallback" else None
        failure = entry.failure
        if not failure.is_coded and is_kits_own(status, members):
            return None
        if not failure.is_coded and entry.form is None and (invalid := read_invalid_fields(status, members)):
            return invalid
        known = entry.known(members, reading)
        if known is None:
            return make_problem(failure.code, status, body)
        type_ = _own_type(known, failure)
        if entry.form is not None:
            return _typed(entry.form.build(known or {"detail": find_text(body)}, headers), type_)
        code = failure.code if failure.is_coded else f"http_{status}"
        return make_problem(code, status, known or body, failure, type_)

    def _unlisted(self, status: int, body: Mapping[str, Any]) -> Problem | None:
        """A refusal with a code that only a newer version documents; the status says that nothing was done."""
        code = body.get("code")
        if not isinstance(code, str) or is_wire_code(code) or status // 100 != 4:
            return None
        is_documented = any(failure.covers(status) for failure in self.operation.failures)
        return make_problem(code, status, body, None, _own_type(body, None)) if is_documented else None

    def _documents_kits_own(self, status: int, code: Any) -> bool:
        """Whether the contract documents a failure of the kit's own by its code, beside others without any."""
        return (
            isinstance(code, str)
            and is_wire_code(code)
            and any(
                failure.is_coded and failure.code == code and failure.covers(status)
                for failure in self.operation.failures
            )
        )

    def covering(self, status: int, code: Any) -> Entry | None:
        """The documented failure that an answer of this status and code would stand for, or None."""
        return self._entry_for(status, code)

    def _entry_for(self, status: int, code: Any) -> Entry | None:
        coded: Sequence[Entry] = self._by_code.get(code, ()) if isinstance(code, str) else ()
        if not coded and self._documents_kits_own(status, code):
            return None
        uncoded = (entry for entry in self.entries if not entry.failure.is_coded)
        for entry in (*coded, *uncoded):
            if entry.failure.covers(status):
                return entry
        return None


def _own_type(body: Mapping[str, Any], failure: Failure | None) -> str | None:
    """The type of a problem, where that is not the one that the contract documents anyway."""
    if failure is not None and failure.form != "problem":
        return None
    named = text_of(body, "type")
    return None if named in ("", BLANK) or (failure is not None and named == failure.type) else named


def _typed(error: Exception, type_: str | None) -> Exception:
    """The exception with the type of its problem, where that is not the one that the contract or the class says anyway."""
    if type_ is not None and getattr(error, "problem_type", None) != type_:
        with contextlib.suppress(AttributeError):  # a class with slots has no room for it
            error.problem_type = type_  # type: ignore[attr-defined]
    return error


def _plain(members: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = from_json(to_json(members, inf_nan_mode="null"))
    except ValueError:
        raise UnusableError(("", "the problem has members that cannot be written as JSON")) from None
    return found
