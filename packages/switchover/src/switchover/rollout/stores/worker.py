"""What a worker process says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from switchover.rollout.record.reading import LONGEST_TEXT, canonical, flag, hexadecimal, mapping, parsed, text, whole
from switchover.rollout.stores.process import boot_of, has_ended, this_place

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_REQUIRED: Final[Mapping[str, Callable[[Any, str], Any]]] = {
    "id": text,
    "host": text,
    "pid": whole,
    "version": whole,
    "problem": text,
}

UNREADABLE: Final = "heartbeat unreadable: "
"""How the problem of a worker begins whose heartbeat the store holds and cannot read."""

MOST_REPORT_BYTES: Final = 256 * 1024
"""Of the canonical JSON of a report."""


def _seconds(value: Any, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf"):
        return float(value)
    raise ValueError(f"{where} must be a positive number of seconds, got {value!r:.40}")


_OPTIONAL: Final[Mapping[str, Callable[[Any, str], Any]]] = {
    "head": hexadecimal,
    "place": text,
    "started": text,
    "lease_seconds": _seconds,
    "is_parent": flag,
}
"""Members that a worker of another version may leave out, or write in a form that this one cannot read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerBeat:
    """A sign of life.

    Attributes:
        id: of this process, as long as it lives; letters, digits, `.`, `_` and `-`, at most 200.
        host: name of its machine.
        pid: its process id there.
        version: of the state that it has applied.
        problem: what keeps it from applying the one in force, or "".
        head: digest of the event that led to that state, 64 hex digits; "" if an older worker does not say.
        place: where its process id is valid: `process.this_place`; "" if unknown.
        started: when its process started there: `process.start_of`; "" if unknown.
        lease_seconds: after so long without the store it answers everything in its own process; None if it does not.
        is_parent: it forked workers and has made no call itself, so it is not a worker.
        report: what its calls came to, as `switchover.rollout.reporting` has it: a JSON object of at most 256 KiB; empty if it tells nothing.

    Raises:
        ValueError: an id that is none, or a report that is no JSON or too long.
    """

    id: str
    host: str
    pid: int
    version: int
    problem: str = ""
    head: str = ""
    place: str = ""
    started: str = ""
    lease_seconds: float | None = None
    is_parent: bool = False
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
    said = {name: getattr(beat, name) for name in _OPTIONAL if getattr(beat, name)}
    return {name: getattr(beat, name) for name in _REQUIRED} | said


def beat_of(data: Any) -> WorkerBeat:
    """Return the beat that plain data stands for, without its report. Unknown members are ignored.

    Raises:
        ValueError: a member that every version writes is missing or invalid; the text says where.
    """
    found = mapping(data, "#")
    values: dict[str, Any] = {}
    for name, read in _REQUIRED.items():
        if name not in found:
            raise ValueError(f"#/{name} is missing")
        values[name] = read(found[name], f"#/{name}")
    for name, read_optional in _OPTIONAL.items():
        with suppress(ValueError):
            if name in found:
                values[name] = read_optional(found[name], f"#/{name}")
    return WorkerBeat(**values)


def has_left(beat: WorkerBeat, *, is_one_machine: bool) -> bool:
    """Whether the process behind a beat is known to have ended.

    Args:
        beat: its last one.
        is_one_machine: the store belongs to one machine, so a beat of another boot is from before a restart.
    """
    here = this_place()
    if is_one_machine and here and beat.place and boot_of(beat.place) != boot_of(here):
        return True
    return has_ended(beat.place, beat.pid, beat.started)


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
