"""The workers of one service, and what each of them has counted: a directory with one small file for each.

worker-TOKEN.json   a worker's numbers, replaced whole by it alone; locked while it runs
remainder.json      the sum of what workers counted that are gone
lock                held by whoever adds them up, so that nobody meets a worker twice or not at all

A scrape writes the numbers of its own process before it reads those of the others: what has once been shown is never lost, whoever answers
next and whoever is killed.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from switchover import disk
from switchover.telemetry.metrics import files
from switchover.telemetry.metrics.report import (
    MOST_BYTES,
    Remainder,
    Report,
    read_remainder,
    read_report,
    write_remainder,
    write_report,
)
from switchover.telemetry.metrics.totals import Gauges, Totals

LOCK_SECONDS: Final = 1.0
"""How long a scrape waits for another one that adds up."""

UNFINISHED_SECONDS: Final = 60.0
"""How long a file may take to be written, which takes a millisecond."""

_WORKER: Final = re.compile(r"worker-([0-9a-f]{16})\.json")
_UNFINISHED: Final = re.compile(r"worker-([0-9a-f]{16})\.json\.tmp")
_LOCK: Final = "lock"
_REMAINDER: Final = "remainder.json"
_OURS: Final = frozenset({_LOCK, _REMAINDER, f"{_REMAINDER}.tmp"})

_log = logging.getLogger("switchover.metrics")


class Workers:
    """One worker, seen from itself."""

    def __init__(self, directory: Path) -> None:
        """Raises ValueError for a directory that others may write to, or that is none."""
        self._directory = directory
        self._told: dict[str, str] = {}
        self._held: int | None = None
        self.start()
        require_private(directory)

    def start(self) -> None:
        """Be a worker of its own: also after a fork, when what is held belongs to the parent."""
        self._token = secrets.token_hex(8)
        self.close()

    def close(self) -> None:
        """Be gone: the next scrape adds what was counted here to the remainder."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def write(self, report: Report) -> None:
        """Tell the others. What keeps that from being done is logged once, and tried again the next time."""
        subject = "the numbers of this process cannot be told to the others"
        try:
            self._directory.mkdir(0o700, parents=True, exist_ok=True)
            descriptor = disk.replace_held(self._path(self._token), write_report(report))
        except OSError as error:
            self._tell(subject, error)
            return
        self.close()
        self._held = descriptor
        self._told.pop(subject, None)

    def together(self, own: Report) -> Report:
        """The numbers of all workers. Without the directory, those of this process: what is wrong is logged once.

        Raises:
            TimeoutError: the others could not be asked in time; an answer without them would look like a start from 0.
        """
        self.write(own)
        subject = "the numbers of other processes cannot be read"
        try:
            with disk.locked(self._directory / _LOCK, LOCK_SECONDS, mode=0o600):
                found = self._added(own)
        except TimeoutError:
            raise
        except OSError as error:
            self._tell(subject, error)
            return own
        self._told.pop(subject, None)
        return found

    def _added(self, own: Report) -> Report:
        bounds = own.totals.bounds
        remainder = self._remainder(bounds)
        living: list[Report] = []
        gone: dict[str, Totals] = {}
        names = sorted(os.listdir(self._directory))
        for token in self._others(names):
            if token in remainder.folded:
                gone[token] = Totals(bounds)
                continue
            report, is_alive = self._report(token, bounds)
            if report is not None and is_alive:
                living.append(report)
            elif report is not None:
                gone[token] = report.totals
        remainder = self._fold(remainder, gone)
        self._sweep(names)
        total = Report(remainder.totals, Gauges()).plus(own)
        for report in living:
            total = total.plus(report)
        return total

    def _remainder(self, bounds: tuple[int, ...]) -> Remainder:
        """What is left of those that are gone; nothing, if it cannot be read."""
        path = self._directory / _REMAINDER
        try:
            found = read_remainder(files.read(path, MOST_BYTES).data)
        except FileNotFoundError:
            return Remainder(Totals(bounds))
        except (OSError, ValueError) as error:
            self._tell(f"{path} is passed over", error)
            return Remainder(Totals(bounds))
        return Remainder(self._within(found.totals, bounds, path), found.folded)

    def _others(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if match := _WORKER.fullmatch(name):
                if match[1] != self._token:
                    yield match[1]
            elif name not in _OURS and not _UNFINISHED.fullmatch(name):
                self._tell(f"{self._directory / name} is passed over", "it is no file of a worker's")

    def _report(self, token: str, bounds: tuple[int, ...]) -> tuple[Report | None, bool]:
        """What a worker told, and whether it still runs; None for what cannot be read."""
        path = self._path(token)
        try:
            found = files.read(path, MOST_BYTES)
            report = read_report(found.data)
        except (OSError, ValueError) as error:
            self._tell(f"{path} is passed over", error)
            return None, True
        return Report(self._within(report.totals, bounds, path), report.gauges), found.is_held

    def _within(self, totals: Totals, bounds: tuple[int, ...], path: Path) -> Totals:
        if totals.bounds != bounds:
            self._tell(f"the durations in {path} are passed over", "they have the bounds of other objectives")
        return totals.within(bounds)

    def _fold(self, remainder: Remainder, gone: dict[str, Totals]) -> Remainder:
        """Put what the dead counted into one file, and only then remove theirs: whatever ends this half-way, nothing is counted twice."""
        if not gone:
            return remainder
        totals = remainder.totals
        for one in gone.values():
            totals = totals.plus(one)
        folded = Remainder(totals, tuple(sorted(gone)))
        subject = "the numbers of processes that are gone cannot be put together"
        try:
            os.close(disk.replace_held(self._directory / _REMAINDER, write_remainder(folded)))
            for token in gone:
                self._path(token).unlink(missing_ok=True)
        except OSError as error:
            self._tell(subject, error)
        else:
            self._told.pop(subject, None)
        return folded

    def _sweep(self, names: Iterable[str]) -> None:
        """Remove what workers were writing when they were killed; what is new may be about to be locked."""
        for name in names:
            path = self._directory / name
            if _UNFINISHED.fullmatch(name):
                with suppress(OSError, ValueError):
                    is_old = time.time() - path.stat().st_mtime > UNFINISHED_SECONDS
                    if is_old and not files.read(path, MOST_BYTES).is_held:
                        path.unlink()

    def _path(self, token: str) -> Path:
        return self._directory / f"worker-{token}.json"

    def _tell(self, subject: str, why: object) -> None:
        """Log what is wrong, when it begins to be."""
        if self._told.get(subject) != str(why):
            self._told[subject] = str(why)
            _log.warning("%s: %s", subject, why)


def require_private(directory: Path) -> None:
    """Have a directory be one for the workers of a service alone; one that is not there yet will be.

    Raises:
        ValueError: it is none, or others may use it.
    """
    try:
        found = directory.stat()
    except OSError:
        return  # made when it is needed; what keeps it from being made is told then
    if not directory.is_dir():
        raise ValueError(f"{directory} is no directory; the workers of a service need one of their own")
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise ValueError(
            f"{directory} may be used by others than the user of this process; name one that does not exist yet, or one with mode 0700"
        )
