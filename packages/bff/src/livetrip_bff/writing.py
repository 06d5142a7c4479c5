"""One write: one transaction, once for each idempotency key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from time import monotonic
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from livetrip_bff.failures import as_documented
from livetrip_bff.idempotency import fingerprint, once
from livetrip_contract import Caller
from livetrip_core import IdempotencyKeyInUse, KeyedRequest, UnitOfWork, UnitOfWorkFactory, UserId, user_id
from switchover import context

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Call:
    """Who asked for which operation of the contract.

    Attributes:
        arguments: as plain JSON values.
        former_arguments: those of them that an earlier release took for the fingerprint in another form.
    """

    caller: Caller
    operation: str
    arguments: Mapping[str, Any]
    former_arguments: Mapping[str, Any] = field(default_factory=dict)

    def keyed(self, user: UserId, key: str) -> KeyedRequest:
        """The call as a request that has a name."""
        former = [{**self.arguments, **self.former_arguments}] if self.former_arguments else []
        return KeyedRequest(
            owner=user,
            key=key,
            operation=self.operation,
            fingerprint=fingerprint(self.operation, self.arguments),
            former_fingerprints=tuple(fingerprint(self.operation, arguments) for arguments in former),
        )


class Duplicates(Enum):
    """What becomes of a request while the first one with its key is being carried out."""

    REFUSE = "refuse"
    """It is refused at once, with the time after which it can be repeated (IETF draft `idempotency-key-header`, section 2.6)."""
    WAIT = "wait"
    """It waits for the answer of the first one, until its deadline and 10 seconds at most, and is refused then."""


RETRY_AFTER_SECONDS: Final = 1
WAIT_SECONDS: Final = 10.0
"""How long a duplicate waits at most, where it waits."""

_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.25


class Writer:
    """Carries out what writes: all of it or nothing, and once for each key.

    Args:
        units_of_work: where it is kept.
        duplicates: what becomes of a request while the first one with its key is being carried out, in this process or, where the
            database has several writers at once, in another.
    """

    def __init__(self, units_of_work: UnitOfWorkFactory, duplicates: Duplicates = Duplicates.REFUSE) -> None:
        self._units_of_work = units_of_work
        self._duplicates = duplicates
        self._in_use: set[tuple[UserId, str]] = set()

    async def carry_out(
        self,
        call: Call,
        write: Callable[[UnitOfWork, UserId], Awaitable[Answer]],
        answers: TypeAdapter[Answer],
        *,
        duplicates: Duplicates | None = None,
    ) -> Answer:
        """The answer to a write, or to the same call before it.

        Args:
            call: who asked for what.
            write: carries it out.
            answers: how an answer is kept.
            duplicates: for this call, another way to treat a duplicate than that of all.

        Raises:
            LiveTripError: what the contract documents, for every refusal of the diary.
            ServiceUnavailable: the database does not answer.
        """
        key = context.current().idempotency_key
        with as_documented():
            user = user_id(call.caller.user_id)
            if key is None:
                async with self._units_of_work.writing() as work:
                    return await write(work, user)
            pauses = _pauses() if (duplicates or self._duplicates) is Duplicates.WAIT else iter(())
            while True:
                try:
                    return await self._once(call.keyed(user, key), write, answers)
                except IdempotencyKeyInUse:
                    pause = next(pauses, None)
                    if pause is None:
                        raise
                    await asyncio.sleep(pause)

    async def _once(
        self,
        request: KeyedRequest,
        write: Callable[[UnitOfWork, UserId], Awaitable[Answer]],
        answers: TypeAdapter[Answer],
    ) -> Answer:
        name = request.owner, request.key
        if name in self._in_use:
            raise IdempotencyKeyInUse(RETRY_AFTER_SECONDS)
        self._in_use.add(name)
        try:
            async with self._units_of_work.writing() as work:
                return await once(work.requests, request, lambda: write(work, request.owner), answers=answers)
        finally:
            self._in_use.discard(name)


def _pauses() -> Iterator[float]:
    """How long a duplicate waits before it tries again, each time; it ends before its deadline, so that it can still be refused."""
    until = monotonic() + WAIT_SECONDS
    deadline = context.current().deadline
    if deadline is not None:
        until = min(until, deadline)
    pause = _FIRST_PAUSE
    while monotonic() + pause < until:
        yield pause
        pause = min(pause * 2, _LONGEST_PAUSE)
