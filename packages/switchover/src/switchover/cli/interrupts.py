"""Signals that end a command, kept until it has put back what it moved."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any, Final, Self

_NAMES: Final = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "the terminal is gone",
}


class Interrupts:
    """Within it, SIGINT, SIGTERM and SIGHUP are noted, and nothing else. For the main thread.

    Attributes:
        code: that a process ended by the signal should have, 128 and its number; 0 if none came.
    """

    def __init__(self) -> None:
        self._taken: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    @property
    def code(self) -> int:
        """See the class."""
        return 0 if self._taken is None else 128 + self._taken

    def what(self) -> str:
        """`interrupted`, `terminated`, or ""."""
        return "" if self._taken is None else _NAMES[self._taken]

    def __enter__(self) -> Self:
        for number in _NAMES:
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, frame: FrameType | None) -> None:
        self._taken = signal.Signals(number)
