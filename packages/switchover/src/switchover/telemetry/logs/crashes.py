"""What Python prints about exceptions that nothing caught, without waiting for standard error.

The interpreter prints them itself, under the lock of `sys.stderr`: when nothing reads it, a thread that fails keeps everybody out
who prints, and a process that fails does not end.
"""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType

from switchover.telemetry.logs.lines import Lines


def write_crashes(lines: Lines) -> None:
    """Have exceptions that nothing caught written as Python writes them, by `lines`. Hooks of others stay as they are."""
    if sys.excepthook is sys.__excepthook__ or isinstance(sys.excepthook, _Uncaught):
        sys.excepthook = _Uncaught(lines)
    if threading.excepthook is threading.__excepthook__ or isinstance(threading.excepthook, _UncaughtInThread):
        threading.excepthook = _UncaughtInThread(lines)
    if sys.unraisablehook is sys.__unraisablehook__ or isinstance(sys.unraisablehook, _Unraisable):
        sys.unraisablehook = _Unraisable(lines)


class _Uncaught:
    """What ends a process."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __call__(self, kind: type[BaseException], error: BaseException | None, stack: TracebackType | None, /) -> None:
        self._lines.tell_plain("".join(traceback.format_exception(kind, error, stack)))


class _UncaughtInThread:
    """What ends a thread."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __call__(self, told: threading.ExceptHookArgs, /) -> None:
        if told.exc_type is SystemExit:
            return
        name = told.thread.name if told.thread is not None else threading.get_ident()
        text = "".join(traceback.format_exception(told.exc_type, told.exc_value, told.exc_traceback))
        self._lines.tell_plain(f"Exception in thread {name}:\n{text}")


class _Unraisable:
    """What a finalizer raises, for example."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __call__(self, told: sys.UnraisableHookArgs, /) -> None:
        text = "".join(traceback.format_exception(told.exc_type, told.exc_value, told.exc_traceback))
        # Not its `repr`: that is code of somebody else's, and may be what failed.
        where = f"{told.err_msg or 'Exception ignored in'}: <{type(told.object).__name__}>"
        self._lines.tell_plain(f"{where}\n{text}")
