"""Who may look at a rollout, and who may change it."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from typing import Final

from switchover.errors import Forbidden
from switchover.trust import Incoming, Principal, Verifier

_calling: ContextVar[Principal | None] = ContextVar("switchover_console_principal", default=None)

NOBODY: Final[frozenset[str]] = frozenset()


class ConsoleAccess:
    """Lets services in by name. Closed to all that are not named; whoever may change may look.

    Args:
        verifier: tells which service calls.
        look: names of services that may look.
        change: names of services that may give orders.

    Raises:
        ValueError: nobody could come in, or a name is given as one text.
    """

    __slots__ = ("_change", "_look", "_verifier")

    def __init__(self, verifier: Verifier, *, look: Collection[str] = NOBODY, change: Collection[str] = NOBODY) -> None:
        for what, names in (("look", look), ("change", change)):
            if isinstance(names, str):
                raise ValueError(f"{what} is a collection of names, {{{names!r}}}, not one text")
        self._verifier = verifier
        self._change = frozenset(change)
        self._look = self._change | frozenset(look)
        if not self._look:
            raise ValueError(
                "nobody may look and nobody may change: name services, look={'dashboard'}, change={'admin'}"
            )

    def is_addressed(self, incoming: Incoming) -> bool:
        """See `Verifier`."""
        return self._verifier.is_addressed(incoming)

    async def verify(self, incoming: Incoming) -> Principal:
        """See `Verifier`."""
        principal = await self._verifier.verify(incoming)
        if principal.name not in self._look:
            raise Forbidden("This service may not look at the rollout.", reason="may_not_look")
        _calling.set(principal)
        return principal

    def described(self) -> list[str]:
        """See `Verifier`."""
        return [
            *self._verifier.described(),
            f"may look at the rollout: {', '.join(sorted(self._look))}",
            f"may change the rollout: {', '.join(sorted(self._change)) or 'nobody'}",
        ]

    def may_change(self, principal: Principal) -> bool:
        """May this service give orders?"""
        return principal.name in self._change


def calling_principal() -> Principal:
    """The service whose request is being answered. Raises LookupError outside of one."""
    principal = _calling.get()
    if principal is None:
        raise LookupError("no request is being answered that a ConsoleAccess has let in")
    return principal
