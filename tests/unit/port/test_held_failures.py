"""Failures are held to the contract like answers, and exceptions arrive as they were raised."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from switchover import AsgiTransport, Fidelity, FidelityError, Inspector, Port
from switchover.errors import (
    CallError,
    ConnectionLost,
    InternalError,
    OperationMissing,
    Problem,
    ServiceUnavailable,
    TransportError,
    UnexpectedAnswer,
)
from switchover.parity import Breach
from switchover.port.errorform import UnusableError
from switchover.port.transports.base import Timeouts
from switchover.port.wire import WireRequest, WireResponse
from unit.port.failing import problem_answer, table, through
from unit.port.single import document


class Missing(Exception):
    code = "missing"


# -- what the contract says about a problem ---------------------------------------------------------------------------

DUE_AT: tuple[str, dict[str, Any], list[str]] = (
    "late",
    {"dueAt": {"type": "string", "format": "date-time"}},
    ["dueAt"],
)


class Late(Exception):
    code = "late"

    def __init__(self, due_at: datetime) -> None:
        super().__init__("late")
        self.due_at = due_at


def test_a_member_that_breaks_the_contract_is_not_written() -> None:
    found = table([Late], s409=problem_answer(DUE_AT))
    assert type(through(found, Late(datetime(2026, 1, 1, tzinfo=UTC)))) is Late
    with pytest.raises(UnusableError) as caught:
        found.write(Late(datetime(2026, 1, 1)))
    assert caught.value.places == (("/dueAt", "is no date-time"),)


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"dueAt": "2026-01-01T00:00:00"}, [("/dueAt", "is no date-time")]),
        ({}, [("/dueAt", "is required")]),
        ({"dueAt": 5}, [("/dueAt", "has to be string")]),
    ],
)
def test_a_member_that_breaks_the_contract_is_not_read(body: dict[str, Any], places: list[tuple[str, str]]) -> None:
    with pytest.raises(UnusableError) as caught:
        table([Late], s409=problem_answer(DUE_AT)).read(409, {"code": "late", **body})
    assert list(caught.value.places) == places


def test_a_failure_without_a_class_is_held_to_the_contract_as_well() -> None:
    found = table(None, s404=problem_answer((None, {"isbn": {"type": "string"}}, ["isbn"])))
    for members in ({}, {"isbn": 5}):
        with pytest.raises(UnusableError, match="#/isbn"):
            found.write(Problem("http_404", 404, members=members))
        with pytest.raises(UnusableError, match="#/isbn"):
            found.read(404, members)


def test_members_that_every_problem_has_are_taken_as_they_come_and_written_as_they_are_known() -> None:
    standard: dict[str, Any] = {
        "title": {"const": "Other"},
        "status": {"type": "string"},
        "instance": {"type": "string"},
    }
    found = table([Missing], s404=problem_answer(("missing", standard, ["title", "instance", "traceId"])))
    assert type(through(found, Missing("gone"))) is Missing
    assert type(found.read(404, {"code": "missing", "title": 5, "instance": []})) is Missing


def test_the_text_is_the_teams_and_is_held_to_the_contract() -> None:
    found = table(
        [Missing], s404=problem_answer(("missing", {"detail": {"type": "string", "maxLength": 5}}, ["detail"]))
    )
    with pytest.raises(UnusableError, match="#/detail is longer than 5 characters"):
        found.write(Missing("longer"))
    written = found.write(Missing())
    assert written is not None
    assert written[2]["detail"] == ""
    assert through(found, Missing()) is not None


def test_a_failure_whose_description_is_no_object_is_known_by_its_status() -> None:
    listed = {"description": ".", "content": {"application/json": {"schema": {"type": "array"}}}}
    got = table(None, s404=listed).read(404, {})
    assert isinstance(got, Problem)
    assert got.code == "http_404"


# -- as they were raised ----------------------------------------------------------------------------------------------


class Sold(Exception):
    """Leaves `args` to the interpreter, which keeps what was given by position."""

    code = "sold"

    def __init__(self, sku: str, left: int = 0) -> None:
        self.sku = sku
        self.left = left


class SoldByPlace(Exception):
    code = "sold"

    def __init__(self, sku: str, /, left: int = 0) -> None:
        self.sku = sku
        self.left = left


class SoldNoted(Exception):
    """Has an argument between the others that does not travel."""

    code = "sold"

    def __init__(self, sku: str, note: str = "", left: int = 0) -> None:
        self.sku = sku
        self.left = left


class SoldOf(Exception):
    code = "sold"

    def __init__(self, *args: str, sku: str, left: int = 0) -> None:
        super().__init__(*args)
        self.sku = sku
        self.left = left


class SoldOut(Exception):
    code = "sold"

    def __init__(self, message: str, sku: str = "", left: int = 0) -> None:
        super().__init__(f"{message}: {sku}")
        self.message = message
        self.sku = sku
        self.left = left


@pytest.mark.parametrize(
    "error",
    [
        Sold("s", 1),
        Sold("s", left=1),
        Sold(sku="s", left=1),
        Sold("s"),
        SoldByPlace("s", 1),
        SoldByPlace("s", left=1),
        SoldNoted("s"),
        SoldNoted("s", left=1),
        SoldOf("gone", sku="s", left=2),
        SoldOf(sku="s"),
        SoldOut("gone", "s", 1),
        SoldOut("", "s"),
    ],
    ids=repr,
)
def test_an_exception_arrives_as_it_was_raised(error: Exception) -> None:
    option = ("sold", {"sku": {"type": "string"}, "left": {"type": "integer"}}, ["sku"])
    got = through(table([type(error)], s409=problem_answer(option)), error)
    assert got is not None
    assert (type(got), got.args, str(got), vars(got)) == (type(error), error.args, str(error), vars(error))


def test_arguments_that_have_no_name_may_be_left_out() -> None:
    class Counted(Exception):
        code = "counted"

        def __init__(self, many: int | None = None, /) -> None:
            self.many = many

    found = table([Counted], s409=problem_answer(("counted", {"many": {"type": "integer"}}, [])))
    for error in (Counted(), Counted(3)):
        got = through(found, error)
        assert isinstance(got, Counted)
        assert (got.args, got.many) == (error.args, error.many)


def test_a_text_that_no_way_of_raising_makes_leaves_the_common_one() -> None:
    option = ("sold", {"sku": {"type": "string"}, "left": {"type": "integer"}}, ["sku"])
    got = table([Sold], s409=problem_answer(option)).read(
        409, {"code": "sold", "detail": "by another service", "sku": "s", "left": 1}
    )
    assert isinstance(got, Sold)
    assert got.args == ("s", 1)


def test_an_exception_that_cannot_be_read_as_text_is_reported() -> None:
    class Silent(Exception):
        code = "silent"

        def __str__(self) -> str:
            raise RuntimeError("a secret")

    with pytest.raises(UnusableError) as caught:
        table([Silent], s409=problem_answer(("silent", {}, []))).write(Silent(1, 2))
    assert str(caught.value) == "#/detail Silent has no text that can be written (RuntimeError)"


# -- on both sides of the wire, and strictly --------------------------------------------------------------------------


class Backend:
    """Fails as it is told."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def send(self) -> None:
        raise self._error


