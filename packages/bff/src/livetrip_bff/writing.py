"""One write: one transaction, once for each idempotency key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter

from livetrip_bff.failures import as_documented
from livetrip_bff.idempotency import fingerprint, once
from livetrip_contract import Caller
from livetrip_core import KeyedRequest, UnitOfWork, UnitOfWorkFactory, UserId, user_id
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


class Writer:
    """Carries out what writes: all of it or nothing, and once for each key."""

    def __init__(self, units_of_work: UnitOfWorkFactory) -> None:
        self._units_of_work = units_of_work

    async def carry_out(
        self,
        call: Call,
        write: Callable[[UnitOfWork, UserId], Awaitable[Answer]],
        answers: TypeAdapter[Answer],
    ) -> Answer:
        """The answer to a write, or to the same call before it.

        Raises:
            LiveTripError: what the contract documents, for every refusal of the diary.
            ServiceUnavailable: the database does not answer.
        """
        key = context.current().idempotency_key
        with as_documented():
            user = user_id(call.caller.user_id)
            async with self._units_of_work.writing() as work:
                if key is None:
                    return await write(work, user)
                request = call.keyed(user, key)
                return await once(work.requests, request, lambda: write(work, user), answers=answers)
