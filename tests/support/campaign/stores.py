"""Stores of a rollout that can be lost, restored, replaced, and cut off from one worker."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import psycopg

from support.campaign.loop import LoopThread
from support.postgresql import RunningPostgresql
from support.rollouts import FixedPlan
from switchover.rollout import Share
from switchover.rollout.orders import Operator
from switchover.rollout.stores import FileRolloutStore, RolloutStore
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore


class CampaignStore(Protocol):
    """A store of one kind.

    Attributes:
        kind: "file" or "postgresql".
        address: what `SWITCHOVER_ROLLOUT_STORE` says for the operator.
    """

    kind: str
    address: str

    def open(self) -> RolloutStore:
        """The store, for the test itself."""
        ...

    def address_of(self, worker: int) -> str:
        """A way of its own to the store, for one worker."""
        ...

    def cut(self, worker: int) -> None:
        """The worker cannot reach the store from now on."""
        ...

    def heal(self, worker: int) -> None:
        """The worker can reach the store again."""
        ...

    def backup(self) -> None:
        """Keep what the store holds now, for `restore`."""
        ...

    def restore(self) -> None:
        """Put what `backup` kept in the place of what is there."""
        ...

    def lose(self) -> None:
        """Remove everything."""
        ...

    def replace(self) -> None:
        """Put another rollout's history in the place of this one."""
        ...

    def spoil_heartbeats(self) -> Callable[[], None]:
        """Put heartbeats there that cannot be read; returns what removes them."""
        ...


class FileCampaignStore:
    """A folder; each worker reaches it by a link of its own."""

    kind = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "rollout"
        self._backup = folder / "backup"
        self._other = folder / "other"
        self._links = folder / "links"
        self._links.mkdir()
        self._folder.mkdir()
        self.address = f"file:{self._folder}"

    def open(self) -> RolloutStore:
        """See `CampaignStore`."""
        return FileRolloutStore(self._folder)

    def address_of(self, worker: int) -> str:
        """See `CampaignStore`."""
        self.heal(worker)
        return f"file:{self._link(worker)}"

    def cut(self, worker: int) -> None:
        """See `CampaignStore`. A file stands where the folder was."""
        self._point(worker, self._folder.parent / "nothing")
        (self._folder.parent / "nothing").touch()

    def heal(self, worker: int) -> None:
        """See `CampaignStore`."""
        self._point(worker, self._folder)

    def backup(self) -> None:
        """See `CampaignStore`."""
        shutil.rmtree(self._backup, ignore_errors=True)
        shutil.copytree(self._folder, self._backup, ignore=shutil.ignore_patterns("workers", "lock"))

    def restore(self) -> None:
        """See `CampaignStore`."""
        self._exchange(self._backup)

    def lose(self) -> None:
        """See `CampaignStore`."""
        empty = self._folder.parent / "empty"
        empty.mkdir(exist_ok=True)
        self._exchange(empty)

    def replace(self) -> None:
        """See `CampaignStore`."""
        shutil.rmtree(self._other, ignore_errors=True)
        _write_another_history(FileRolloutStore(self._other))
        self._exchange(self._other)

    def spoil_heartbeats(self) -> Callable[[], None]:
        """See `CampaignStore`."""
        workers = self._folder / "workers"
        folder, garbage = workers / "spoiled.json", workers / "garbage.json"
        folder.mkdir(parents=True)
        garbage.write_bytes(b"\xff\x00{")

        def remove() -> None:
            folder.rmdir()
            garbage.unlink(missing_ok=True)

        return remove

    def _exchange(self, source: Path) -> None:
        new = self._folder.with_name("rollout.new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(source, new)
        shutil.rmtree(self._folder, ignore_errors=True)
        # A worker may have made the folder again meanwhile, for its heartbeat.
        shutil.copytree(new, self._folder, dirs_exist_ok=True)
        shutil.rmtree(new)

    def _point(self, worker: int, target: Path) -> None:
        beside = self._link(worker).with_suffix(".new")
        beside.unlink(missing_ok=True)
        beside.symlink_to(target)
        os.replace(beside, self._link(worker))

    def _link(self, worker: int) -> Path:
        return self._links / f"{worker}"


class PostgresqlCampaignStore:
    """A database; each worker reaches it by a socket of its own."""

    kind = "postgresql"

    def __init__(self, folder: Path, server: RunningPostgresql, loop: LoopThread) -> None:
        self._folder, self._server, self._loop = folder, server, loop
        self._pipes: dict[int, Pipe] = {}
        self._kept: dict[str, bytes] = {}
        self.address = server.dsn
        store = PostgresqlRolloutStore(server.dsn)
        store.install()
        store.close()

    def open(self) -> RolloutStore:
        """See `CampaignStore`."""
        return PostgresqlRolloutStore(self._server.dsn, patience_seconds=3)

    def address_of(self, worker: int) -> str:
        """See `CampaignStore`."""
        own = self._folder / f"s{worker}"
        own.mkdir(exist_ok=True)
        if worker not in self._pipes:
            target = self._server.folder / ".s.PGSQL.5432"
            self._pipes[worker] = Pipe(self._loop, own / ".s.PGSQL.5432", target)
        return f"postgresql://postgres@/postgres?host={quote(str(own))}"

    def cut(self, worker: int) -> None:
        """See `CampaignStore`."""
        self._pipes[worker].cut()

    def heal(self, worker: int) -> None:
        """See `CampaignStore`."""
        self._pipes[worker].heal()

    def backup(self) -> None:
        """See `CampaignStore`."""
        with self._connected() as connection:
            self._kept = {table: _copied(connection, table) for table in _kept_tables(connection)}

    def restore(self) -> None:
        """See `CampaignStore`."""
        with self._connected() as connection, connection.transaction():
            _empty(connection)
            for table, content in self._kept.items():
                with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                    copy.write(content)

    def lose(self) -> None:
        """See `CampaignStore`."""
        with self._connected() as connection:
            _empty(connection)

    def replace(self) -> None:
        """See `CampaignStore`."""
        self.lose()
        store = self.open()
        _write_another_history(store)
        store.close()

    def spoil_heartbeats(self) -> Callable[[], None]:
        """See `CampaignStore`."""
        with self._connected() as connection:
            connection.execute(
                "INSERT INTO switchover_rollout_workers (rollout, id, beat, report, seen)"
                " VALUES ('default', 'spoiled', '{', '[', now()), ('default', 'empty', '', '', now())"
            )

        def remove() -> None:
            with self._connected() as connection:
                connection.execute("DELETE FROM switchover_rollout_workers WHERE id IN ('spoiled', 'empty')")

        return remove

    def execute(self, statement: str) -> None:
        """Run a statement as the administrator."""
        with self._connected() as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(statement)

    def restart(self) -> None:
        """Stop the server, and start it again on the same data."""
        self._server.stop()
        self._server.start()

    def close(self) -> None:
        """Let nobody in any more."""
        for pipe in self._pipes.values():
            pipe.close()

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self._server.dsn, autocommit=True)


