"""A process whose disk fails at a certain call, or that is killed there."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from switchover.errors import ChangeUnknown, StoreUnavailable

CALLS = ("open", "write", "fsync", "ftruncate", "replace", "mkdir", "unlink")


class Fault(Enum):
    """What happens at the call."""

    KILLED = "the process is killed before it"
    FAILS_ONCE = "it fails, and the next call does not"
    READ_ONLY = "it fails, and so does every later call"
    FULL = "half of it is written, and from then on nothing can be written, but files can be shortened"
    TOO_LATE = "it is carried out, and answered with a failure"
    INTERRUPTED = "it is interrupted"


@dataclass(frozen=True)
class Ended:
    """Whether the fault came at all, and how the process ended.

    That is "done", "refused", "unknown", "interrupted" or "killed".
    """

    how: str
    has_failed: bool


def run(work: Callable[[], object], fault: Fault, number: int) -> Ended:
    """Do some work in a forked process whose `number`-th call that changes the disk fails."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        told = os.write
        calls = _Calls(fault, number)
        try:
            calls.install()
            how = _ended(work)
            told(writing, f"{how} {calls.has_failed}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    try:
        said = b"".join(iter(lambda: os.read(reading, 1000), b"")).decode().split()
    finally:
        os.close(reading)
        status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return Ended("killed", has_failed=True)
    return Ended(said[0], has_failed=said[1] == "True")


def _ended(work: Callable[[], object]) -> str:
    try:
        work()
    except ChangeUnknown:
        return "unknown"
    except StoreUnavailable:
        return "refused"
    except KeyboardInterrupt:
        return "interrupted"
    return "done"


class _Calls:
    """Counts the calls of this process that change the disk."""

    def __init__(self, fault: Fault, number: int) -> None:
        self._fault, self._number, self._count = fault, number, 0
        self.has_failed = False

    def install(self) -> None:
        for name in CALLS:
            setattr(os, name, self._counted(name, getattr(os, name)))

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            is_changing = name != "open" or arguments[1] & (os.O_WRONLY | os.O_RDWR)
            if not is_changing:
                return call(*arguments, **named)
            self._count += 1
            if self._count < self._number or (self._count > self._number and self._is_over(name)):
                return call(*arguments, **named)
            self.has_failed = True
            return self._fail(name, call, *arguments, **named)

        return counted

    def _is_over(self, name: str) -> bool:
        if self._fault is Fault.FULL:
            return name not in ("write", "open", "mkdir", "fsync")
        return self._fault is not Fault.READ_ONLY

    def _fail(self, name: str, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        match self._fault:
            case Fault.KILLED:
                os.kill(os.getpid(), signal.SIGKILL)
            case Fault.INTERRUPTED:
                raise KeyboardInterrupt
            case Fault.TOO_LATE:
                call(*arguments, **named)
            case Fault.FULL if name == "write" and self._count == self._number:
                call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            case Fault.READ_ONLY:
                raise OSError(errno.EROFS, "Read-only file system")
            case _:
                pass
        raise OSError(errno.ENOSPC, "No space left on device")
