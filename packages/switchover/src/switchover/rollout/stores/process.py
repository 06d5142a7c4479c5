"""Processes of this machine: whether the one that gave a sign of life still runs.

A process id is used again, so a process is known by its id and its start time, and both mean something
only where they were read: on one boot of one machine, in one pid namespace. Anywhere else the answer is
"unknown", and a worker that is unknown may live.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_STATE, _STARTED = 0, 19  # fields 3 and 22 of proc(5), counted from behind the name of the program
_PS_SECONDS: Final = 2.0


@cache
def this_place() -> str:
    """Where process ids mean what they mean to this process: boot, pid namespace, time namespace; "" if unknown."""
    try:
        if sys.platform == "darwin":
            return _asked("sysctl", "-n", "kern.bootsessionuuid")
        if os.readlink(_PROC / "self") != str(os.getpid()):
            return ""  # /proc shows another pid namespace than the one of this process
        spaces = [_namespace(name) for name in ("pid", "time")]
        return " ".join([(_PROC / "sys/kernel/random/boot_id").read_bytes().decode("ascii").strip(), *spaces])
    except OSError:
        return ""


def boot_of(place: str) -> str:
    """The boot of the machine that a place belongs to."""
    return place.partition(" ")[0]


def start_of(pid: int) -> str:
    """When a process of this place started, in a form that only compares for equality; "" if that is unknown.

    Raises:
        ProcessLookupError: there is no such process, or it has ended and waits for its parent.
    """
    if sys.platform == "darwin":
        return _start_on_macos(pid)
    try:
        fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        os.kill(pid, 0)  # another user's process may be hidden: that it exists can still be asked
        return ""
    if fields[_STATE] in (b"Z", b"X"):
        raise ProcessLookupError(pid)
    return fields[_STARTED].decode("ascii")


def has_ended(place: str, pid: int, started: str) -> bool:
    """Whether a process is known to have ended. False where it runs, and where that cannot be known."""
    if not place or not started or pid <= 0 or place != this_place():
        return False
    try:
        found = start_of(pid)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return bool(found) and found != started


def _namespace(name: str) -> str:
    try:
        return os.readlink(_PROC / "self/ns" / name)
    except FileNotFoundError:
        return ""  # a kernel without such namespaces has one of them


def _start_on_macos(pid: int) -> str:
    try:
        state, _, started = _asked("ps", "-o", "stat=,lstart=", "-p", str(pid)).partition(" ")
    except OSError:
        os.kill(pid, 0)
        return ""
    if state.startswith("Z"):
        raise ProcessLookupError(pid)
    return " ".join(started.split())


def _asked(*command: str) -> str:
    """Return what a program of the system answers. Raises OSError."""
    import subprocess  # noqa: PLC0415 - needed on macOS alone

    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - programs of the system
            command, capture_output=True, text=True, check=True, timeout=_PS_SECONDS, env=environment
        )
    except subprocess.SubprocessError as error:
        raise OSError(str(error)) from error
    return done.stdout.strip()