class Answering:
    """A service that answers the same to everything."""

    def __init__(self, status: int, body: bytes) -> None:
        self._response = WireResponse(status, [("content-type", "application/problem+json")], body)

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        return self._response

    async def aclose(self) -> None: ...


def port(*classes: type[Exception], **responses: Any) -> Port[Backend]:
    described = {status.removeprefix("s"): answer for status, answer in responses.items()}
    return document({"responses": {"204": {"description": "."}, **described}}).bind(Backend, errors=classes)


LATE = port(Late, s409=problem_answer(DUE_AT))


async def breaches(bound: Port[Backend], error: Exception) -> list[str]:
    with pytest.raises(FidelityError) as caught:
        await bound.direct(Backend(error), fidelity=Fidelity.STRICT).send()
    assert caught.value.__cause__ is error
    return [str(breach) for breach in caught.value.items]


async def test_a_failure_that_breaks_the_contract_is_answered_as_a_failure_of_the_service_s_own_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with AsgiTransport(LATE.serve(Backend(Late(datetime(2026, 1, 1))), trust="open")) as transport:
        with caplog.at_level(logging.ERROR, "switchover.serve"), pytest.raises(InternalError):
            await LATE.http(transport=transport).send()
    assert "send fails with what cannot be answered" in caplog.text
    assert "#/dueAt is no date-time" in caplog.text


