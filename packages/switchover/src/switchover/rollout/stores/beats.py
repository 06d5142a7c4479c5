"""Heartbeats as files of a folder: one for each worker, its report in a second line."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from switchover.disk import regular_file, replace_file
from switchover.rollout.record.reading import canonical, members, parsed
from switchover.rollout.stores.worker import (
    MOST_REPORT_BYTES,
    WorkerBeat,
    WorkerSeen,
    beat_data,
    beat_of,
    has_left,
    report_text,
    reported,
    unreadable,
)

_LONGEST_BEAT: Final = 256 * 1024
"""Bytes of the first line; one that is longer was not written by a worker."""


class BeatFiles:
    """Written and read by all processes of a machine, which share a monotonic clock; it starts anew with the machine, and beats from before
    lie in the future or in the far past.

    Args:
        folder: may be missing.
        expire_seconds: how long a silent worker is listed.
        clock: monotonic, the same for all processes of the machine.
    """

    def __init__(self, folder: Path, expire_seconds: float, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._expire = expire_seconds
        self._clock = clock

    def note(self, beat: WorkerBeat) -> None:
        """Note a sign of life. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        content = f"{canonical({'beat': beat_data(beat), 'at': self._clock()})}\n{report_text(beat.report)}\n"
        replace_file(self._path(beat.id), content.encode("ascii"), is_durable=False)

    def seen(self, *, reports: bool) -> list[WorkerSeen]:
        """Return the workers that may live, by id, and clear away what others left.

        A file that cannot be read counts as a worker with a problem, until it is as old as a
        worker that has gone silent: the worker behind it may well live, under another user's mask
        or in another version.

        Raises:
            OSError: the folder cannot be listed, so there is no saying who lives.
        """
        seen = []
        for path in self._paths():
            try:
                worker = self._read(path, reports=reports)
            except FileNotFoundError:  # its worker has left
                continue
            if worker is not None and self._may_live(worker):
                seen.append(worker)
            else:
                with suppress(OSError):  # a folder, or another user's
                    path.unlink()
        return seen

    def _may_live(self, worker: WorkerSeen) -> bool:
        return 0 <= worker.age_seconds <= self._expire and not has_left(worker.beat, is_one_machine=True)

    def forget(self, worker_id: str) -> None:
        """A worker ended. Raises OSError."""
        self._path(worker_id).unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        return [self._folder / name for name in sorted(names) if name.endswith(".json") and not name.startswith(".")]

    def _read(self, path: Path, *, reports: bool) -> WorkerSeen | None:
        """Return the worker; None if its file is unreadable and old. Raises FileNotFoundError."""
        try:
            with regular_file(path) as file:
                found = members(parsed(file.readline(_LONGEST_BEAT)), "#", ("beat", "at"))
                at = found["at"]
                if not isinstance(at, float):
                    raise ValueError(f"#/at is {str(at)[:40]}; it has to be a number of seconds")
                beat = beat_of(found["beat"])
                if reports:
                    beat = reported(beat, file.readline(MOST_REPORT_BYTES + 1))
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as error:
            # It may have been written by another user or version: the file's own time says whether
            # its worker still writes it.
            age = _age(path)
            problem = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return unreadable(path.stem, problem, age) if age <= self._expire else None
        return WorkerSeen(beat, self._clock() - at)

    def _path(self, worker_id: str) -> Path:
        return self._folder / f"{worker_id}.json"


def _age(path: Path) -> float:
    """Return how many seconds ago a file was written, either way round, as clocks are set.

    Raises FileNotFoundError.
    """
    try:
        return abs(time.time() - path.lstat().st_mtime)
    except FileNotFoundError:
        raise
    except OSError:
        return 0.0
