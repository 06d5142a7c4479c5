"""The requests that happened, in a database."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, null, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from livetrip_bff.database.tables import idempotency_keys as keys
from livetrip_core import AnsweredRequest, KeyedRequest
from livetrip_core.idempotency import KEPT_FOR

MOST_FORGOTTEN: Final = 100
"""How many expired keys one request cleans up, so that none has to pay for a backlog."""

FORGETS_ONE_IN: Final = 16
"""Which share of the requests cleans up: by far enough to keep up with all of them."""

_EXPIRED: Final = keys.c.created_at <= bindparam("expired", type_=keys.c.created_at.type)
_IS_IT: Final = (keys.c.owner == bindparam("of_owner"), keys.c.key == bindparam("of_key"))

_READ: Final = select(keys.c.operation, keys.c.fingerprint, keys.c.result).where(*_IS_IT)
_RECORD: Final = update(keys).where(*_IS_IT).values(result=bindparam("answer"))
_IDENTITY: Final = tuple_(keys.c.owner, keys.c.key)
_FORGET: Final = delete(keys).where(
    # Rows that another transaction holds are left to it, so that two clean-ups never wait for each other.
    _IDENTITY.in_(
        select(keys.c.owner, keys.c.key).where(_EXPIRED).limit(MOST_FORGOTTEN).with_for_update(skip_locked=True)
    )
)


def _claim(insert: Any) -> Any:
    """Insert the key, or take over one that expired; gives a row if that came off.

    It waits for any transaction that is just using the key. If that one commits, the key is held, and locked against
    being forgotten until this transaction ends, so what is read afterwards is there.
    """
    statement = insert(keys)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[keys.c.owner, keys.c.key],
        set_={
            "operation": new.operation,
            "fingerprint": new.fingerprint,
            "result": null(),
            "created_at": new.created_at,
        },
        where=or_(_EXPIRED, keys.c.result.is_(None)),
    ).returning(keys.c.key)


_CLAIM: Final = {"sqlite": _claim(sqlite.insert), "postgresql": _claim(postgresql.insert)}


class SqlIdempotencyStore:
    """An `IdempotencyStore` within one transaction of a database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, request: KeyedRequest, *, now: datetime) -> AnsweredRequest | None:
        """Take the key of a request, or learn what happened under it; now and then, clean up a little."""
        taken = await self._connection.execute(_CLAIM[self._connection.dialect.name], _values(request, now))
        if taken.one_or_none() is None:
            return await self._read(request)
        if now.microsecond % FORGETS_ONE_IN == 0:
            await self._connection.execute(_FORGET, {"expired": now - KEPT_FOR})
        return None

    async def record(self, request: KeyedRequest, answer: str) -> None:
        """Remember the answer to a request whose key was claimed."""
        where = {"of_owner": request.owner, "of_key": request.key}
        await self._connection.execute(_RECORD, where | {"answer": answer})

    async def _read(self, request: KeyedRequest) -> AnsweredRequest:
        where = {"of_owner": request.owner, "of_key": request.key}
        row = (await self._connection.execute(_READ, where)).one()
        happened = KeyedRequest(
            owner=request.owner, key=request.key, operation=row.operation, fingerprint=row.fingerprint
        )
        return AnsweredRequest(request=happened, answer=row.result)


def _values(request: KeyedRequest, now: datetime) -> dict[str, Any]:
    return {
        "owner": request.owner,
        "key": request.key,
        "operation": request.operation,
        "fingerprint": request.fingerprint,
        "created_at": now,
        "expired": now - KEPT_FOR,
    }
