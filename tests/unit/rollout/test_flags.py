"""Shares and the kill switch from a flag system, by the real OpenFeature SDK."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEventDetails
from openfeature.flag_evaluation import FlagResolutionDetails
from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider
from openfeature.provider.no_op_provider import NoOpProvider

from switchover.errors import StoreUnavailable
from switchover.rollout import RolloutState, Share
from switchover.rollout.flags import OpenFeatureRollout

OPERATIONS = ["getTrip", "listTrips"]
GOOD: dict[str, Any] = {"switchover.pinned": False, "switchover.getTrip.share": 12.5, "switchover.listTrips.share": 100}


class Flags(InMemoryProvider):
    """Flags that can be set while they are in use, told of or not, and a provider that can be down."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__({})
        self.is_down = False
        self.set(values)

    def set(self, values: dict[str, Any]) -> None:
        self._flags = {name: InMemoryFlag("on", {"on": value}) for name, value in values.items()}

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        if self.is_down:
            raise ConnectionError("token=s3cret refused")
        return super().resolve_boolean_details(flag_key, default_value, evaluation_context)


@pytest.fixture
def flags() -> Iterator[Flags]:
    provider = Flags(GOOD)
    api.set_provider_and_wait(provider, domain="rollout")
    yield provider
    api.shutdown()


@pytest.fixture
def rollout(flags: Flags) -> Iterator[OpenFeatureRollout]:
    found = OpenFeatureRollout(client(), OPERATIONS)
    yield found
    found.close()


def client() -> OpenFeatureClient:
    return api.get_client(domain="rollout")


def refused(rollout: OpenFeatureRollout) -> str:
    with pytest.raises(StoreUnavailable) as caught:
        rollout.load()
    return str(caught.value)


def test_flags_become_a_state(rollout: OpenFeatureRollout) -> None:
    assert rollout.state is None
    state = rollout.load()
    assert state == RolloutState(version=1, shares={"getTrip": Share(1250), "listTrips": Share(10_000)})
    assert rollout.state is state


def test_a_version_counts_changes(rollout: OpenFeatureRollout, flags: Flags) -> None:
    assert rollout.load() is rollout.load()
    flags.set(GOOD | {"switchover.getTrip.share": 0})
    assert (rollout.load().version, rollout.load().shares["getTrip"]) == (2, 0)
    flags.set(GOOD | {"switchover.pinned": True})
    state = rollout.load()
    assert (state.version, state.is_pinned, state.shares["getTrip"]) == (3, True, 1250)


def test_names_may_begin_with_something_else(flags: Flags) -> None:
    flags.set({"shop.pinned": False, "shop.getTrip.share": 0.01})
    rollout = OpenFeatureRollout(client(), ["getTrip"], prefix="shop")
    assert rollout.load().shares == {"getTrip": Share(1)}
    rollout.close()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (-1, "has no value; set it to a percentage, such as 12.5"),
        (-0.5, "'-0.5' is no share: 0 to 100, with up to two digits after the point"),
        (100.01, "'100.01' is no share"),
        (12.345, "'12.345' is no share"),
        (1e-7, "'1e-07' is no share"),
        (float("nan"), "'nan' is no share"),
        (float("inf"), "'inf' is no share"),
        ("12.5", "cannot be evaluated (TYPE_MISMATCH)"),
        ("secret", "cannot be evaluated (TYPE_MISMATCH)"),
        ({"share": 1}, "cannot be evaluated (TYPE_MISMATCH)"),
        (None, "cannot be evaluated (TYPE_MISMATCH)"),
    ],
)
def test_nonsense_leaves_the_last_good_state_in_force(
    value: object, said: str, rollout: OpenFeatureRollout, flags: Flags
) -> None:
    good = rollout.load()
    flags.set(GOOD | {"switchover.getTrip.share": value})
    assert refused(rollout).startswith(f"switchover.getTrip.share: {said}")
    assert rollout.state is good
    flags.set(GOOD)
    assert rollout.load() is good


