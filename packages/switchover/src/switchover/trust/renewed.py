"""A bearer token that is fetched and renewed: what the sources of such tokens have in common."""

from __future__ import annotations

from collections.abc import Sequence

from switchover.trust.outgoing import Outgoing
from switchover.trust.renewing import Renewing


class RenewedToken:
    """Sends a token (RFC 6750, section 2.1) that `Renewing` keeps; a `CredentialSource` but for what it says of itself."""

    __slots__ = ("_renewing",)

    def __init__(self, renewing: Renewing) -> None:
        self._renewing = renewing

    def is_ready(self) -> bool:
        """Is there a token that can be used?"""
        return self._renewing.is_ready()

    async def refresh(self) -> None:
        """See `CredentialSource`."""
        await self._renewing.refresh()

    def refresh_blocking(self) -> None:
        """See `CredentialSource`."""
        self._renewing.refresh_blocking()

    def headers(self, outgoing: Outgoing) -> Sequence[tuple[str, str]]:
        """The token, as `Authorization`. If it is due for renewal, that is set off."""
        return (("authorization", f"Bearer {self._renewing.token()}"),)

    def refused(self) -> None:
        """See `Revocable`."""
        self._renewing.refused()
