"""Pseudonyms: the same for the same person and key, found again after a rotation, and no way back."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import Pseudonyms

OLD, NEW = b"o" * 32, b"n" * 40


def rotated() -> Pseudonyms:
    return Pseudonyms(keys={"k1": OLD, "k2": NEW}, current="k2")


def test_it_is_the_shortened_hmac_under_the_current_key() -> None:
    digest = hmac.new(NEW, b"aiko", hashlib.sha256).hexdigest()
    assert rotated().of("aiko") == f"k2:{digest[:32]}"


@given(st.text(st.characters(), min_size=1))
def test_a_person_is_found_again_under_every_key(user: str) -> None:
    before = Pseudonyms(keys={"k1": OLD}, current="k1").of(user)
    known = rotated().known_as(user)
    assert known == {"k1": before, "k2": rotated().of(user)}


@given(st.text(), st.text())
def test_two_people_never_share_a_pseudonym(one: str, other: str) -> None:
    assert (rotated().of(one) == rotated().of(other)) == (one == other)


def test_halves_of_characters_have_one_as_well() -> None:
    assert rotated().of("\ud800") != rotated().of("\udc00")


def test_keys_are_not_shown_and_may_be_changed_outside() -> None:
    keys = {"k1": OLD}
    made = Pseudonyms(keys=keys, current="k1")
    keys["k1"] = NEW
    assert made.of("aiko") == Pseudonyms(keys={"k1": OLD}, current="k1").of("aiko")
    assert repr(made) == "Pseudonyms(current='k1')"


@pytest.mark.parametrize(
    ("keys", "current", "message"),
    [
        ({"k1": b"secret"}, "k1", "the key k1 has 6 bytes; a key has at least 32"),
        ({"k:1": OLD}, "k:1", "a key id is 1 to 16 of A-Z, a-z, 0-9, '_' and '-'"),
        ({"": OLD}, "", "a key id is 1 to 16 of A-Z, a-z, 0-9, '_' and '-'"),
        ({"k1": OLD, "k2": OLD}, "k1", "two key ids stand for one key; a new id needs a new key"),
        ({"k1": OLD}, "k2", "there is no current key; current is one of k1"),
        ({}, "k1", "there is no current key; current is one of the keys given"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_and_not_repeated(
    keys: dict[str, Any], current: str, message: str
) -> None:
    with pytest.raises(ValueError, match="key") as refused:
        Pseudonyms(keys=keys, current=current)
    assert str(refused.value) == message
