"""A circuit breaker: keeps calls from a service that has failed too often of late, and lets a few try whether it is well again.

Closed, it counts. Open, nobody passes until the cool-down is over. Half open, a bounded number of probes pass: if all succeed it closes, and
the first that fails opens it again. (Nygard, Release It!, chapter 5.)
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from time import monotonic

_log = logging.getLogger("switchover.rollout")


class CircuitState(Enum):
    """What a circuit lets through."""

    CLOSED = "closed"
    """Every call."""
    OPEN = "open"
    """None."""
    HALF_OPEN = "half_open"
    """A few probes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitSettings:
    """When a circuit opens, and when it closes again.

    Attributes:
        window: seconds that a call counts for.
        remembered: how many calls are remembered at most; older ones are forgotten.
        least: calls in the window below which their failures say nothing.
        failing: part of the calls in the window, 0 to 1, that has to fail for the circuit to open.
        in_a_row: so many failures one after the other open it as well, however long they took to come.
        cool_down: seconds until probes are let through.
        probes: how many pass at once while it is half open, and have to succeed to close it.
    """

    window: float = 30.0
    remembered: int = 200
    least: int = 20
    failing: float = 0.5
    in_a_row: int = 5
    cool_down: float = 5.0
    probes: int = 2

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be meant."""
        for name in ("window", "cool_down", "remembered", "least", "in_a_row", "probes"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} of a circuit is more than 0, not {getattr(self, name)!r}")
        if not 0 < self.failing <= 1:
            raise ValueError(f"failing of a circuit is more than 0 and at most 1, not {self.failing!r}")
        if self.least > self.remembered:
            raise ValueError(f"a circuit that remembers {self.remembered} calls never counts {self.least}")


class Circuit:
    """The circuit of one operation. Any thread may use it.

    Attributes:
        is_closed: is there nothing to ask?
    """

    __slots__ = (
        *(
            "_begun",
            "_calls",
            "_clock",
            "_failures",
            "_good",
            "_in_a_row",
            "_lock",
            "_name",
            "_out",
            "_round",
            "_settings",
        ),
        *("_state", "is_closed"),
    )

    def __init__(self, name: str, settings: CircuitSettings, clock: Callable[[], float] = monotonic) -> None:
        self._name, self._settings, self._clock = name, settings, clock
        self._lock = threading.Lock()
        self._round = 0
        self._calls: deque[tuple[float, bool]] = deque()
        self._begin(CircuitState.CLOSED)

    def _begin(self, state: CircuitState) -> None:
        self._state = state
        self._begun = self._clock()
        # Calls that began in an earlier round say nothing about this one.
        self._round += 1
        self._calls.clear()
        self._failures = self._in_a_row = self._out = self._good = 0
        self.is_closed = state is CircuitState.CLOSED

    @property
    def state(self) -> CircuitState:
        """What it lets through, as far as has been asked: an open circuit is half open once somebody asks after the cool-down."""
        return self._state

    def admits(self) -> bool:
        """Would a call pass now? Changes nothing."""
        if self.is_closed:
            return True
        with self._lock:
            return self._has_room()

    def enter(self) -> int | None:
        """Let a call pass: a ticket to `leave` with; None if it may not."""
        with self._lock:
            if self._state is CircuitState.CLOSED:
                return self._round
            if not self._has_room():
                return None
            if self._is_over:
                self._begin(CircuitState.HALF_OPEN)
            self._out += 1
            return self._round

    def leave(self, ticket: int, *, is_good: bool | None) -> None:
        """Say what became of a call that passed: None where that says nothing about the service."""
        with self._lock:
            if ticket != self._round:
                return
            before = self._state
            if before is CircuitState.CLOSED:
                self._count(is_good=is_good)
            else:
                self._probed(is_good=is_good)
            state = self._state
        if state is not before:
            _log.warning("the circuit of %s is %s", self._name, state.value.replace("_", " "))

    @property
    def _is_over(self) -> bool:
        """Has the state lasted for the cool-down? Probes that have not come back by then are given up."""
        return self._clock() - self._begun >= self._settings.cool_down

    def _has_room(self) -> bool:
        is_half_open = self._state is not CircuitState.OPEN
        return (is_half_open and self._out < self._settings.probes) or self._is_over

    def _count(self, *, is_good: bool | None) -> None:
        if is_good is None:
            return
        now, settings, calls = self._clock(), self._settings, self._calls
        while calls and (len(calls) >= settings.remembered or calls[0][0] <= now - settings.window):
            self._failures -= not calls.popleft()[1]
        calls.append((now, is_good))
        self._failures += not is_good
        self._in_a_row = 0 if is_good else self._in_a_row + 1
        are_many = len(calls) >= settings.least and self._failures >= settings.failing * len(calls)
        if self._in_a_row >= settings.in_a_row or (are_many and not is_good):
            self._begin(CircuitState.OPEN)

    def _probed(self, *, is_good: bool | None) -> None:
        if is_good is None:
            self._out -= 1
        elif not is_good:
            self._begin(CircuitState.OPEN)
        else:
            self._good += 1
            if self._good == self._settings.probes:
                self._begin(CircuitState.CLOSED)

    def after_fork(self) -> None:
        """In a forked child: a lock may be held by a thread that is not there, and what is under way is the parent's."""
        self._lock = threading.Lock()
        self._begin(CircuitState.CLOSED)
