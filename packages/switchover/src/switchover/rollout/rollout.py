"""The rollout of a process: the table in force, swapped as a whole whenever the state changes."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Self

from switchover.context import Side
from switchover.rollout.asker import Asker
from switchover.rollout.circuit import Circuit, CircuitSettings, CircuitState
from switchover.rollout.explaining import Explanation, explained
from switchover.rollout.rules import Planless, Rules
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState
from switchover.rollout.table import Table, compiled
from switchover.versions import ContractVersion

Applied = Callable[[RolloutState], None]
"""Is told of a state that this process obeys from now on."""

_log = logging.getLogger("switchover.rollout")


class Rollout:
    """Who goes where in this process. It does no I/O: whoever watches a store calls `apply`, from any thread.

    Attributes:
        table: in force. It is never changed, only replaced, so a call that has looked at it keeps what it saw.
        ceiling: the furthest that calls may go; see `__init__`.
        contract: the version of the contract that this process has; None until a port routes by this rollout.
        services: the versions that the service has named in its last answers, the latest first.
    """

    def __init__(
        self,
        rules: Rules | None = None,
        *,
        state: RolloutState | None = None,
        ceiling: Side = "http",
        circuit: CircuitSettings | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """A rollout by rules, or without any.

        Args:
            rules: what a plan says of each operation.
            state: to begin with; nothing goes over HTTP unless it says so.
            ceiling: `"direct"` keeps every call in this process, whatever the state says (`BACKEND_MODE=monolith`).
            circuit: when the circuit of an operation opens.
            clock: seconds, for the circuits.

        Raises:
            ValueError: there is no such ceiling.
        """
        if ceiling not in ("direct", "http"):
            raise ValueError(f'a ceiling is "direct" or "http", not {ceiling!r}')
        self.ceiling = ceiling
        self._rules = rules or Planless()
        self._circuit, self._clock = circuit or CircuitSettings(), clock
        self._changing = threading.RLock()
        self._circuits: dict[str, Circuit] = {}
        self._covered: dict[str, None] = {}
        self._is_suspended = False
        self._subscribers: list[Applied] = []
        self.contract: ContractVersion | None = None
        self.services: Callable[[], Sequence[ContractVersion]] = tuple
        self.table = self._compiled(state or RolloutState())
        _rollouts.add(self)

    @classmethod
    def fixed(cls, shares: Mapping[str, Share] | Share) -> Self:
        """A rollout that stands: shares by operation id, or one for every operation."""
        return cls(state=RolloutState(shares=_Everywhere(shares) if isinstance(shares, Share) else shares))

    @property
    def applied_version(self) -> int:
        """Version of the state that this process obeys."""
        return self.table.state.version

    @property
    def circuits(self) -> Mapping[str, CircuitState]:
        """The state of each operation's circuit."""
        return {operation: circuit.state for operation, circuit in list(self._circuits.items())}

    def apply(self, state: RolloutState) -> bool:
        """Obey a state from the next call on: was it newer than the one before? Only newer ones are obeyed."""
        with self._changing:
            if state.version <= self.applied_version:
                return False
            self.table = self._compiled(state)
            subscribers = list(self._subscribers)
        for subscriber in subscribers:
            try:
                subscriber(state)
            except Exception:  # whoever watches must not end the watching
                _log.exception("a subscriber failed on version %d", state.version)
        return True

    def suspend(self, is_suspended: bool) -> None:  # noqa: FBT001 - `Follower(…, suspend=rollout.suspend)`
        """Answer every new call in this process, or go by the state again."""
        with self._changing:
            self._is_suspended = is_suspended
            self.table = self._compiled(self.table.state)

    def subscribe(self, subscriber: Applied) -> None:
        """Have `subscriber` called with every state that is applied, on the thread that applies it."""
        with self._changing:
            self._subscribers.append(subscriber)

    def know_versions(self, contract: ContractVersion, services: Callable[[], Sequence[ContractVersion]]) -> None:
        """Have this process's version of the contract, and those that its service names, for the heartbeat's report."""
        self.contract, self.services = contract, services

    def replan(self, rules: Rules) -> None:
        """Go by other rules from the next call on."""
        with self._changing:
            self._rules = rules
            self.table = self._compiled(self.table.state)

    def cover(self, operations: Sequence[str]) -> list[int]:
        """Have these operations in the table, whether the plan names them or not; the number of each among `table.rows`."""
        with self._changing:
            self._covered.update(dict.fromkeys(operations))
            self.table = self._compiled(self.table.state)
            rows = list(self.table.routes)
        return [rows.index(operation) for operation in operations]

    def explain(
        self,
        operation: str,
        user: str | None = None,
        groups: Iterable[str] = (),
        *,
        session: str | None = None,
        trace: int | None = None,
        backend: Side | None = None,
    ) -> Explanation:
        """Where a call would go now, and why. It changes nothing, and takes no probe.

        Raises:
            KeyError: there is no such operation; the message names those that there are.
        """
        route = self.table.routes.get(operation)
        if route is None:
            raise KeyError(f"there is no operation {operation!r}; there are {', '.join(self.table.routes) or 'none'}")
        return explained(route, Asker(user, frozenset(groups), session, trace, backend))

    def _compiled(self, state: RolloutState) -> Table:
        self._covered.update(dict.fromkeys((*self._rules.operations, *state.shares, *state.pinned)))
        is_low = self._is_suspended or self.ceiling == "direct"
        return compiled(self._covered, self._rules, state, has_ceiling=is_low, circuit_of=self._circuit_of)

    def _circuit_of(self, operation: str) -> Circuit:
        if operation not in self._circuits:
            self._circuits[operation] = Circuit(operation, self._circuit, self._clock)
        return self._circuits[operation]

    def _after_fork(self) -> None:
        """Threads do not cross a fork, and locks may be held in it."""
        self._changing = threading.RLock()
        for circuit in self._circuits.values():
            circuit.after_fork()


class _Everywhere(Mapping[str, Share]):
    """The same share of every operation, of which it names none."""

    def __init__(self, share: Share) -> None:
        self._share = share

    def __getitem__(self, operation: str) -> Share:
        return self._share

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


_rollouts: weakref.WeakSet[Rollout] = weakref.WeakSet()


def _after_fork() -> None:
    for rollout in list(_rollouts):
        rollout._after_fork()  # noqa: SLF001 - the module's own


os.register_at_fork(after_in_child=_after_fork)
