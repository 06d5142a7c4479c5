"""Exceptions as problem details and back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.errors import (
    WIRE_ERRORS,
    CallError,
    InvalidField,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    ServiceUnavailable,
)
from switchover.port.errorform import UnusableError
from switchover.port.exceptions import ErrorClasses, classes_by_key
from switchover.port.problems import problem, read_problem, read_wire_error, write_wire_error
from unit.port.failing import differences, problem_answer, table, through


class Base(Exception):
    pass


class Lent(Base):
    code = "lent"

    def __init__(self, message: str, due: date | None = None) -> None:
        super().__init__(message)
        self.due = due


class Missing(Base):
    code = "missing"


class MissingBook(Missing):
    """Says its parent's code."""


LENT: tuple[str, dict[str, Any], list[str]] = ("lent", {"due": {"type": "string", "format": "date"}}, [])
MISSING: tuple[str, dict[str, Any], list[str]] = ("missing", {}, [])


@pytest.mark.parametrize("due", [None, date(2026, 11, 23)])
def test_an_exception_arrives_with_its_class_its_text_and_its_attributes(due: date | None) -> None:
    got = through(table(Base, s409=problem_answer(LENT)), Lent("somebody has it", due))
    assert isinstance(got, Lent)
    assert (got.args, got.due) == (("somebody has it",), due)


def test_a_problem_says_what_rfc_9457_wants() -> None:
    written = table(Base, s409=problem_answer(LENT)).write(Lent("somebody has it", date(2026, 11, 23)))
    assert written == (
        409,
        "application/problem+json",
        {
            "type": "about:blank",
            "title": "Conflict",
            "status": 409,
            "code": "lent",
            "detail": "somebody has it",
            "due": "2026-11-23",
        },
    )


def test_a_class_below_the_documented_one_is_answered_as_that() -> None:
    found = table(Base, s404=problem_answer(MISSING))
    assert type(through(found, MissingBook("gone"))) is Missing
    assert found.write(Base("other")) is None


@pytest.mark.parametrize(
    "classes", [[Missing], {"missing": Missing}, {404: Missing}, (cls for cls in (MissingBook, Missing))]
)
def test_classes_may_be_given_in_any_way(classes: ErrorClasses) -> None:
    code = None if isinstance(classes, dict) and 404 in classes else "missing"
    assert type(through(table(classes, s404=problem_answer((code, {}, []))), Missing("gone"))) is Missing


def test_classes_without_codes_go_by_their_names() -> None:
    class BookGoneError(Exception):
        pass

    assert (
        type(through(table([BookGoneError], s410=problem_answer(("book_gone", {}, []))), BookGoneError()))
        is BookGoneError
    )


def test_without_any_the_interfaces_module_is_looked_at() -> None:
    by_key, wrong = classes_by_key(None, Base)
    assert wrong == []
    assert by_key["lent"] is Lent
    assert by_key["missing"] is Missing
    assert classes_by_key(None, type("Made", (), {"__module__": "nowhere"})) == ({}, [])


def test_two_classes_with_one_code_are_a_difference() -> None:
    class Other(Exception):
        code = "lent"

    assert differences([Lent, Other], s409=problem_answer(LENT)) == [
        "Lent and Other both have the code 'lent'; give each its own"
    ]


@pytest.mark.parametrize("classes", [["Lent"], [int], {"lent": int}, [BaseException]])
def test_what_is_no_exception_is_a_difference(classes: Any) -> None:
    by_key, wrong = classes_by_key(classes, object)
    assert "which is no exception class" in wrong[0]
    assert isinstance(by_key, dict)


class Needing(Exception):
    code = "needing"

    def __init__(self, due: date) -> None:
        self.due = due


class Counting(Exception):
    code = "counting"

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} of them")
        self.count = count


@pytest.mark.parametrize(
    ("cls", "option", "expected"),
    [
        (
            Missing,
            ("missing", {"isbn": {"type": "string"}}, ["isbn"]),
            "the problem requires 'isbn', and Missing takes no such argument",
        ),
        (Needing, ("needing", {}, []), "Needing is made with 'due', which the problem does not carry"),
        (
            Needing,
            ("needing", {"due": {"type": "string", "format": "date"}}, []),
            "which the problem may leave out; require 'due', or give the argument a default",
        ),
        (
            Counting,
            ("counting", {"count": {"type": "string"}}, ["count"]),
            "count / count: the contract allows what int does not",
        ),
        (None, ("unknown", {}, []), "no exception class stands for it; give one the attribute code = 'unknown'"),
    ],
)
def test_what_keeps_an_exception_from_being_put_together_is_a_difference(cls: Any, option: Any, expected: str) -> None:
    found = differences([cls] if cls else [], s409=problem_answer(option))
    assert found[0].startswith(f"failure 409 {option[0]}: ")
    assert expected in found[0]


