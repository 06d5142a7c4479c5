"""What a worker process says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from switchover.rollout.record.reading import LONGEST_TEXT, canonical, mapping, members, parsed, text, whole

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_MEMBERS: Final = ("id", "host", "pid", "version", "problem")

UNREADABLE: Final = "heartbeat unreadable: "
"""How the problem of a worker begins whose heartbeat the store holds and cannot read."""

MOST_REPORT_BYTES: Final = 256 * 1024
"""Of the canonical JSON of a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerBeat:
    """A sign of life.

    Attributes:
        id: of this process, as long as it lives; letters, digits, `.`, `_` and `-`, at most 200.
        host: name of its machine.
        pid: its process id there.
        version: of the state that it has applied.
        problem: what keeps it from applying the one in force, or "".
        report: what its calls came to, as `switchover.rollout.reporting` has it: a JSON object of at most 256 KiB; empty if it tells nothing.

    Raises:
        ValueError: an id that is none, or a report that is no JSON or too long.
    """

    id: str
    host: str
    pid: int
    version: int
    problem: str = ""
    report: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)

    def __post_init__(self) -> None:
        """See the class."""
        report_text(self.report)
        if not _ID.fullmatch(self.id):
            raise ValueError(
                f"{self.id[:80]!r} is no worker id: 1 to 200 letters, digits, '.', '_', '-', and no sign first"
            )


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker's last sign of life, and how many seconds ago the store had it."""

    beat: WorkerBeat
    age_seconds: float

    def __str__(self) -> str:
        beat = self.beat
        if beat.problem.startswith(UNREADABLE):
            return f"{beat.id} ({beat.problem}, {self.age_seconds:.1f} s ago)"
        problem = f", {beat.problem}" if beat.problem else ""
        return (
            f"{beat.id} (pid {beat.pid} on {beat.host}, version {beat.version}, {self.age_seconds:.1f} s ago{problem})"
        )


def beat_data(beat: WorkerBeat) -> dict[str, Any]:
    """The beat as JSON has it, without its report, which is kept beside it."""
    return {name: getattr(beat, name) for name in _MEMBERS}


def beat_of(data: Any) -> WorkerBeat:
    """The beat that plain data stands for, without its report. Raises ValueError, with the place."""
    found = members(data, "#", _MEMBERS)
    return WorkerBeat(
        id=text(found["id"], "#/id"),
        host=text(found["host"], "#/host"),
        pid=whole(found["pid"], "#/pid"),
        version=whole(found["version"], "#/version"),
        problem=text(found["problem"], "#/problem"),
    )


def report_text(report: Mapping[str, Any]) -> str:
    """A report as canonical JSON. Raises ValueError for one that is none, or too long."""
    written = canonical(dict(report))
    if len(written) > MOST_REPORT_BYTES:
        raise ValueError(f"a report of {len(written)} bytes is too long; {MOST_REPORT_BYTES} are the most")
    return written


def reported(beat: WorkerBeat, written: str | bytes) -> WorkerBeat:
    """The beat with its report; without one if that cannot be read: another version wrote it, and the sign of life counts all the same."""
    with suppress(ValueError):
        return replace(beat, report=mapping(parsed(written), "#"))
    return beat


def unreadable(name: str, why: str, age_seconds: float) -> WorkerSeen:
    """Stand in for a worker whose heartbeat cannot be read.

    Its host, process id and version are unknown.

    Args:
        name: of the file or row; the id is made of it.
        why: what is wrong with it.
        age_seconds: since it was written.
    """
    made = re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip("._-")[:200] or "unnamed"
    problem = f"{UNREADABLE}{why}"[:LONGEST_TEXT]
    return WorkerSeen(WorkerBeat(id=made, host="", pid=0, version=0, problem=problem), max(0.0, age_seconds))