async def test_a_failure_that_breaks_the_contract_is_reported_in_process() -> None:
    assert await breaches(LATE, Late(datetime(2026, 1, 1))) == [
        "send error#/dueAt: is no date-time; over HTTP the caller would get InternalError"
    ]


async def test_a_sample_with_a_failure_that_breaks_the_contract_is_reported() -> None:
    found: list[Breach] = []
    inspector = Inspector(1, found.extend)
    with pytest.raises(Late):
        await LATE.direct(Backend(Late(datetime(2026, 1, 1))), fidelity=inspector).send()
    inspector.close()
    assert [str(breach) for breach in found] == [
        "send error#/dueAt: is no date-time; over HTTP the caller would get InternalError"
    ]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (409, b'{"code": "late", "dueAt": "2026-01-01T00:00:00"}', UnexpectedAnswer),
        (409, b'{"code": "late"}', UnexpectedAnswer),
        (404, b"<html>", OperationMissing),
        (502, b"<html>", ConnectionLost),
        (503, b'{"code": "service_unavailable"}', ServiceUnavailable),
        (404, b'{"isbn": "1"}', Problem),
    ],
)
async def test_an_answer_is_only_the_failure_that_it_fulfils(
    status: int, body: bytes, expected: type[CallError]
) -> None:
    isbn = problem_answer((None, {"isbn": {"type": "string"}}, ["isbn"]))
    bound = port(Late, s409=problem_answer(DUE_AT), s404=isbn, default=isbn)
    with pytest.raises(CallError) as caught:
        await bound.http(transport=Answering(status, body)).send()
    assert type(caught.value) is expected
    if expected is UnexpectedAnswer:
        assert isinstance(caught.value, TransportError)
        assert "The failure breaks the contract: #/" in caught.value.detail


class Vague(Exception):
    code = "vague"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Vague("hello", 3), "send error#/args: has 2 elements, and would arrive with 1"),
        (Vague(3), "send error#/args/0: is an int, and would arrive as a str"),
    ],
    ids=str,
)
async def test_what_an_exception_was_made_with_and_the_contract_does_not_carry_is_reported(
    error: Exception, expected: str
) -> None:
    assert await breaches(port(Vague, s409=problem_answer(("vague", {}, []))), error) == [
        f"{expected}; over HTTP the caller would see another value"
    ]


async def test_a_text_that_would_read_otherwise_is_reported() -> None:
    class Shown(Exception):
        code = "shown"
        words = "as it was"

        def __str__(self) -> str:
            return self.words

    error = Shown("as it was")
    bound = port(Shown, s409=problem_answer(("shown", {}, [])))
    with pytest.raises(Shown):
        await bound.direct(Backend(error), fidelity=Fidelity.STRICT).send()
    error.words = "otherwise"
    assert "send error: would read otherwise; over HTTP the caller would see another value" in await breaches(
        bound, error
    )


async def test_exceptions_that_keep_what_they_were_made_with_pass() -> None:
    option = ("sold", {"sku": {"type": "string"}, "left": {"type": "integer"}}, ["sku"])
    with pytest.raises(Sold) as caught:
        await port(Sold, s409=problem_answer(option)).direct(Backend(Sold("s", 1)), fidelity=Fidelity.STRICT).send()
    assert caught.value.args == ("s", 1)
