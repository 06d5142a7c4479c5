"""Several ways to prove oneself at the same service."""

from __future__ import annotations

from typing import Final

from switchover.errors import Unauthenticated
from switchover.trust.incoming import Incoming, Verifier
from switchover.trust.principal import Principal
from switchover.trust.refusal import REFUSAL

_MISSING: Final = "missing"


class AnyOf:
    """The first verifier that a request is addressed to decides, whatever it decides: a wrong token is not tried as a key.

    So the choosier one stands first: `AnyOf(OidcVerifier(…), SharedKeyVerifier(…))`.

    Attributes:
        verifiers: all of them, in their order.

    Raises:
        ValueError: there is none.
    """

    __slots__ = ("verifiers",)

    def __init__(self, *verifiers: Verifier) -> None:
        if not verifiers:
            raise ValueError("AnyOf() needs a verifier at least")
        self.verifiers = verifiers

    def is_addressed(self, incoming: Incoming) -> bool:
        """Is one of them?"""
        return any(verifier.is_addressed(incoming) for verifier in self.verifiers)

    async def verify(self, incoming: Incoming) -> Principal:
        """What the one that is addressed says; if none is, the refusal names what would do for each of them, and its reason is that of
        the first that finds something all the same: credentials of another scheme, or none that can be read.
        """
        for verifier in self.verifiers:
            if verifier.is_addressed(incoming):
                return await verifier.verify(incoming)
        refusals = [found for verifier in self.verifiers if (found := await _refusal(verifier, incoming)) is not None]
        reason = next((found.reason for found in refusals if found.reason != _MISSING), _MISSING)
        challenge = ", ".join(dict.fromkeys(found.challenge for found in refusals))
        raise Unauthenticated(REFUSAL, reason=reason, challenge=challenge)

    def described(self) -> list[str]:
        """See `Verifier`."""
        lines: list[str] = []
        for verifier in self.verifiers:
            first, *more = verifier.described()
            lines += [f"or {first}" if lines else first, *(f"  {line}" for line in more)]
        return lines

    def __repr__(self) -> str:
        return f"AnyOf({', '.join(map(repr, self.verifiers))})"


async def _refusal(verifier: Verifier, incoming: Incoming) -> Unauthenticated | None:
    """What a verifier asks of those that bring nothing for it (RFC 9110, section 11.6.1), and what it says of what they bring."""
    try:
        await verifier.verify(incoming)
    except Unauthenticated as refusal:
        return refusal
    return None