def test_every_flag_that_is_missing_is_named(rollout: OpenFeatureRollout, flags: Flags) -> None:
    flags.set({})
    assert refused(rollout) == (
        "switchover.pinned: cannot be evaluated (FLAG_NOT_FOUND); "
        "switchover.getTrip.share: cannot be evaluated (FLAG_NOT_FOUND); "
        "switchover.listTrips.share: cannot be evaluated (FLAG_NOT_FOUND)"
    )
    assert rollout.state is None


@pytest.mark.parametrize("value", ["true", 1, None])
def test_a_kill_switch_that_is_neither_on_nor_off_is_told(
    value: object, rollout: OpenFeatureRollout, flags: Flags
) -> None:
    flags.set(GOOD | {"switchover.pinned": value})
    assert refused(rollout) == "switchover.pinned: cannot be evaluated (TYPE_MISMATCH)"


def test_the_kill_switch_does_not_wait_for_the_shares(
    rollout: OpenFeatureRollout, flags: Flags, caplog: pytest.LogCaptureFixture
) -> None:
    good = rollout.load()
    flags.set({"switchover.pinned": True, "switchover.getTrip.share": 50})
    with caplog.at_level(logging.WARNING, "switchover.rollout"):
        state = rollout.load()
    assert (state.version, state.is_pinned, state.shares) == (2, True, good.shares)
    assert "switchover.listTrips.share: cannot be evaluated (FLAG_NOT_FOUND)" in caplog.text


def test_the_kill_switch_works_from_the_start(flags: Flags) -> None:
    flags.set({"switchover.pinned": True})
    rollout = OpenFeatureRollout(client(), OPERATIONS)
    assert rollout.load() == RolloutState(version=1, is_pinned=True)
    rollout.close()


def test_a_provider_that_is_down_leaves_the_last_good_state_in_force_and_tells_no_secrets(
    rollout: OpenFeatureRollout, flags: Flags
) -> None:
    good = rollout.load()
    flags.is_down = True
    said = refused(rollout)
    assert said == "switchover.pinned: cannot be evaluated (GENERAL)"
    assert rollout.state is good
    flags.is_down = False
    assert rollout.load() is good


def test_a_provider_without_any_flags_gives_no_defaults(flags: Flags) -> None:
    api.set_provider_and_wait(NoOpProvider(), domain="rollout")
    rollout = OpenFeatureRollout(client(), ["getTrip"])
    assert refused(rollout) == (
        "switchover.pinned: has no value; set it to true or false; "
        "switchover.getTrip.share: has no value; set it to a percentage, such as 12.5"
    )
    rollout.close()


def test_a_change_that_the_provider_tells_ends_the_waiting(rollout: OpenFeatureRollout, flags: Flags) -> None:
    known = rollout.load().version
    while rollout.wait(known, 0.2):  # the SDK tells of the start of the provider on a thread of its own
        pass
    heard: list[bool] = []
    waiting = threading.Thread(target=lambda: heard.append(rollout.wait(known, 30)))
    waiting.start()
    flags.set(GOOD | {"switchover.getTrip.share": 25})
    flags.emit_provider_configuration_changed(ProviderEventDetails())
    waiting.join(30)
    assert heard == [True]
    assert rollout.load().shares["getTrip"] == Share(2500)
    assert rollout.wait(known, 0) is True  # version 2 is in force by now


def test_a_provider_that_fails_ends_the_waiting_as_well(rollout: OpenFeatureRollout, flags: Flags) -> None:
    known = rollout.load().version
    while rollout.wait(known, 0.2):
        pass
    flags.emit_provider_error(ProviderEventDetails(message="gone"))
    assert rollout.wait(known, 30) is True


def test_after_closing_nothing_is_heard(rollout: OpenFeatureRollout, flags: Flags) -> None:
    known = rollout.load().version
    rollout.close()
    rollout.close()
    while rollout.wait(known, 0.2):
        pass
    other = OpenFeatureRollout(client(), OPERATIONS)
    other.load()
    while other.wait(1, 0.2):
        pass
    flags.emit_provider_configuration_changed(ProviderEventDetails())
    assert other.wait(1, 30) is True
    assert rollout.wait(known, 0) is False
    other.close()
