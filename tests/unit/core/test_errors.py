"""The refusals of the diary and their codes."""

from __future__ import annotations

import pickle

import pytest

import livetrip_contract as contract
from livetrip_core import (
    AnsweredByAnotherVersion,
    DiaryError,
    EntryNotFound,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    InvalidValue,
    PhotoLimitReached,
    PhotoNotFound,
    PhotoNotUploaded,
    PhotoRejected,
    TripDatesReversed,
    TripNotFound,
    VersionConflict,
)
from livetrip_core import errors as tree

EVERY = [
    TripNotFound(),
    EntryNotFound(),
    PhotoNotFound(),
    PhotoNotUploaded(),
    PhotoRejected("not_an_image"),
    PhotoLimitReached("bytes"),
    VersionConflict(3),
    TripDatesReversed(),
    IdempotencyKeyInUse(1),
    IdempotencyKeyReused(),
    AnsweredByAnotherVersion(),
    InvalidValue("title", "has only spaces"),
]


def test_every_refusal_has_a_code_of_its_own_that_the_module_names() -> None:
    codes = [type(error).code for error in EVERY]

    assert len(set(codes)) == len(codes) == len(DiaryError.__subclasses__())
    for error in EVERY:
        assert f"{type(error).__name__} " in (tree.__doc__ or "")
        assert f" {error.code} " in (tree.__doc__ or "")


def test_the_contract_documents_every_refusal_by_the_same_code() -> None:
    documented = {cls.__name__: cls.code for cls in contract.LiveTripError.__subclasses__()}

    assert {type(error).__name__: error.code for error in EVERY if error.code != "invalid_request"} == documented


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.code)
def test_a_refusal_says_something_to_people_and_survives_pickling(error: DiaryError) -> None:
    again = pickle.loads(pickle.dumps(error))

    assert str(error)
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