class Pipe:
    """A Unix socket in front of another."""

    def __init__(self, loop: LoopThread, path: Path, target: Path) -> None:
        self._loop, self._path, self._target = loop, path, target
        self._open: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self._server = loop.run(asyncio.start_unix_server(self._pipe, str(path)))

    def close(self) -> None:
        """Break all connections, and listen no more."""
        self.cut()
        self._loop.run(self._stop())

    async def _stop(self) -> None:
        self._server.close()

    def cut(self) -> None:
        """Break all connections, and let no other one in."""
        self._is_cut = True
        self._loop.run(self._break())

    def heal(self) -> None:
        """Let connections in again."""
        self._is_cut = False

    async def _break(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_unix_connection(str(self._target))
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        try:
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        finally:
            self._open -= {writer, back}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while content := await reader.read(65536):
            writer.write(content)
            await writer.drain()
    except (ConnectionError, OSError):
        pass
    finally:
        writer.transport.abort()


def _write_another_history(store: RolloutStore) -> None:
    operator = Operator(store, FixedPlan(), who="another team")
    for share in (100, 200, 300):
        operator.set_share(Share(share), why="another rollout", is_forced=True)


def _tables(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    rows = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'switchover%' ORDER BY 1"
    ).fetchall()
    return [str(name) for (name,) in rows]


def _kept_tables(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    return [name for name in _tables(connection) if not name.endswith("workers")]


def _copied(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bytes:
    with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
        return b"".join(bytes(part) for part in copy)


def _empty(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute(f"TRUNCATE {', '.join(_tables(connection))}")
