"""Heartbeats as files of a folder: one for each worker, its report in a second line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from switchover.disk import replace_file
from switchover.rollout.record.reading import canonical, members, parsed
from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen, beat_data, beat_of, report_text, reported


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
        """Workers that live, by id; what is left of others is cleared away. Raises OSError."""
        seen = []
        for path in sorted(self._folder.glob("*.json")):
            worker = self._read(path, reports=reports)
            if worker is not None and 0 <= worker.age_seconds <= self._expire:
                seen.append(worker)
            else:
                path.unlink(missing_ok=True)
        return seen

    def forget(self, worker_id: str) -> None:
        """A worker ended. Raises OSError."""
        self._path(worker_id).unlink(missing_ok=True)

    def _read(self, path: Path, *, reports: bool) -> WorkerSeen | None:
        with suppress(ValueError, FileNotFoundError), path.open("rb") as file:  # it is no beat, or its worker has left
            found = members(parsed(file.readline()), "#", ("beat", "at"))
            at = found["at"]
            if isinstance(at, float):
                beat = beat_of(found["beat"])
                return WorkerSeen(reported(beat, file.readline()) if reports else beat, self._clock() - at)
        return None

    def _path(self, worker_id: str) -> Path:
        return self._folder / f"{worker_id}.json"
