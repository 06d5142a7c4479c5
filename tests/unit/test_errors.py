"""The tree of failures."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator

import pytest

from switchover import errors
from switchover.errors import (
    WIRE_ERRORS,
    BindError,
    CallError,
    CallTimeout,
    FidelityError,
    InvalidField,
    InvalidRequest,
    MethodNotAllowed,
    Problem,
    ServiceUnavailable,
    SwitchoverError,
    UnexpectedAnswer,
)


def tree(cls: type[CallError] = CallError) -> Iterator[type[CallError]]:
    for below in cls.__subclasses__():
        if below.__module__ == errors.__name__:
            yield below
            yield from tree(below)


SAMPLES = [
    *(cls("what happened", trace_id="a" * 32) for cls in tree() if cls is not Problem),
    Problem("note_not_found", 404, "no such note", members={"noteId": 1}, trace_id="b" * 32),
    InvalidRequest("no", errors=[InvalidField("body#/title", "is required")]),
    MethodNotAllowed("no", allow=["GET"]),
    ServiceUnavailable("later", retry_after=3),
    CallTimeout(phase="read", seconds=2.5),
    UnexpectedAnswer("odd", answered=418),
    BindError("differ:", ["one", "two"]),
    FidelityError("differ:", ["one"]),
]


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_every_failure_can_be_copied_and_sent_to_another_process(error: SwitchoverError) -> None:
    for same in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(same) is type(error)
        assert str(same) == str(error)
        assert vars(same) == vars(error)


def test_codes_are_unique_and_documented() -> None:
    codes = [cls.code for cls in tree() if "code" in vars(cls)]
    assert len(codes) == len(set(codes))
    assert errors.__doc__ is not None
    assert all(cls.__name__ in errors.__doc__ for cls in tree())


def test_every_answered_failure_has_a_status_of_its_own() -> None:
    assert len({error.status for error in WIRE_ERRORS}) == len(WIRE_ERRORS)


def test_messages_say_code_detail_and_trace() -> None:
    assert str(CallError()) == "call_failed"
    assert str(CallError("it broke")) == "call_failed: it broke"
    assert str(errors.NotFound("gone", trace_id="ab")) == "not_found: gone [trace ab]"
    assert str(errors.NotFound(trace_id="ab")) == "not_found [trace ab]"
    assert str(InvalidRequest()) == "invalid_request: The request breaks the contract."
    assert "body#/title is required" in str(SAMPLES[-7])
    assert str(CallTimeout(phase="read", seconds=2.5)) == "call_timeout: No answer within 2.5 s (read)."
    assert str(BindError("They differ:", ["a", "b"])) == "They differ:\n  - a\n  - b"


def test_a_copy_leaves_the_operation_behind() -> None:
    error = errors.Problem("gone", 404, "no more", members={"a": 1}, trace_id="ab")
    error.operation = object
    for same in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert same.operation is None
        assert (same.code, same.status, same.detail, same.members, same.trace_id) == (
            "gone",
            404,
            "no more",
            {"a": 1},
            "ab",
        )