def test_one_class_for_two_codes_is_a_difference() -> None:
    both: dict[str | int, type[Exception]] = {"a": Missing, "b": Missing}
    found = differences(both, s404=problem_answer(("a", {}, []), ("b", {}, [])))
    assert found == ["Missing stands for both 'a' and 'b'; give each a class"]


def test_a_failure_of_the_kits_own_needs_no_class_unless_the_team_has_one() -> None:
    answer = problem_answer(("not_found", {}, []))
    assert table(None, s404=answer).write(NotFound()) is None

    class Gone(Exception):
        code = "not_found"

    assert type(through(table([Gone], s404=answer), Gone("gone"))) is Gone


def test_a_failure_without_a_code_is_a_problem_named_after_its_status() -> None:
    found = table(
        None,
        s404=problem_answer((None, {"isbn": {"type": "string"}}, [])),
        s4XX={"description": "."},
        default={"description": "."},
    )
    for status in (404, 418, 503):
        got = found.read(status, {"detail": "no", "isbn": "1", "traceId": "ab"})
        assert isinstance(got, Problem)
        assert (got.code, got.status, got.detail, got.trace_id, got.members) == (
            f"http_{status}",
            status,
            "no",
            "ab",
            {"isbn": "1"},
        )
        again = found.write(got)
        assert again is not None
        assert (again[0], again[2]["isbn"], "code" in again[2]) == (status, "1", False)


def test_a_coded_failure_may_be_raised_as_a_problem() -> None:
    found = table(Base, s409=problem_answer(LENT))
    written = found.write(Problem("lent", 409, "by hand", members={"due": "2026-11-23", "status": 1}))
    assert written is not None
    got = found.read(written[0], written[2])
    assert isinstance(got, Lent)
    assert got.due == date(2026, 11, 23)
    assert found.write(Problem("other", 409)) is None


def test_members_that_cannot_be_written_are_reported() -> None:
    found = table(Base, s409=problem_answer(LENT))
    with pytest.raises(UnusableError, match="members that cannot be written as JSON"):
        found.write(Problem("lent", 409, members={"due": object()}))
    with pytest.raises(UnusableError, match="#/due has to be string"):
        found.write(Problem("lent", 409, members={"due": math.nan}))


def test_the_exact_status_comes_before_a_range_and_the_class_s_own_in_it() -> None:
    class Full(Exception):
        code = "full"
        status: ClassVar[int] = 507

    found = table(
        [Full, Missing],
        s4XX=problem_answer(MISSING),
        s404=problem_answer(MISSING),
        default=problem_answer(("full", {}, [])),
    )
    missing, full = found.write(Missing()), found.write(Full())
    assert missing is not None
    assert full is not None
    assert (missing[0], full[0]) == (404, 507)
    ranged = table([Missing], s4XX=problem_answer(MISSING)).write(Missing())
    assert ranged is not None
    assert ranged[0] == 400


def test_an_exception_that_does_not_hold_what_it_was_made_with_is_reported_without_values() -> None:
    class Forgetful(Exception):
        code = "forgetful"

        def __init__(self, secret: str) -> None:
            super().__init__("kept")

    found = table([Forgetful], s409=problem_answer(("forgetful", {"secret": {"type": "string"}}, ["secret"])))
    with pytest.raises(UnusableError) as caught:
        found.write(Forgetful("hunter2"))
    assert str(caught.value) == "#/secret Forgetful has no 'secret' that can be written (AttributeError)"


def test_constructors_of_every_form_are_met() -> None:
    class NoText(Exception):
        code = "no_text"

        def __init__(self, count: int = 0) -> None:
            self.count = count

    @dataclass
    class Data(Exception):
        isbn: str
        code: ClassVar[str] = "data"

    class Keyed(KeyError):
        code = "keyed"

    class Unreadable(Exception):
        code = "unreadable"

        def __init__(self, detail: str = "", *, what: "Nowhere" = None) -> None:  # type: ignore[name-defined]  # noqa: F821, UP037
            super().__init__(detail)
            self.what = what

    options: list[tuple[str | None, dict[str, Any], list[str]]] = [
        ("no_text", {"count": {"type": "integer"}}, []),
        ("data", {"isbn": {"type": "string"}}, ["isbn"]),
        ("keyed", {}, []),
        ("unreadable", {"what": {}}, []),
    ]
    found = table([NoText, Data, Keyed, Unreadable], s409=problem_answer(*options))
    samples: Iterable[Exception] = (
        NoText(3),
        NoText(count=3),
        Data("1"),
        Keyed("a key"),
        Keyed(),
        Unreadable("no", what=[1]),
    )
    for error in samples:
        got = through(found, error)
        assert type(got) is type(error)
        assert vars(got) == vars(error)
        assert (got.args, str(got)) == (error.args, str(error))


