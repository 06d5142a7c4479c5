"""A credential that is fetched, kept, and renewed before it ends: one fetch at a time, whoever waits for it.

Fetches run on a thread with an event loop of its own, one at most and only while there is something to fetch. So coroutines of any event loop and
threads wait for the same one, a loop that ends takes no fetch with it, and a renewal ahead of time makes no call wait.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Final

from switchover.errors import CredentialUnavailable
from switchover.trust.renewal import BackOff, Renewal

_log = logging.getLogger("switchover.trust")

_MARGIN_SHARE: Final = 0.1
"""The largest part of a lifetime that the margin takes."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A credential as it came: the token, and for how many seconds from the start of the fetch it is good."""

    token: str = field(repr=False)
    lifetime_seconds: float


@dataclass(frozen=True, slots=True)
class _Held:
    token: str = field(repr=False)
    since: float
    due: float
    until: float
    slack: float

    def is_usable(self, now: float) -> bool:
        """Is it good, as far as the clock can be trusted? One that was set back says nothing about how old this is."""
        return self.since - self.slack <= now < self.until


class Renewing:
    """The one place where a credential of a kind is kept.

    Args:
        name: what it is, for logs: `OIDC client credentials of web`.
        fetch: gets a new one; it is bounded in time by itself, and raises CredentialUnavailable, without secrets.
        renewal: when.
    """

    def __init__(self, name: str, fetch: Callable[[], Awaitable[Fetched]], renewal: Renewal) -> None:
        self._name = name
        self._fetch = fetch
        self._renewal = renewal
        self._clock = renewal.clock
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._back_off = BackOff(renewal)
        self._failure = ""
        self._flight: Future[None] | None = None
        self._flight_of = 0

    def is_ready(self) -> bool:
        """Is there a token that can be used?"""
        held = self._held
        return held is not None and held.is_usable(self._clock())

    def token(self) -> str:
        """The token. If it is due for renewal, that is set off, and not waited for.

        Raises:
            CredentialUnavailable: there never was one.
        """
        held = self._held
        if held is None:
            raise CredentialUnavailable("No credential has been fetched yet.")
        if self._clock() >= held.due:
            with self._lock:
                self._launch_if_due()
        return held.token

    async def refresh(self) -> None:
        """See `CredentialSource.refresh`. A caller that gives up waiting leaves the fetch to the others."""
        flight = self._flight_to_wait_for()
        if flight is not None:
            import asyncio  # noqa: PLC0415 - running already, if this runs

            await asyncio.wrap_future(flight)
            self._require()

    def refresh_blocking(self) -> None:
        """See `CredentialSource.refresh_blocking`."""
        flight = self._flight_to_wait_for()
        if flight is not None:
            flight.result()
            self._require()

    def refused(self) -> None:
        """A service refused the token: have it replaced, unless it is so new that another would fare no better."""
        with self._lock:
            held, now = self._held, self._clock()
            if held is not None and held.since + self._renewal.refusal_seconds <= now < held.due:
                self._held = replace(held, due=now)
                self._launch_if_due()

    def _flight_to_wait_for(self) -> Future[None] | None:
        with self._lock:
            flight = self._flight_under_way() or self._launch_if_due()
            if flight is None:
                self._require()
            return flight

    def _require(self) -> None:
        # Each caller gets an exception of its own: it carries the trace of one call.
        if not self.is_ready():
            raise CredentialUnavailable(self._failure or "The credential ended before it could be used.")

    def _flight_under_way(self) -> Future[None] | None:
        # A thread does not come along into a process that was forked.
        return self._flight if self._flight_of == os.getpid() else None

    def _launch_if_due(self) -> Future[None] | None:
        """With the lock held: start a fetch if one is wanted, may be had, and is not under way."""
        held, now = self._held, self._clock()
        is_wanted = held is None or now >= held.due or not held.is_usable(now)
        if not is_wanted or self._flight_under_way() is not None or self._back_off.seconds_left(now):
            return None
        flight: Future[None] = Future()
        flight.set_running_or_notify_cancel()  # from here on, whoever gives up waiting cannot cancel it for the others
        thread = threading.Thread(target=self._fly, args=(flight, now), name="switchover-credential", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there are no more threads to be had
            self._failed("no thread can be started to fetch it", now)
            return None
        self._flight, self._flight_of = flight, os.getpid()
        return flight

    def _fly(self, flight: Future[None], started: float) -> None:
        import asyncio  # noqa: PLC0415 - imported when first used

        try:
            with asyncio.Runner() as runner:
                runner.get_loop()  # there may be none to be had
                runner.run(self._flown(flight, started))
        except Exception as error:  # a thread ends here, and must leave nobody waiting
            self._landed(flight, started, None, f"fetching it failed with {type(error).__name__}")

    async def _flown(self, flight: Future[None], started: float) -> None:
        self._landed(flight, started, *await self._outcome())

    def _landed(self, flight: Future[None], started: float, fetched: Fetched | None, failure: str) -> None:
        if flight.done():
            return
        with self._lock:
            if fetched is not None:
                self._keep(fetched, started)
            else:
                self._failed(failure, self._clock())
            self._flight = None
        flight.set_result(None)

    async def _outcome(self) -> tuple[Fetched | None, str]:
        try:
            return await self._fetch(), ""
        except CredentialUnavailable as error:
            return None, error.detail
        except Exception as error:  # a background task ends here; its text might hold anything
            return None, f"fetching it failed with {type(error).__name__}"

    def _keep(self, fetched: Fetched, started: float) -> None:
        lifetime = fetched.lifetime_seconds
        slack = min(self._renewal.margin_seconds, lifetime * _MARGIN_SHARE)
        until = started + lifetime - slack
        due = min(started + lifetime * self._renewal.share, until)
        self._held = _Held(fetched.token, started, due, until, slack)
        self._back_off.succeeded()

    def _failed(self, failure: str, now: float) -> None:
        self._failure = failure
        pause = self._back_off.failed(now)
        _log.warning("%s: %s; not asked for again within %.1f s", self._name, failure, pause)
