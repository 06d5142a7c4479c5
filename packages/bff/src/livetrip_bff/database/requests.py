"""The requests that happened, in a database.

How old a key is goes by the clock of the database, which all processes share: a process whose own clock is wrong
would otherwise carry a repeated request out twice. SQLite reads the clock of the machine that its file is on.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from livetrip_bff.database.tables import idempotency_keys as keys
from livetrip_core import AnsweredRequest, IdempotencyKeyInUse, KeyedRequest
from livetrip_core.idempotency import KEPT_FOR

MOST_FORGOTTEN: Final = 100
"""How many expired keys one request cleans up, so that none has to pay for a backlog."""

RETRY_AFTER_SECONDS: Final = 1
"""When a request can be repeated whose key another transaction is using."""

FORGETS_ONE_IN: Final = 16
"""Which share of the requests cleans up: by far enough to keep up with all of them."""

_IS_IT: Final = (keys.c.owner == bindparam("of_owner"), keys.c.key == bindparam("of_key"))

_READ: Final = select(keys.c.operation, keys.c.fingerprint, keys.c.result).where(*_IS_IT)
_RECORD: Final = update(keys).where(*_IS_IT).values(result=bindparam("answer"))
_IDENTITY: Final = tuple_(keys.c.owner, keys.c.key)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """What one kind of database is asked. `now`: by its clock; `expired`: keys as old as this are free; `is_unused`: no other transaction
    is using the key.
    """

    insert: Any
    now: ColumnElement[Any]
    expired: ColumnElement[Any]
    is_unused: ColumnElement[bool]

    @property
    def claim(self) -> Any:
        """See `_claim`."""
        return _claim(self.insert, self.now, keys.c.created_at <= self.expired, self.is_unused)

    @property
    def read(self) -> Any:
        """What happened under a key that is held."""
        return _READ.where(keys.c.created_at > self.expired)

    @property
    def forget(self) -> Any:
        """Delete a bounded number of expired keys."""
        # Rows that another transaction holds are left to it, so that two clean-ups never wait for each other.
        old = select(keys.c.owner, keys.c.key).where(keys.c.created_at <= self.expired)
        return delete(keys).where(_IDENTITY.in_(old.limit(MOST_FORGOTTEN).with_for_update(skip_locked=True)))


_GIVEN: Final = (keys.c.owner, keys.c.key, keys.c.operation, keys.c.fingerprint)


def _claim(
    insert: Any, now: ColumnElement[Any], is_expired: ColumnElement[bool], is_unused: ColumnElement[bool]
) -> Any:
    """Insert the key, or take over one that expired; gives a row if that came off.

    It does not come off if the key is held, or if one of the conditions does not hold. A key that is held is locked against being
    forgotten until this transaction ends, so what is read afterwards is there.
    """
    row = select(*(bindparam(column.name, type_=column.type) for column in _GIVEN), now).where(is_unused)
    statement = insert(keys).from_select([*(column.name for column in _GIVEN), "created_at"], row)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[keys.c.owner, keys.c.key],
        set_={
            "operation": new.operation,
            "fingerprint": new.fingerprint,
            "result": null(),
            "created_at": new.created_at,
        },
        where=or_(is_expired, keys.c.result.is_(None)),
    ).returning(keys.c.key)


# As `Instant` is stored on SQLite: a text that sorts, to the microsecond.
_SQLITE_NOW: Final = ("%Y-%m-%d %H:%M:%f000", "now")
_AGE: Final = f"-{int(KEPT_FOR.total_seconds())} seconds"

# PostgreSQL would wait for a transaction that is just using the key. This lock, which ends with the transaction, says so at once.
# On SQLite there is none; and it reads ON after a SELECT without WHERE as part of a join.
_LOCKED: Final = func.pg_try_advisory_xact_lock(bindparam("lock", type_=BigInteger()))

_DIALECTS: Final = {
    "sqlite": _Dialect(sqlite.insert, func.strftime(*_SQLITE_NOW), func.strftime(*_SQLITE_NOW, _AGE), true()),
    "postgresql": _Dialect(postgresql.insert, func.now(), func.now() - literal(KEPT_FOR), _LOCKED),
}
_CLAIM: Final = {name: dialect.claim for name, dialect in _DIALECTS.items()}
_READ_HELD: Final = {name: dialect.read for name, dialect in _DIALECTS.items()}
_FORGET: Final = {name: dialect.forget for name, dialect in _DIALECTS.items()}


class SqlIdempotencyStore:
    """An `IdempotencyStore` within one transaction of a database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, request: KeyedRequest) -> AnsweredRequest | None:
        """Take the key of a request, or learn what happened under it; now and then, clean up a little.

        Raises:
            IdempotencyKeyInUse: another transaction is using the key. SQLite has one writer at a time, which waits for its turn.
        """
        name, values = self._connection.dialect.name, _values(request)
        if name == "postgresql":
            values["lock"] = _lock(request)
        taken = await self._connection.execute(_CLAIM[name], values)
        if taken.one_or_none() is None:
            return await self._read(request, name)
        if cleans_up(request):
            await self._connection.execute(_FORGET[name])
        return None

    async def record(self, request: KeyedRequest, answer: str) -> None:
        """Remember the answer to a request whose key was claimed."""
        where = {"of_owner": request.owner, "of_key": request.key}
        await self._connection.execute(_RECORD, where | {"answer": answer})

    async def _read(self, request: KeyedRequest, dialect: str) -> AnsweredRequest:
        where = {"of_owner": request.owner, "of_key": request.key}
        row = (await self._connection.execute(_READ_HELD[dialect], where)).one_or_none()
        if row is None:
            raise IdempotencyKeyInUse(RETRY_AFTER_SECONDS)
        happened = KeyedRequest(
            owner=request.owner, key=request.key, operation=row.operation, fingerprint=row.fingerprint
        )
        return AnsweredRequest(request=happened, answer=row.result)


def cleans_up(request: KeyedRequest) -> bool:
    """Whether a request is one of those that clean up: one in `FORGETS_ONE_IN`, by a checksum of its key."""
    return zlib.crc32(request.key.encode()) % FORGETS_ONE_IN == 0


def _lock(request: KeyedRequest) -> int:
    """The key of a request as the number of a lock. Two keys with one number, of 2^64, would only wait for each other."""
    name = json.dumps([request.owner, request.key]).encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)


def _values(request: KeyedRequest) -> dict[str, Any]:
    return {
        "owner": request.owner,
        "key": request.key,
        "operation": request.operation,
        "fingerprint": request.fingerprint,
    }
