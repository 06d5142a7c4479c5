"""The keys of an issuer, found by discovery and kept (OpenID Connect Discovery 1.0, section 4; RFC 7517).

Known keys answer at once while the issuer is asked again now and then: in the background when they are older than `FRESH_SECONDS`, so that
nobody waits for it. A fetch is waited for when a token names a key that is not known, and when nobody has asked for `UNSEEN_SECONDS`, as after
a quiet night: the key may have been withdrawn since. One fetch at a time, and one in `PAUSE_SECONDS`, however many tokens ask; known keys
go on where the issuer does not answer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final

from switchover.trust.oidc.documents import DocumentUnavailable, Fetch, HttpDocuments, is_safe_address
from switchover.trust.oidc.key_set import KeySet
from switchover.trust.oidc.verification_key import VerificationKey
from switchover.trust.oidc.verified import REMEMBERED_SECONDS
from switchover.trust.refusal import Unjudged

FRESH_SECONDS: Final = 30.0
"""Keys are looked at again after this, so that one that was withdrawn is noticed."""
UNSEEN_SECONDS: Final = 40.0
"""Keys that nobody has looked after for so long answer only once somebody has, or has tried to. With `REMEMBERED_SECONDS` that makes
a minute, after which a token whose key was withdrawn is refused, while the issuer answers."""
PAUSE_SECONDS: Final = 10.0
"""Between the starts of two fetches, at least."""
STALE_SECONDS: Final = 24 * 3600.0
"""Keys that could not be looked at for so long are used no more."""

_DISCOVERY: Final = "/.well-known/openid-configuration"
_log = logging.getLogger("switchover.trust")


class IssuerKeys:
    """See the module.

    Args:
        issuer: its identifier; https, or http on this machine.
        fetch: gets a JSON document; over httpx unless given.
        clock: seconds, from anywhere, that never go back.
        discovery: the address that `/.well-known/openid-configuration` is below; the issuer, unless
            given. The document found there has to name the issuer all the same.
        patience_seconds: how long known keys wait, after a pause, for the issuer to say whether they are still its own: one that hangs
            must not make calls as slow as its timeouts.

    Raises:
        ValueError: the issuer is no address that keys may be had from, or patience no time.
    """

    __slots__ = (
        "_clock",
        "_discovery",
        "_document",
        "_fetch",
        "_fetched_at",
        "_fetching",
        "_issuer",
        "_looked_at",
        "_patience",
        "_started_at",
        "current",
    )

    def __init__(
        self,
        issuer: str,
        *,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
        patience_seconds: float = 2.0,
        discovery: str | None = None,
    ) -> None:
        address = issuer if discovery is None else discovery
        if not is_safe_address(address) or "?" in address:
            raise ValueError(
                "an issuer is https://host[:port][/path] without a query; plain http is for this machine alone"
            )
        if not 0 < patience_seconds < float("inf"):
            raise ValueError(f"patience is more than 0 seconds, not {patience_seconds}")
        self.current: KeySet | None = None
        self._issuer = issuer
        self._discovery = address.removesuffix("/")
        self._fetch: Fetch = fetch or HttpDocuments()
        self._clock, self._patience = clock, patience_seconds
        self._document: dict[str, Any] = {}
        self._fetched_at = self._looked_at = self._started_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> VerificationKey:
        """See `KeySource`."""
        keys = self._usable()
        if keys is None or kid not in keys:
            await self._refreshed()
        elif self._clock() - self._looked_at >= UNSEEN_SECONDS:
            await self._refreshed(self._patience)
        elif self._age() >= FRESH_SECONDS:
            self._refreshing()
        keys = self._usable()
        if keys is None:
            raise Unjudged(reason="keys_unavailable", retry_after=int(PAUSE_SECONDS))
        return keys.find(kid)

    def described(self) -> list[str]:
        """See `KeySource`."""
        return [
            f"keys: by discovery at {self._address()}, fetched at most every {PAUSE_SECONDS:g} s, "
            f"looked at again after {FRESH_SECONDS:g} s, out {UNSEEN_SECONDS + REMEMBERED_SECONDS:g} s after they were "
            f"withdrawn, used for {STALE_SECONDS / 3600:g} h while it does not answer"
        ]

    def _address(self) -> str:
        is_below_issuer = self._issuer.removesuffix("/") == self._discovery
        return self._issuer if is_below_issuer else self._discovery

    def _usable(self) -> KeySet | None:
        return self.current if self._age() < STALE_SECONDS else None

    def _age(self) -> float:
        return self._clock() - self._fetched_at

    async def _refreshed(self, seconds: float | None = None) -> None:
        """Wait for the fetch that is under way, or for a new one if it is time; whoever gives up waiting does not end it for the others."""
        task = self._refreshing()
        if task is not None:
            await asyncio.wait({task}, timeout=seconds)

    def _refreshing(self) -> asyncio.Task[None] | None:
        task = self._fetching
        if task is not None and not task.done() and task.get_loop() is asyncio.get_running_loop():
            return task
        now = self._clock()
        if now - self._started_at < PAUSE_SECONDS:
            return None
        self._started_at = now
        self._fetching = asyncio.create_task(self._update(now))
        return self._fetching

    async def _update(self, started: float) -> None:
        try:
            document = await self._published()
            if document != self._document or self.current is None:
                self.current, self._document = KeySet(document), document
            self._fetched_at = started  # what is published may have changed since it was asked for
        except (DocumentUnavailable, ValueError) as error:
            _log.warning("the keys of %s cannot be had: %s", self._issuer, error)
        self._looked_at = started

    async def _published(self) -> dict[str, Any]:
        found = await self._fetch(self._discovery + _DISCOVERY)
        if found.get("issuer") != self._issuer:
            raise DocumentUnavailable("its discovery document is that of another issuer")
        address = found.get("jwks_uri")
        if not is_safe_address(address):
            raise DocumentUnavailable("its discovery document names no address that keys may be had from")
        assert isinstance(address, str)
        return await self._fetch(address)
