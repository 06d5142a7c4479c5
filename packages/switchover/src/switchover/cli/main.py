"""The command `switchover`, as the shell finds it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0 done, 1 something does not hold, 2 the command cannot start, 130 it was interrupted."""
    with _leaving_at_once():
        from switchover.cli import program  # noqa: PLC0415 - what takes long
    return program.main(arguments)


@contextmanager
def _leaving_at_once() -> Iterator[None]:
    """Ctrl-C ends the process: nothing has begun yet. Raised in the middle of an import, it would be a traceback, or be lost in a callback."""
    is_usual = threading.current_thread() is threading.main_thread()
    is_usual = is_usual and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_usual:
        signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        if is_usual:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler
    print("switchover: interrupted", file=sys.stderr, flush=True)
    os._exit(130)
