"""Nonces that several processes of one machine share, so that a message taken by one of them is taken by none of the others.

An SQLite file (https://www.sqlite.org/wal.html), on a disk of this machine: a write-ahead log does not work over a network.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar

from switchover.trust.refusal import Unjudged
from switchover.trust.signed.nonces import DEFAULT_CAPACITY, Claim

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

_FORMAT: Final = 0x73776E31
"""`application_id` of such a file (https://www.sqlite.org/pragma.html#pragma_application_id)."""

# The triggers count, so that nothing has to be counted while a message waits.
_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS seen (key_id TEXT NOT NULL, nonce TEXT NOT NULL, ends REAL NOT NULL,"
    " PRIMARY KEY (key_id, nonce)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS seen_ends ON seen (ends)",
    "CREATE TABLE IF NOT EXISTS held (key_id TEXT PRIMARY KEY, many INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TRIGGER IF NOT EXISTS one_more AFTER INSERT ON seen BEGIN"
    " INSERT INTO held VALUES (new.key_id, 1) ON CONFLICT DO UPDATE SET many = many + 1; END",
    "CREATE TRIGGER IF NOT EXISTS one_less AFTER DELETE ON seen BEGIN"
    " UPDATE held SET many = many - 1 WHERE key_id = old.key_id; END",
    f"PRAGMA application_id = {_FORMAT}",
)


class SharedNonces:
    """Keeps nonces in a file that every process of a service opens.

    It refuses as `NonceMemory` does, and answers nothing at all where the file cannot be asked: a message is then let in by nobody. What
    was taken survives the end of a process; of the last messages before a loss of power some may be forgotten.

    The file is opened when it is first needed, by a thread of its own, and by each process for itself.

    Args:
        path: the file; it is made, for its owner alone, if it is not there.
        capacity: nonces of one key that are kept.
        wait_seconds: how long to wait for other processes.

    Raises:
        ValueError: a capacity below 1, or a time that is not positive.
    """

    __slots__ = ("_capacity", "_lock", "_path", "_store", "_store_of", "_wait")

    def __init__(self, path: str | Path, *, capacity: int = DEFAULT_CAPACITY, wait_seconds: float = 1.0) -> None:
        if capacity < 1:
            raise ValueError("a memory of nonces holds at least 1")
        if not 0 < wait_seconds < float("inf"):
            raise ValueError("the time to wait for others is more than 0 seconds")
        self._path = Path(path)
        self._capacity = capacity
        self._wait = wait_seconds
        self._lock = threading.Lock()
        self._store: _Store | None = None
        self._store_of = 0

    async def claim(self, key_id: str, nonce: str, *, until: float, now: float) -> Claim:
        """See `Nonces`. Of all processes at the same time, one gets TAKEN. A caller that gives up waiting may have taken the nonce.

        Raises:
            ServiceUnavailable: the file cannot be asked.
        """
        if until < now:
            return Claim.EXPIRED
        return await self._asked(lambda store: store.claim(key_id, nonce, until, now))

    async def is_taken(self, key_id: str, nonce: str, *, now: float) -> bool:
        """See `NonceLookup`. It writes nothing, and waits for no other process.

        Raises:
            ServiceUnavailable: the file cannot be asked.
        """
        return await self._asked(lambda store: store.is_taken(key_id, nonce, now))

    async def _asked(self, ask: Callable[[_Store], T]) -> T:
        import asyncio  # noqa: PLC0415 - running already, if this runs
        import sqlite3  # noqa: PLC0415 - not every Python has it, and only this needs it

        try:
            store = self._opened()
            return await asyncio.wrap_future(store.thread.submit(ask, store))
        except (sqlite3.Error, OSError, RuntimeError) as error:
            raise Unjudged(reason="nonces_unavailable", retry_after=1) from error

    def close(self) -> None:
        """Close the file; the next claim opens it again."""
        with self._lock:
            store, self._store = self._store, None
            if store is not None and self._store_of == os.getpid():
                store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SharedNonces({str(self._path)!r}, {self._capacity})"

    def _opened(self) -> _Store:
        # A connection does not come along into a process that was forked: https://www.sqlite.org/howtocorrupt.html
        with self._lock:
            if self._store is None or self._store_of != os.getpid():
                self._store, self._store_of = _Store(self._path, self._capacity, self._wait), os.getpid()
            return self._store


class _Store:
    """The file as one process has it open. SQLite takes one writer at a time, so one thread is enough."""

    def __init__(self, path: Path, capacity: int, wait_seconds: float) -> None:
        self._path = path
        self._capacity = capacity
        self._wait = wait_seconds
        self._connection: sqlite3.Connection | None = None
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="switchover-nonces")

    def claim(self, key_id: str, nonce: str, until: float, now: float) -> Claim:
        """On the thread: look and take, with no other process in between."""
        connection = self._connection or self._open()
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM seen WHERE ends < ?", (now,))
            if connection.execute("SELECT 1 FROM seen WHERE key_id = ? AND nonce = ?", (key_id, nonce)).fetchone():
                return Claim.REPLAYED
            held = connection.execute("SELECT many FROM held WHERE key_id = ?", (key_id,)).fetchone()
            if held is not None and held[0] >= self._capacity:
                return Claim.FULL
            connection.execute("INSERT INTO seen VALUES (?, ?, ?)", (key_id, nonce, until))
        return Claim.TAKEN

    def is_taken(self, key_id: str, nonce: str, now: float) -> bool:
        """On the thread: look."""
        connection = self._connection or self._open()
        query = "SELECT 1 FROM seen WHERE key_id = ? AND nonce = ? AND ends >= ?"
        return connection.execute(query, (key_id, nonce, now)).fetchone() is not None

    def close(self) -> None:
        """Wait for what is under way, and close."""
        self.thread.submit(self._close)
        self.thread.shutdown()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415 - not every Python has it

        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self._path, timeout=self._wait, isolation_level=None)
        try:
            _prepare(connection, self._wait)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection


def _prepare(connection: sqlite3.Connection, wait_seconds: float) -> None:
    """Make the tables, unless another process has; a file that is somebody else's is left as it is.

    Raises:
        sqlite3.Error: it is no such file, or others keep it for too long.
    """
    import sqlite3  # noqa: PLC0415 - not every Python has it

    with connection:
        connection.execute("BEGIN")  # both of one moment: another process may be making the tables
        is_new = connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        [found] = connection.execute("PRAGMA application_id").fetchone()
    if found != _FORMAT and not is_new:
        raise sqlite3.DatabaseError("a database of somebody else's")
    _use_log(connection, wait_seconds)
    connection.execute("PRAGMA synchronous = NORMAL")
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            connection.execute(statement)


def _use_log(connection: sqlite3.Connection, wait_seconds: float) -> None:
    """Turn the write-ahead log on. SQLite does not wait for others that do so at the same time, so this does."""
    import sqlite3  # noqa: PLC0415 - not every Python has it

    ends = time.monotonic() + wait_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= ends:
                raise
            time.sleep(0.005)
        else:
            return
