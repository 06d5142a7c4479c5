"""How a command ends that is asked to end: it says what it has changed.

The sentence is written by the signal handler itself, which then ends the process. Raising KeyboardInterrupt
instead would leave a gap between a change and the line that reports it, and is lost in callbacks and imports.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, Final, Self

_NAMES: Final = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "the terminal is gone",
}
NOTHING_DONE: Final = "nothing was changed"
_UNKNOWN: Final = "the store has not answered, so the change may be in force; `switchover status` shows it"


class Leaving:
    """Within it, SIGINT, SIGTERM and SIGHUP end the process with exit code 128 and the number of the signal.

    A signal that the process ignores or handles already is left alone, and so is everything outside the main thread.

    Attributes:
        done: what has been changed so far; completes the sentence that is written to standard error.
    """

    def __init__(self) -> None:
        self.done = NOTHING_DONE
        self._before: dict[signal.Signals, Any] = {}
        self._is_deferred = False
        self._noted: signal.Signals | None = None

    @property
    def code(self) -> int:
        """The exit code for a signal that came while the store was being asked; 0 if none came."""
        return 0 if self._noted is None else 128 + self._noted

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Keep a signal until the end of the block, where `done` says what became of it. A second one does not wait."""
        self._is_deferred = True
        try:
            yield
        finally:
            self._is_deferred = False
        if self._noted is not None:
            self._leave(self._noted, self.done)

    def stand_down(self) -> None:
        """Restore the handlers."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _NAMES:
                if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                    self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stand_down()

    def _take(self, number: int, frame: FrameType | None) -> None:
        taken = signal.Signals(number)
        if not self._is_deferred:
            self._leave(taken, self.done)
        elif self._noted is None:
            self._noted = taken
        else:
            self._leave(taken, _UNKNOWN)

    def _leave(self, number: signal.Signals, what: str) -> None:
        with suppress(OSError, RuntimeError, ValueError):  # RuntimeError: it came in the middle of a print
            sys.stdout.flush()
        _say(f"{_NAMES[number]}; {what}")
        os._exit(128 + number)


def _say(text: str) -> None:
    """Write a line to standard error, past its buffer, which may be in use."""
    with suppress(OSError):
        clear = "\r\x1b[K" if os.isatty(2) else ""
        os.write(2, f"{clear}switchover: {text}\n".encode())
