"""A folder on the local disk as the store of one machine."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final

from switchover.disk import locked, replace_file
from switchover.errors import ChangeUnknown, RolloutConflict, StoreUnavailable
from switchover.rollout.record.chain import replayed
from switchover.rollout.record.event import Change, Event, Unreadable, made
from switchover.rollout.record.evidence import with_evidence
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.beats import BeatFiles
from switchover.rollout.stores.evidence import EvidenceFiles
from switchover.rollout.stores.log import LogFile, is_next, unfinished
from switchover.rollout.stores.state_text import content_of, state_in
from switchover.rollout.stores.store import EXPIRE_SECONDS
from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen

_log = logging.getLogger("switchover.rollout")

_LOCK_SECONDS: Final = 5.0
_Signature = tuple[int, int, int]
_NO_FILE: Final = (0, 0, 0)
_SETTLED_NANOSECONDS: Final = 1_000_000_000


class FileRolloutStore:
    """See `RolloutStore`; for all processes of one machine, on a local disk, on Linux and macOS.

    `state.json` is what is in force, and carries its own digest; `history.jsonl` is the audit log,
    an event a line, and is written first. A change is in force once `state.json` has been
    replaced, and not before: a line without it, of a command that failed or was killed, is taken
    out again. A state that is garbage, or was edited by hand, is written again from a log that
    holds, with all of its lines.

    Args:
        folder: is made with the first change or heartbeat.
        look_seconds: how often `wait` looks at the file: one `stat`, and a read in the second after a change.
        expire_seconds: how long a silent worker is listed.
        clock: seconds since 1970, for the record.
        monotonic: seconds, the same for all processes of the machine, for the age of heartbeats.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        look_seconds: float = 0.05,
        expire_seconds: float = EXPIRE_SECONDS,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = Path(folder)
        self._state = self._folder / "state.json"
        self._log = LogFile(self._folder / "history.jsonl")
        self._look, self._clock = look_seconds, clock
        self._evidence = EvidenceFiles(self._folder / "evidence")
        self._beats = BeatFiles(self._folder / "workers", expire_seconds, monotonic)
        self._loaded: tuple[int, _Signature] | None = None
        self._is_settled = True

    def is_known(self) -> bool:
        """See `RolloutStore`. The folder of heartbeats stays when the last worker has left."""
        with self._answering():
            return any(_is_there(path) for path in (self._state, self._log.path, self._folder / "workers"))

    def load(self) -> RolloutState:
        """See `RolloutStore`. Raises StoreUnavailable if neither the state nor the record can be read; the text says what is wrong with both."""
        with self._answering():
            try:
                return self._read()
            except ValueError:
                with self._locked():
                    return self._read_or_mend()

    def change(self, change: Change, *, expected: int) -> RolloutState:
        """See `RolloutStore`."""
        with self._answering():
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._locked():
                state = self._read_or_mend()
                self._log.drop_unfinished(state)
                if state.version != expected:
                    raise RolloutConflict(expected, state.version)
                return self._put_into_force(made(change, state, self._clock()), state)

    def attach(self, version: int, digest: str, windows: Any) -> None:
        """See `RolloutStore`."""
        try:
            self._evidence.keep(version, digest, windows, self._clock())
        except OSError as error:
            raise StoreUnavailable(str(error)) from error

    def now(self) -> float:
        """See `RolloutStore`."""
        return self._clock()

    def history(self, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        """See `RolloutStore`. Raises StoreUnavailable at a line that is no event, with its number."""
        with self._answering():
            events = (event for event in self._events() if event.version > after)
            return with_evidence(islice(events, limit), self._evidence.find)

    def record(self) -> Sequence[Event | Unreadable]:
        """See `RolloutStore`."""
        with self._answering():
            return with_evidence(self._settled_entries(), self._evidence.find)

    def wait(self, known: int, timeout: float) -> bool:
        """See `RolloutStore`."""
        until = time.monotonic() + timeout
        with self._answering():
            while True:
                if self._is_news(known):
                    return True
                left = until - time.monotonic()
                if left <= 0:
                    return False
                time.sleep(min(left, self._look))

    def heartbeat(self, worker: WorkerBeat) -> None:
        """See `RolloutStore`."""
        with self._answering():
            self._beats.note(worker)

    def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
        """See `RolloutStore`."""
        with self._answering():
            return self._beats.seen(reports=reports)

    def leave(self, worker_id: str) -> None:
        """See `RolloutStore`."""
        with self._answering():
            self._beats.forget(worker_id)

    def close(self) -> None:
        """There is nothing to give back."""

    def _is_news(self, known: int) -> bool:
        """Is another version in force, as far as can be seen? One `stat`; what was only just written is read. Raises OSError."""
        if self._loaded is None or self._loaded != (known, self._signature()):
            return True
        if self._is_settled:
            return False
        try:
            return self._read().version != known
        except ValueError:  # garbage: `load` mends it, or says what is wrong
            return True

    def _read(self) -> RolloutState:
        """The state as the file has it. Raises ValueError, OSError."""
        try:
            with self._state.open("rb") as file:
                signature = _signature(os.fstat(file.fileno()))
                content = file.read()
        except FileNotFoundError:
            if self._log.exists():
                raise ValueError(f"{self._state} is missing") from None
            state, signature = RolloutState(), _NO_FILE
        else:
            state = state_in(content, self._state)
        self._note(state, signature)
        return state

    def _read_or_mend(self) -> RolloutState:
        """With the lock held: the state, from the record if need be. Raises ValueError if that does not hold either."""
        try:
            return self._read()
        except ValueError as error:
            if not self._log.exists():
                raise
            try:
                state = replayed(self._events())
            except ValueError as other:
                raise ValueError(f"{error}; it cannot be written anew from {self._log.path}: {other}") from None
            _log.warning("%s; written anew from the record, version %d", error, state.version)
            return self._put(state)

    def _put_into_force(self, event: Event, state: RolloutState) -> RolloutState:
        """With the lock held: record an event, and replace the state that it follows.

        Raises:
            OSError: nothing is in force that was not before, and the line is out of the log, or
                will be before the next is written.
            ChangeUnknown: the state cannot be read any more.
        """
        if not self._state.exists():
            self._put(state)  # it says from now on whether the first event came into force
        end, after = self._log.end(), event.applied(state)
        try:
            self._log.append(event)
            self._put(after)
        except BaseException as error:
            if not self._is_in_force(after, error):
                self._log.take_out(end, event)
                raise
            if not isinstance(error, OSError):
                raise  # an interruption that came a moment too late to prevent it
            _log.warning("version %d is in force, and might not outlive a loss of power: %s", after.version, error)
        return after

    def _is_in_force(self, after: RolloutState, error: BaseException) -> bool:
        """Whether a change came into force before something went wrong with it.

        Raises ChangeUnknown.
        """
        try:
            return self._read() == after
        except (OSError, ValueError) as other:
            said = f"version {after.version} may be in force: {error}; and the state cannot be read: {other}"
            raise ChangeUnknown(said) from error

    def _put(self, state: RolloutState) -> RolloutState:
        """With the lock held."""
        replace_file(self._state, content_of(state))
        self._note(state, self._signature())
        return state

    def _note(self, state: RolloutState, signature: _Signature) -> None:
        self._loaded = (state.version, signature)
        # Changes within one tick of the file system's clock look like one, the more so as it gives the number of a file that was replaced to
        # the next: what was just written is read again at each look.
        self._is_settled = abs(time.time_ns() - signature[1]) > _SETTLED_NANOSECONDS

    def _events(self) -> Iterator[Event]:
        """Yield what came into force. Raises ValueError at what is no event, OSError."""
        entries = list(self._log.entries())
        if entries and self._is_unfinished(entries[-1]):
            entries.pop()
        for number, entry in enumerate(entries, 1):
            if isinstance(entry, Unreadable):
                raise ValueError(f"{self._log.path}:{number} is no event: {entry.what}")
            yield entry

    def _settled_entries(self) -> list[Event | Unreadable]:
        """Return the log, with a remark in the place of a last line that is not in force.

        Raises OSError.
        """
        entries = list(self._log.entries())
        if entries and self._is_unfinished(entries[-1]):
            with suppress(OSError), self._locked():  # so that no change is being made
                entries = list(self._log.entries())
        last = entries[-1] if entries else None
        if isinstance(last, Event) and self._is_unfinished(last):
            entries[-1] = unfinished(last)
        return entries

    def _is_unfinished(self, entry: Event | Unreadable) -> bool:
        """Whether the last entry of the log is being made, or never came into force."""
        try:
            return is_next(entry, state_in(self._state.read_bytes(), self._state))
        except (OSError, ValueError):  # the log is all there is
            return False

    def _signature(self) -> _Signature:
        try:
            return _signature(self._state.stat())
        except FileNotFoundError:
            return _NO_FILE

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._folder / "lock", _LOCK_SECONDS)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            raise StoreUnavailable(str(error)) from error


def _is_there(path: Path) -> bool:
    """Whether there is something at a path. Raises OSError where that cannot be seen, unlike `Path.exists`."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _signature(status: os.stat_result) -> _Signature:
    return status.st_ino, status.st_mtime_ns, status.st_size