def test_an_argument_that_the_problem_does_not_carry_keeps_its_default() -> None:
    class Busy(Exception):
        code = "busy"

        def __init__(self, detail: str = "", *, attempts: int = 3) -> None:
            super().__init__(detail)
            self.attempts = attempts

    got = through(table([Busy], s409=problem_answer(("busy", {}, []))), Busy("later", attempts=9))
    assert isinstance(got, Busy)
    assert (got.args, got.attempts) == (("later",), 3)


@given(
    st.dictionaries(
        st.sampled_from(["code", "detail", "due", "status"]), st.none() | st.integers() | st.text() | st.just("lent")
    ),
    st.integers(100, 999),
)
def test_any_problem_is_an_exception_or_reported(body: dict[str, Any], status: int) -> None:
    found = table(Base, s409=problem_answer(LENT), s404=problem_answer(MISSING))
    try:
        got = found.read(status, body)
    except UnusableError as error:
        assert str(error) in ("#/due has to be string", "#/due is no date")
    else:
        assert got is None or isinstance(got, Lent)


def test_a_constructor_that_fails_is_reported() -> None:
    class Picky(Exception):
        code = "picky"

        def __init__(self, detail: str) -> None:
            raise RuntimeError(detail)

    found = table([Picky], s409=problem_answer(("picky", {}, [])))
    with pytest.raises(UnusableError, match=r"Picky cannot be made of the answer \(RuntimeError\)"):
        found.read(409, {"code": "picky", "detail": "x"})


# -- the kit's own failures -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", WIRE_ERRORS, ids=lambda cls: cls.__name__)
def test_every_failure_of_the_kits_own_arrives_as_it_was(cls: type[CallError]) -> None:
    error = cls("what happened")
    got = read_wire_error(cls.status, write_wire_error(error), {})
    assert type(got) is cls
    assert got.detail == "what happened"


@pytest.mark.parametrize("cls", WIRE_ERRORS, ids=lambda cls: cls.__name__)
def test_a_status_without_a_code_is_enough(cls: type[CallError]) -> None:
    assert type(read_wire_error(cls.status, {}, {})) is cls


def test_a_code_with_another_status_is_not_believed() -> None:
    assert read_wire_error(404, {"code": "unauthenticated"}, {}) is None
    assert read_wire_error(404, {"code": "book_gone"}, {}) is None
    assert read_wire_error(418, {}, {}) is None


def test_fields_headers_and_trace_arrive() -> None:
    invalid = read_wire_error(
        422, {**write_wire_error(InvalidRequest(errors=[InvalidField("body#/a", "is odd")])), "traceId": "ab"}, {}
    )
    assert isinstance(invalid, InvalidRequest)
    assert (invalid.errors, invalid.trace_id) == ((InvalidField("body#/a", "is odd"),), "ab")
    unavailable = read_wire_error(503, {}, {"retry-after": "7"})
    assert isinstance(unavailable, ServiceUnavailable)
    assert unavailable.retry_after == 7
    refused = read_wire_error(405, {}, {"allow": "GET, , POST"})
    assert isinstance(refused, MethodNotAllowed)
    assert refused.allow == ("GET", "POST")


@pytest.mark.parametrize("after", ["", "soon", "-1", "1.5", "٣", "9" * 5000, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_time_to_wait_that_is_no_number_of_seconds_is_passed_over(after: str) -> None:
    found = read_wire_error(503, {}, {"retry-after": after})
    assert isinstance(found, ServiceUnavailable)
    assert found.retry_after is None


@pytest.mark.parametrize("errors", [None, 1, [1], [{}], [{"where": 1, "detail": "x"}], [{"where": "x"}]])
def test_fields_that_are_none_are_passed_over(errors: Any) -> None:
    found = read_wire_error(422, {"errors": errors, "detail": 5}, {})
    assert isinstance(found, InvalidRequest)
    assert found.errors == ()


@pytest.mark.parametrize("data", [b"", b"[1]", b"{", b"\xff", b'"x"'])
def test_a_body_that_is_no_problem_has_no_members(data: bytes) -> None:
    assert read_problem(data) == {}


def test_half_characters_are_replaced_instead_of_breaking_the_answer() -> None:
    body = write_wire_error(InvalidRequest("a\ud800", errors=[InvalidField("query.\udfff", "is\ud800")]))
    assert body["detail"] == "a\ufffd"
    assert body["errors"] == [{"where": "query.\ufffd", "detail": "is\ufffd"}]


def test_every_status_has_a_title() -> None:
    assert [problem(status, None, "")["title"] for status in (404, 413, 422, 799)] == [
        "Not Found",
        "Content Too Large",
        "Unprocessable Content",
        "Error",
    ]
