"""Requests that were answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livetrip_core import AnsweredRequest, IdempotencyKeyReused, KeyedRequest
from unit.core.strategies import AIKO, BEN

REQUEST = KeyedRequest(owner=AIKO, key="k", operation="create_trip", fingerprint="f")
ANSWERED = AnsweredRequest(request=REQUEST, answer="{}")


def test_the_same_request_has_the_same_answer() -> None:
    assert ANSWERED.answer_to(replace(REQUEST)) == "{}"


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, operation="delete_trip"),
        replace(REQUEST, fingerprint="g"),
        replace(REQUEST, owner=BEN),
        replace(REQUEST, key="l"),
    ],
    ids=["operation", "fingerprint", "owner", "key"],
)
def test_any_other_request_is_refused(other: KeyedRequest) -> None:
    with pytest.raises(IdempotencyKeyReused):
        ANSWERED.answer_to(other)
