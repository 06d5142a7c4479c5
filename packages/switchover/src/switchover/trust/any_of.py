"""Several ways to prove oneself at the same service."""

from __future__ import annotations

from switchover.errors import Unauthenticated
from switchover.trust.incoming import Incoming, Verifier
from switchover.trust.principal import Principal
from switchover.trust.refusal import REFUSAL


class AnyOf:
    """The first verifier that a request is addressed to decides, whatever it decides: a wrong token is not tried as a key.

    So the choosier one stands first: `AnyOf(OidcVerifier(…), SharedKeyVerifier(…))`.

    Raises:
        ValueError: there is none.
    """

    __slots__ = ("_verifiers",)

    def __init__(self, *verifiers: Verifier) -> None:
        if not verifiers:
            raise ValueError("AnyOf() needs a verifier at least")
        self._verifiers = verifiers

    def is_addressed(self, incoming: Incoming) -> bool:
        """Is one of them?"""
        return any(verifier.is_addressed(incoming) for verifier in self._verifiers)

    async def verify(self, incoming: Incoming) -> Principal:
        """What the one that is addressed says; if none is, the refusal names what would do for each of them."""
        for verifier in self._verifiers:
            if verifier.is_addressed(incoming):
                return await verifier.verify(incoming)
        challenges = [await _challenge(verifier, incoming) for verifier in self._verifiers]
        raise Unauthenticated(REFUSAL, reason="missing", challenge=", ".join(dict.fromkeys(filter(None, challenges))))

    def described(self) -> list[str]:
        """See `Verifier`."""
        first, *others = self._verifiers
        return [*first.described(), *(f"or {line}" for verifier in others for line in verifier.described())]

    def __repr__(self) -> str:
        return f"AnyOf({', '.join(map(repr, self._verifiers))})"


async def _challenge(verifier: Verifier, incoming: Incoming) -> str:
    """What a verifier asks of those that bring nothing for it (RFC 9110, section 11.6.1)."""
    try:
        await verifier.verify(incoming)
    except Unauthenticated as refusal:
        return refusal.challenge
    return ""
