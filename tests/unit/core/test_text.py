"""The diary takes exactly the texts that the contract's schemas allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import livetrip_contract as contract
from livetrip_core import InvalidValue, text, user_id
from unit.core.strategies import any_texts

TITLE = TypeAdapter[str](contract.Title)
DESCRIPTION = TypeAdapter[str](contract.Description)
TEXT = TypeAdapter[str](contract.Text)
TAG = TypeAdapter[str](contract.Tag)


def contract_takes(adapter: TypeAdapter[Any], value: object) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def diary_takes(check: Callable[[], object]) -> bool:
    try:
        check()
    except InvalidValue:
        return False
    return True


@given(any_texts())
@example("")
@example("a" * 120)
@example("a" * 121)
@example("😀" * 120)
@example("a\n")
@example(" " * 10)
def test_a_title_is_taken_if_and_only_if_the_contract_allows_it(value: str) -> None:
    assert diary_takes(lambda: text.title("title", value)) is contract_takes(TITLE, value)


@given(any_texts())
@example("")
@example("a" * 2000)
@example("a" * 2001)
def test_a_description_is_taken_if_and_only_if_the_contract_allows_it(value: str) -> None:
    assert diary_takes(lambda: text.description("description", value)) is contract_takes(DESCRIPTION, value)


@given(any_texts())
@example("")
@example("a" * 10_000)
@example("a" * 10_001)
def test_what_was_written_is_taken_if_and_only_if_the_contract_allows_it(value: str) -> None:
    assert diary_takes(lambda: text.prose("text", value)) is contract_takes(TEXT, value)


@given(any_texts(max_size=5))
@example("a" * 40)
@example("a" * 41)
@example("a\n")
def test_a_tag_is_taken_if_and_only_if_the_contract_allows_it(value: str) -> None:
    assert diary_takes(lambda: text.tags("tags", [value])) is contract_takes(TAG, value)


@pytest.mark.parametrize(("count", "is_taken"), [(0, True), (20, True), (21, False)])
def test_an_entry_has_at_most_twenty_tags_even_if_they_are_all_the_same(count: int, is_taken: bool) -> None:
    assert diary_takes(lambda: text.tags("tags", ["a"] * count)) is is_taken


@given(st.lists(st.sampled_from("abcd"), max_size=20))
def test_a_tag_that_is_repeated_keeps_its_first_place(values: list[str]) -> None:
    kept = text.tags("tags", values)

    assert sorted(kept) == sorted(set(values))
    assert [values.index(tag) for tag in kept] == sorted(values.index(tag) for tag in kept)
    assert text.tags("tags", kept) == kept


@pytest.mark.parametrize("value", ["", "a" * 201, "a\x00", "\ud800"])
def test_nobody_has_a_name_that_cannot_be_stored(value: str) -> None:
    with pytest.raises(InvalidValue, match="user_id"):
        user_id(value)


@pytest.mark.parametrize("value", ["a", "a" * 200, "auth0|5f7c8ec7c33c6c004bbafe82", "愛子 \n"])
def test_every_other_name_is_a_user(value: str) -> None:
    assert user_id(value) == value


def test_a_refusal_names_the_field_and_never_repeats_the_value() -> None:
    with pytest.raises(InvalidValue) as caught:
        text.title("title", "secret\x00")

    assert caught.value.field == "title"
    assert str(caught.value).startswith("title ")
    assert "secret" not in str(caught.value)
