"""Streams that never keep a writer waiting: a bounded queue, and one thread that writes.

Whoever reads a process's log may stall: a pipe is then full, and a write to it waits until somebody reads. A thread that logs
would wait with it, and while it does, it holds the lock of its handler or of `sys.stderr`: the next thread that logs waits for
that lock. Here only the writing thread waits. What finds the queue full is dropped and counted; the count is written where the
lines are missing, as soon as the stream takes text again.

At exit the queue is written for at most a second. A forked child begins with an empty queue and a thread of its own.
"""

from __future__ import annotations

import atexit
import os
import queue
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Final

from switchover.telemetry.unbuffered import Stream, write_text

MOST_BYTES: Final = 4 * 1024 * 1024
"""Bytes of text that wait in one queue at most: some 15,000 lines of calls."""

EXIT_SECONDS: Final = 1.0
"""How long the end of a process waits for the reader of its log."""

PIECE: Final = 4096 - 256
"""Bytes that are written at once: what other processes write to the same pipe does not come between (PIPE_BUF of Linux is 4096),
with room for a line about dropped ones.
"""

_STUCK_SECONDS: Final = 0.05
"""How long a second wait for a stream takes that has not moved since the first."""


def say_dropped(count: int) -> str:
    """Return the line about dropped ones in a log of plain text."""
    return (
        f"{count} log {'line was' if count == 1 else 'lines were'} dropped: nothing read the log, or it took no lines"
    )


class BackgroundStream:
    """A text stream whose `write` returns at once, and never raises because of the stream behind it.

    Args:
        stream: the stream behind it; if None, standard error, as it is when a line is written.
        report: returns the line that says how many were dropped.
    """

    def __init__(self, stream: Stream | None = None, *, report: Callable[[int], str] = say_dropped) -> None:
        self._backlog = _Backlog(stream, report)
        # The thread writes what is left when nobody holds this any more, and ends.
        weakref.finalize(self, self._backlog.end).atexit = False

    @property
    def lost(self) -> int:
        """How many lines were dropped, and not yet reported on the stream."""
        return self._backlog.lost

    def write(self, text: str) -> int:
        """Queue text, and a newline if it does not end with one; drop it if the queue is full."""
        if text:
            self._backlog.put(text if text.endswith("\n") else f"{text}\n")
        return len(text)

    def flush(self) -> None:
        """Do nothing: text is written as soon as the stream takes it. See `drain`."""

    def drain(self, seconds: float = EXIT_SECONDS) -> bool:
        """Wait until everything queued so far is written or given up; whether that happened within `seconds`.

        A stream for which an earlier wait ended too soon, and which has not moved since, is not waited for again.
        """
        return self._backlog.wait(self._backlog.mark(), seconds)


_Item = tuple[str, int, int]
"""Whole lines, their number, and how many lines were dropped just before them."""

_Items = queue.SimpleQueue[_Item | threading.Event | None]
"""Lines; events that are set when everything before them is written; None at the end."""


