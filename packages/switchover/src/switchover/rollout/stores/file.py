"""A folder on the local disk as the store of one machine."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from switchover.disk import append_line, last_line, locked, replace_file
from switchover.errors import RolloutConflict, StoreUnavailable
from switchover.rollout.record.chain import replayed
from switchover.rollout.record.event import Change, Event, Unreadable, event_data, event_of, made, read_event
from switchover.rollout.record.reading import canonical, parsed
from switchover.rollout.record.states import state_data, state_of
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.beats import BeatFiles
from switchover.rollout.stores.store import EXPIRE_SECONDS
from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen

_log = logging.getLogger("switchover.rollout")

_LOCK_SECONDS: Final = 5.0
_CONTENT: Final = re.compile(rb'\{"digest":"([0-9a-f]{64})","state":(.*)\}\n', re.DOTALL)
_Signature = tuple[int, int, int]
_NO_FILE: Final = (0, 0, 0)
_SETTLED_NANOSECONDS: Final = 1_000_000_000


class FileRolloutStore:
    """See `RolloutStore`; for all processes of one machine, on a local disk, on Linux and macOS.

    `state.json` is what is in force, and carries its own digest; `history.jsonl` is the record, an event a line, and is written first. A state
    that is garbage, or was edited by hand, is written anew from a record that holds.

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
        self._history = self._folder / "history.jsonl"
        self._look, self._clock = look_seconds, clock
        self._beats = BeatFiles(self._folder / "workers", expire_seconds, monotonic)
        self._loaded: tuple[int, _Signature] | None = None
        self._is_settled = True

    def is_known(self) -> bool:
        """See `RolloutStore`. The folder of heartbeats stays when the last worker has left."""
        with self._answering():
            return any(_is_there(path) for path in (self._state, self._history, self._folder / "workers"))

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
                state = self._caught_up(self._read_or_mend())
                if state.version != expected:
                    raise RolloutConflict(expected, state.version)
                event = made(change, state, self._clock())
                append_line(self._history, canonical(event_data(event)).encode("ascii"))
                return self._put(event.applied(state))

    def history(self, after: int = 0, limit: int | None = None) -> Sequence[Event]:
        """See `RolloutStore`. Raises StoreUnavailable at a line that is no event, with its number."""
        with self._answering():
            return list(islice(self._events(), after, None if limit is None else after + limit))

    def record(self) -> Sequence[Event | Unreadable]:
        """See `RolloutStore`."""
        with self._answering():
            return list(self._lines())

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
            if self._history.exists():
                raise ValueError(f"{self._state} is missing") from None
            state, signature = RolloutState(), _NO_FILE
        else:
            state = _state_in(content, self._state)
        self._note(state, signature)
        return state

    def _read_or_mend(self) -> RolloutState:
        """With the lock held: the state, from the record if need be. Raises ValueError if that does not hold either."""
        try:
            return self._read()
        except ValueError as error:
            if not self._history.exists():
                raise
            try:
                state = replayed(self._events())
            except ValueError as other:
                raise ValueError(f"{error}; it cannot be written anew from {self._history}: {other}") from None
            _log.warning("%s; written anew from the record, version %d", error, state.version)
            return self._put(state)

    def _caught_up(self, state: RolloutState) -> RolloutState:
        """With the lock held: the state, with an event that was recorded by a process which then ended.

        A record that was tampered with keeps nobody from going back; it is told of, and `verify` finds the place.
        """
        try:
            event = event_of(parsed(last_line(self._history) or b"null"))
        except ValueError:
            event = None
        if event is not None and event.previous == state.head and event.is_whole():
            return self._put(event.applied(state))
        if state.version and (event is None or event.digest != state.head):
            _log.warning("%s does not end where version %d came from", self._history, state.version)
        return state

    def _put(self, state: RolloutState) -> RolloutState:
        """With the lock held."""
        replace_file(self._state, _content(state))
        self._note(state, self._signature())
        return state

    def _note(self, state: RolloutState, signature: _Signature) -> None:
        self._loaded = (state.version, signature)
        # Changes within one tick of the file system's clock look like one, the more so as it gives the number of a file that was replaced to
        # the next: what was just written is read again at each look.
        self._is_settled = abs(time.time_ns() - signature[1]) > _SETTLED_NANOSECONDS

    def _events(self) -> Iterator[Event]:
        """The record. Raises ValueError at what is no event, OSError."""
        for number, entry in enumerate(self._lines(), 1):
            if isinstance(entry, Unreadable):
                raise ValueError(f"{self._history}:{number} is no event: {entry.what}")
            yield entry

    def _lines(self) -> Iterator[Event | Unreadable]:
        """The record. A last line that is still being written is not yet part of it. Raises OSError."""
        if not self._history.exists():
            return
        with self._history.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield read_event(line)

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


def _content(state: RolloutState) -> bytes:
    data = canonical(state_data(state)).encode("ascii")
    return b'{"digest":"%s","state":%s}\n' % (hashlib.sha256(data).hexdigest().encode("ascii"), data)


def _state_in(content: bytes, path: Path) -> RolloutState:
    found = _CONTENT.fullmatch(content)
    try:
        if found is None or hashlib.sha256(found[2]).hexdigest().encode("ascii") != found[1]:
            raise ValueError("it was edited, or cut off, or never was one")
        return state_of(parsed(found[2]))
    except ValueError as error:
        raise ValueError(f"{path} is no state: {error}") from None
