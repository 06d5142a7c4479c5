"""Each message once, in bounded memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import NonceMemory
from switchover.trust.signed import Claim


async def test_a_nonce_is_taken_once_while_its_message_could_come_in() -> None:
    memory = NonceMemory()
    assert await memory.claim("k", "a", until=90, now=0) is Claim.TAKEN
    assert await memory.claim("k", "a", until=90, now=0) is Claim.REPLAYED
    assert await memory.claim("k", "a", until=200, now=90) is Claim.REPLAYED
    assert await memory.claim("k", "a", until=200, now=90.1) is Claim.TAKEN


async def test_nonces_of_two_keys_have_nothing_to_do_with_each_other() -> None:
    memory = NonceMemory(1)
    assert await memory.claim("k", "a", until=90, now=0) is Claim.TAKEN
    assert await memory.claim("l", "a", until=90, now=0) is Claim.TAKEN


async def test_a_message_that_is_over_is_not_taken() -> None:
    memory = NonceMemory()
    assert await memory.claim("k", "a", until=9, now=10) is Claim.EXPIRED
    assert await memory.claim("k", "a", until=10, now=10) is Claim.TAKEN


async def test_a_full_memory_refuses_the_new_and_forgets_nothing() -> None:
    memory = NonceMemory(2)
    assert await memory.claim("k", "a", until=20, now=0) is Claim.TAKEN
    assert await memory.claim("k", "b", until=10, now=0) is Claim.TAKEN
    assert await memory.claim("k", "c", until=30, now=0) is Claim.FULL
    assert await memory.claim("k", "a", until=20, now=0) is Claim.REPLAYED
    assert await memory.claim("k", "c", until=30, now=11) is Claim.TAKEN
    assert await memory.claim("k", "a", until=20, now=11) is Claim.REPLAYED
    assert await memory.claim("k", "d", until=30, now=11) is Claim.FULL


async def test_it_says_whether_a_nonce_is_taken_as_a_claim_would() -> None:
    memory = NonceMemory()
    assert not await memory.is_taken("k", "a", now=0)
    assert await memory.claim("k", "a", until=90, now=0) is Claim.TAKEN
    assert await memory.is_taken("k", "a", now=90)
    assert not await memory.is_taken("l", "a", now=90)
    assert not await memory.is_taken("k", "a", now=90.1)
    assert await memory.claim("k", "a", until=200, now=90.1) is Claim.TAKEN


CLAIMS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 20), st.integers(0, 3)), max_size=60)


@given(CLAIMS, st.integers(1, 4))
async def test_whatever_comes_no_message_is_taken_twice(claims: list[tuple[str, int, int]], capacity: int) -> None:
    memory, now = NonceMemory(capacity), 0
    open_until: dict[str, int] = {}
    for nonce, life, passed in claims:
        now += passed
        open_until = {name: until for name, until in open_until.items() if until >= now}
        claim = await memory.claim("k", nonce, until=now + life, now=now)
        if nonce in open_until:
            assert claim is Claim.REPLAYED
        else:
            assert claim is (Claim.FULL if len(open_until) == capacity else Claim.TAKEN)
        if claim is Claim.TAKEN:
            open_until[nonce] = now + life


def test_a_memory_holds_something_and_shows_nothing_of_it() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        NonceMemory(0)
    assert repr(NonceMemory(7)) == "NonceMemory(7)"
