"""What became of the load's calls, by step. Counted on the load's thread, read on the drill's."""

from __future__ import annotations

import threading
from typing import Final

from switchover.rehearsal.measures import Trouble

MOST_TROUBLES: Final = 20
"""How many calls are told one by one."""


class Tally:
    """Counts calls. A call belongs to the step in which it began; -1 is before the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._step = -1
        self._counts: dict[int, list[int]] = {}
        self._troubles: list[Trouble] = []
        self._skipped = 0

    @property
    def step(self) -> int:
        """The one under way."""
        return self._step

    @property
    def skipped(self) -> int:
        """Calls that were not made."""
        return self._skipped

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """The first of them."""
        with self._lock:
            return tuple(self._troubles)

    def begin(self, step: int) -> None:
        """What begins from now on belongs to another step."""
        self._step = step

    def skip(self) -> None:
        """A call was due, and too many were under way."""
        with self._lock:
            self._skipped += self._step >= 0

    def count(self, step: int, call: str, *, failure: str = "", differs: str = "") -> None:
        """A call that began in `step` has ended: well, unless it failed or its answer differs."""
        with self._lock:
            counts = self._counts.setdefault(step, [0, 0, 0])
            counts[0] += 1
            counts[1] += bool(failure)
            counts[2] += bool(differs)
            if (failure or differs) and step >= 0 and len(self._troubles) < MOST_TROUBLES:
                self._troubles.append(Trouble(call=call, what=failure or differs, step=step, is_wrong=bool(differs)))

    def of(self, step: int) -> tuple[int, int, int]:
        """Calls, failed calls and wrong answers of a step."""
        with self._lock:
            calls, failed, wrong = self._counts.get(step, (0, 0, 0))
            return calls, failed, wrong
