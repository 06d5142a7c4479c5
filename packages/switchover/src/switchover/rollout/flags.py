"""The state of a rollout from a team's flag system, by OpenFeature (https://openfeature.dev/specification)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

from switchover.errors import StoreUnavailable
from switchover.extras import extra
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState

if TYPE_CHECKING:
    from openfeature.client import OpenFeatureClient
    from openfeature.event import EventDetails
    from openfeature.flag_evaluation import FlagEvaluationDetails

_NO_SHARE: Final = -1
"""The default that share flags are asked with: whoever gives it back has no value of its own."""

_log = logging.getLogger("switchover.rollout")


class _Useless(Exception):
    """A flag says nothing that can be used; the text begins with its name."""


class OpenFeatureRollout:
    """Reads shares and the kill switch from flags: `PREFIX.OPERATION.share`, a percentage, and `PREFIX.pinned`, true or false.

    It can be read like a store, with `load` and `wait`. Flags are changed where they live, so it cannot be written.

    A flag that is missing, cannot be evaluated or has a value that is none leaves the last good state in force, and is told by its name;
    nothing is ever filled in. The kill switch does not wait for the rest: where it is on, everything is pinned, whatever the shares say.

    Args:
        client: of the OpenFeature SDK (`switchover[openfeature]`). After a fork, providers seldom go on: make provider and client there.
        operations: operation ids that are moved by flags; each needs its flag. All others stay in-process.
        prefix: what the names of the flags begin with.
    """

    def __init__(self, client: OpenFeatureClient, operations: Collection[str], *, prefix: str = "switchover") -> None:
        with extra("openfeature"):
            from openfeature.event import ProviderEvent  # noqa: PLC0415 - an extra

        self._client, self._operations, self._prefix = client, tuple(operations), prefix
        self._lock = threading.Lock()
        self._told = threading.Event()
        self._state: RolloutState | None = None
        self._events = tuple(ProviderEvent)
        for event in self._events:
            client.add_handler(event, self._on_event)

    @property
    def state(self) -> RolloutState | None:
        """The last good state; None before the first."""
        return self._state

    def load(self) -> RolloutState:
        """What the flags say now. Its version counts the changes that this object has seen, from 1 on.

        Raises:
            StoreUnavailable: they say nothing that can be used; the text names every flag that does not. The last good state stays in force.
        """
        with self._lock:
            shares, problems = self._shares()
            try:
                is_pinned = self._pinned()
            except _Useless as error:
                raise StoreUnavailable("; ".join([str(error), *problems])) from None
            if problems and not is_pinned:
                raise StoreUnavailable("; ".join(problems))
            if problems:
                _log.warning("everything is pinned by its flag; shares cannot be read: %s", "; ".join(problems))
                shares = self._state.shares if self._state is not None else {}
            return self._taken(shares, is_pinned=is_pinned)

    def wait(self, known: int, timeout: float) -> bool:
        """Wait until a version other than `known` may be in force, or for `timeout` seconds: False if nothing was heard.

        Not every provider tells of changes, so load now and then whatever this says.
        """
        state = self._state
        if state is not None and state.version != known:
            return True
        was_told = self._told.wait(timeout)
        if was_told:  # what is told after the time was up ends the next waiting
            self._told.clear()
        return was_told

    def close(self) -> None:
        """Stop listening to the provider."""
        for event in self._events:
            self._client.remove_handler(event, self._on_event)
        self._events = ()

    def _on_event(self, details: EventDetails) -> None:
        """Whatever it is, the flags are worth a look."""
        self._told.set()

    def _shares(self) -> tuple[Mapping[str, Share], list[str]]:
        shares: dict[str, Share] = {}
        problems: list[str] = []
        for operation in self._operations:
            try:
                shares[operation] = self._share(f"{self._prefix}.{operation}.share")
            except _Useless as error:
                problems.append(str(error))
        return shares, problems

    def _share(self, flag: str) -> Share:
        """Numbers without a point are integers to some providers, and no floats to the SDK."""
        details: FlagEvaluationDetails[float] | FlagEvaluationDetails[int]
        details = self._client.get_float_details(flag, float(_NO_SHARE))
        if details.error_code == "TYPE_MISMATCH":
            details = self._client.get_integer_details(flag, _NO_SHARE)
        _check(flag, details)
        try:
            return Share.parse(str(details.value).removesuffix(".0"))
        except ValueError as error:
            raise _Useless(f"{flag}: {error}") from None

    def _pinned(self) -> bool:
        """A flag that gives back whichever default it is asked with has no value of its own."""
        flag = f"{self._prefix}.pinned"
        answers = set()
        for default in (True, False):
            details = self._client.get_boolean_details(flag, default)
            _check(flag, details)
            answers.add(details.value)
        if len(answers) > 1:
            raise _Useless(f"{flag}: has no value; set it to true or false")
        return answers.pop()

    def _taken(self, shares: Mapping[str, Share], *, is_pinned: bool) -> RolloutState:
        """Counts a version if anything has changed."""
        last = self._state
        if last is None or last.shares != shares or last.is_pinned != is_pinned:
            last = RolloutState(version=last.version + 1 if last else 1, shares=shares, is_pinned=is_pinned)
            self._state = last
        return last


def _check(
    flag: str, details: FlagEvaluationDetails[float] | FlagEvaluationDetails[int] | FlagEvaluationDetails[bool]
) -> None:
    if details.error_code is not None:
        raise _Useless(f"{flag}: cannot be evaluated ({details.error_code})")
    if details.value == _NO_SHARE and not isinstance(details.value, bool):
        raise _Useless(f"{flag}: has no value; set it to a percentage, such as 12.5")
