"""One read: one transaction, on a second connection if the first one is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from livetrip_bff.database import may_answer_elsewhere
from livetrip_bff.failures import as_documented
from livetrip_contract import Caller
from livetrip_core import UnitOfWork, UnitOfWorkFactory, UserId, user_id
from switchover.errors import ServiceUnavailable

Answer = TypeVar("Answer")


class Reader:
    """Carries out what only reads.

    A pooled connection may be dead when it is taken, after a failover or a restart say, and a read may be repeated as
    a whole, so it is, once: on a connection that was made after the loss.
    """

    def __init__(self, units_of_work: UnitOfWorkFactory) -> None:
        self._units_of_work = units_of_work

    async def carry_out(self, caller: Caller, read: Callable[[UnitOfWork, UserId], Awaitable[Answer]]) -> Answer:
        """Return the answer to a read of a user.

        Raises:
            LiveTripError: what the contract documents, for every refusal of the diary.
            ServiceUnavailable: the database does not answer, on a second connection either.
        """
        with as_documented():
            user = user_id(caller.user_id)
            return await self.look(lambda work: read(work, user))

    async def look(self, read: Callable[[UnitOfWork], Awaitable[Answer]]) -> Answer:
        """Return the answer to a read of nobody in particular.

        Raises:
            ServiceUnavailable: the database does not answer, on a second connection either.
        """
        try:
            return await self._once(read)
        except ServiceUnavailable as error:
            if not may_answer_elsewhere(error):
                raise
        return await self._once(read)

    async def _once(self, read: Callable[[UnitOfWork], Awaitable[Answer]]) -> Answer:
        async with self._units_of_work.reading() as work:
            return await read(work)