class _Backlog:
    """What a stream has not taken yet, and the thread that writes it."""

    def __init__(self, stream: Stream | None, report: Callable[[int], str]) -> None:
        self._stream = stream
        self._report = report
        self.begin()
        _backlogs.add(self)

    def begin(self) -> None:
        """Start empty. In a forked child, what is queued is the parent's to write, and so are its thread and its lock."""
        self._lock = threading.RLock()  # reentrant: a finalizer that runs while it is held may log
        self._items: _Items = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._bytes = 0
        self.lost = 0  # not reported yet: refused since the last item, with an item in the queue, or missing
        self._refused = 0
        self._missing = 0
        self._moved = 0
        self._moved_before_wait = -1

    def put(self, text: str) -> None:
        """Queue whole lines, or count them as dropped."""
        lines = text.count("\n")
        with self._lock:
            if self._bytes and self._bytes + len(text) > MOST_BYTES:
                self._refused += lines
                self.lost += lines
                _dropped.add(lines)
                return
            refused, self._refused = self._refused, 0
            self._bytes += len(text)
            self._items.put((text, lines, refused))
            self._start()

    def mark(self) -> threading.Event:
        """An event that is set when everything queued so far is written or given up."""
        written = threading.Event()
        with self._lock:
            if self._thread is None:
                written.set()
            else:
                self._items.put(written)
        return written

    def wait(self, written: threading.Event, seconds: float) -> bool:
        is_stuck = self._moved == self._moved_before_wait
        moved = self._moved
        done = written.wait(min(seconds, _STUCK_SECONDS) if is_stuck else seconds)
        self._moved_before_wait = -1 if done else moved
        return done

    def end(self) -> None:
        """Have the thread end once everything is written."""
        self._items.put(None)

    def _start(self) -> None:
        if self._thread is not None:
            return
        thread = threading.Thread(target=self._run, args=(self._items,), name="switchover-log", daemon=True)
        try:
            thread.start()
        except (
            RuntimeError
        ):  # the interpreter is ending, or there is no thread left: written here, if the stream takes it
            while not self._items.empty():
                self._write_next(self._items, EXIT_SECONDS)
        else:
            self._thread = thread

    def _run(self, items: _Items) -> None:
        while self._write_next(items):
            pass
        with self._lock:
            self._thread = None
        while not items.empty():  # waited for after the end
            self._write_next(items)

    def _write_next(self, items: _Items, seconds: float | None = None) -> bool:
        """Write what comes next, and what is queued behind it, a piece at a time; whether there may be more."""
        item = items.get()
        texts: list[str] = []
        lines = size = 0
        while isinstance(item, tuple):
            text, count, refused = item
            if texts and (refused or size + len(text) > PIECE):
                self._send("".join(texts), lines, seconds)
                texts, lines, size = [], 0, 0
            self._missing += refused
            texts.append(text)
            lines, size = lines + count, size + len(text)
            if items.empty():
                break
            item = items.get()
        if texts:
            self._send("".join(texts), lines, seconds)
        if items.empty():
            self._report_last(seconds)
        if isinstance(item, threading.Event):
            item.set()
        return item is not None

    def _report_last(self, seconds: float | None) -> None:
        """Report drops that no line follows."""
        with self._lock:
            refused, self._refused = self._refused, 0
        if refused:
            self._missing += refused
            self._send("", 0, seconds)

    def _send(self, text: str, lines: int, seconds: float | None) -> None:
        """Write text, after a line about those that are missing before it."""
        report = f"{self._report(self._missing)}\n" if self._missing else ""
        try:
            write_text(self._stream if self._stream is not None else sys.stderr, report + text, seconds)
        except Exception:  # full, closed, or anything at all: the stream is not ours
            lost = lines
            self._missing += lines
            _dropped.add(lines)
        else:
            lost, self._missing = -self._missing, 0
        with self._lock:
            self._bytes -= len(text)
            self.lost += lost
            self._moved += 1


class _Dropped:
    """How many lines this process has dropped."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._lock = threading.RLock()
        self.lines = 0

    def add(self, lines: int) -> None:
        with self._lock:
            self.lines += lines


_dropped: Final = _Dropped()
_backlogs: Final[weakref.WeakSet[_Backlog]] = weakref.WeakSet()


def dropped_lines() -> int:
    """How many lines this process has dropped, on all of its streams, since it began or was forked."""
    return _dropped.lines


def drain(seconds: float = EXIT_SECONDS) -> bool:
    """Wait until everything queued so far on every stream is written; whether that happened within `seconds` in all."""
    until = time.monotonic() + seconds
    marks = [(backlog, backlog.mark()) for backlog in list(_backlogs)]
    is_done = True
    for backlog, mark in marks:
        is_done = backlog.wait(mark, max(0.0, until - time.monotonic())) and is_done
    return is_done


def say(text: str, stream: Stream | None = None) -> None:
    """Print a line on a stream, standard error if none is given, and wait for whoever reads it for a second at most."""
    written = BackgroundStream(stream)
    written.write(text)
    written.drain()


def _after_fork() -> None:
    _dropped.begin()
    for backlog in list(_backlogs):
        backlog.begin()
    # A child of `multiprocessing` ends without running what `atexit` knows.
    if (util := sys.modules.get("multiprocessing.util")) is not None:
        util.register_after_fork(_dropped, lambda _: util.Finalize(None, drain, exitpriority=-100))


os.register_at_fork(after_in_child=_after_fork)
atexit.register(drain)
