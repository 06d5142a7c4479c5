"""A credential that is fetched, kept, and renewed ahead of its end."""

from __future__ import annotations

import asyncio

import pytest

from support.clock import OwnedClock
from switchover.errors import CredentialUnavailable
from switchover.trust.renewing import Fetched
from unit.trust.supply import DOWN, Supply, renewing


async def test_it_is_fetched_once_and_kept() -> None:
    supply, clock = Supply(), OwnedClock()
    source = renewing(supply, clock)
    assert not source.is_ready()
    with pytest.raises(CredentialUnavailable, match="No credential has been fetched yet"):
        source.token()
    await source.refresh()
    assert source.is_ready()
    clock.passes(749)
    await source.refresh()
    source.refresh_blocking()
    assert source.token() == "token-1"
    assert supply.fetches == 1


async def test_a_hundred_callers_at_once_wait_for_one_fetch() -> None:
    supply = Supply()
    source = renewing(supply, OwnedClock())
    supply.gate.clear()
    waiting = [asyncio.ensure_future(source.refresh()) for _ in range(100)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    supply.gate.set()
    await asyncio.gather(*waiting)
    assert (supply.fetches, source.token()) == (1, "token-1")


async def test_a_newer_one_is_fetched_beside_the_calls_which_do_not_wait() -> None:
    supply, clock = Supply(), OwnedClock()
    source = renewing(supply, clock)
    await source.refresh()
    supply.gate.clear()
    clock.passes(751)
    for _ in range(100):
        assert source.is_ready()
        assert source.token() == "token-1"
    supply.gate.set()
    await source.refresh()
    assert (source.token(), supply.fetches) == ("token-2", 2)


@pytest.mark.parametrize(("share", "due"), [(0.5, 500), (0.9, 900), (1.0, 990)])
async def test_the_share_of_its_lifetime_is_configured(share: float, due: float) -> None:
    supply, clock = Supply(), OwnedClock()
    source = renewing(supply, clock, share=share)
    await source.refresh()
    clock.passes(due - 1)
    assert source.token() == "token-1"
    await source.refresh()
    assert supply.fetches == 1
    clock.passes(1)
    source.token()
    await source.refresh()
    assert supply.fetches == 2


async def test_no_call_fails_while_it_lives_although_nobody_gives_a_newer_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    supply, clock = Supply(), OwnedClock()
    source = renewing(supply, clock)
    await source.refresh()
    supply.failure = DOWN
    while clock.now < 1_800_000_989:
        assert source.is_ready()
        assert source.token() == "token-1"
        await source.refresh()
        clock.passes(1)
    assert supply.fetches > 5
    clock.passes(1)
    assert not source.is_ready()
    assert "tokens: the issuer cannot be reached; not asked for again within" in caplog.text
    assert "token-1" not in caplog.text


async def test_after_failures_it_is_asked_for_ever_more_seldom() -> None:
    supply, clock = Supply(), OwnedClock()
    supply.failure = DOWN
    source = renewing(supply, clock, back_off_seconds=1, longest_back_off_seconds=10)
    asked_at = []
    for tick in range(80):
        before = supply.fetches
        with pytest.raises(CredentialUnavailable, match="the issuer cannot be reached"):
            await source.refresh()
        if supply.fetches > before:
            asked_at.append(tick / 2)
        clock.passes(0.5)
    assert asked_at == [0, 1, 3, 7, 15, 25, 35]
    supply.failure = None
    clock.passes(5)
    await source.refresh()
    assert source.is_ready()


async def test_while_it_pauses_nobody_waits_and_each_caller_gets_an_exception_of_its_own() -> None:
    supply = Supply()
    supply.failure = DOWN
    source = renewing(supply, OwnedClock())
    supply.gate.clear()
    waiting = [asyncio.ensure_future(source.refresh()) for _ in range(5)]
    await asyncio.sleep(0)
    supply.gate.set()
    raised = await asyncio.gather(*waiting, return_exceptions=True)
    with pytest.raises(CredentialUnavailable) as later:
        source.refresh_blocking()
    assert len({id(error) for error in [*raised, later.value, DOWN]}) == 7
    assert {str(error) for error in raised} == {"credential_unavailable: the issuer cannot be reached"}
    assert supply.fetches == 1


async def test_whoever_gives_up_waiting_leaves_the_fetch_to_the_others() -> None:
    supply = Supply()
    source = renewing(supply, OwnedClock())
    supply.gate.clear()
    patient, hasty = (asyncio.ensure_future(source.refresh()) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hasty
    supply.gate.set()
    await patient
    assert (source.token(), supply.fetches) == ("token-1", 1)


async def test_a_clock_that_was_set_back_makes_neither_old_tokens_young_nor_pauses_long() -> None:
    supply, clock = Supply(), OwnedClock()
    source = renewing(supply, clock)
    await source.refresh()
    clock.passes(-5)
    assert source.is_ready()
    clock.passes(-10_000)
    assert not source.is_ready()
    supply.failure = DOWN
    with pytest.raises(CredentialUnavailable):
        await source.refresh()
    clock.passes(-10_000)
    supply.failure = None
    await source.refresh()
    assert source.token() == "token-3"


async def test_what_nobody_expected_is_named_and_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    supply = Supply()
    supply.failure = RuntimeError("a secret")
    with pytest.raises(CredentialUnavailable, match="fetching it failed with RuntimeError") as caught:
        await renewing(supply, OwnedClock()).refresh()
    assert "secret" not in str(caught.value) + caplog.text


async def test_a_token_that_ends_on_its_way_is_not_used() -> None:
    clock = OwnedClock()

    class Slow(Supply):
        async def __call__(self) -> Fetched:
            clock.passes(self.lifetime)
            return await super().__call__()

    with pytest.raises(CredentialUnavailable, match="ended before it could be used"):
        await renewing(Slow(), clock).refresh()


async def test_a_refused_token_is_replaced_unless_it_is_new() -> None:
    supply, clock = Supply(), OwnedClock()
    source = renewing(supply, clock)
    source.refused()
    await source.refresh()
    clock.passes(29)
    source.refused()
    await source.refresh()
    assert supply.fetches == 1
    clock.passes(1)
    for _ in range(10):
        source.refused()
    await source.refresh()
    assert (supply.fetches, source.token()) == (2, "token-2")
    supply.failure = DOWN
    clock.passes(60)
    for _ in range(10):
        source.refused()
        await source.refresh()
    assert (supply.fetches, source.token()) == (3, "token-2")


def test_the_token_is_in_no_representation() -> None:
    assert "secret" not in repr(Fetched("a-secret", 10))
