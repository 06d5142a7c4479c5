"""A thread beside a follower's, for what must happen while that one waits for its store.

It takes calls back to this process when the follower's lease runs out, and signs the worker off when the process ends. Both
would be too late on the follower's own thread: a store that hangs holds it up, and since Python 3.12 no thread can be
started once the interpreter shuts down.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from switchover.errors import outline
from switchover.rollout.following import log

_LOOK_SECONDS: Final = 1.0  # waiting goes by a clock that stands still while the machine is suspended


def running_time() -> float:
    """Seconds that also pass while the machine is suspended, where the system counts those."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


def require_lease(seconds: float | None, suspend: object) -> None:
    """Require that a lease can be kept. Raises ValueError."""
    if seconds is not None and not 0 < seconds < float("inf"):
        raise ValueError(f"lease_seconds must be a positive number of seconds, got {seconds}")
    if seconds is not None and suspend is None:
        raise ValueError("lease_seconds needs suspend=rollout.suspend, which takes the calls back when the lease ends")


class Companion:
    """See the module.

    Args:
        sign_off: tells the store that this process ends; blocks.
        lease_seconds: after so long without `renew`, calls are taken back; None never does.
        suspend: takes new calls back to this process (True), or has them go by the state again (False).
        clock: seconds, also while the machine is suspended.
    """

    def __init__(
        self,
        sign_off: Callable[[], object],
        *,
        lease_seconds: float | None = None,
        suspend: Callable[[bool], object] = lambda _: None,
        clock: Callable[[], float] = running_time,
    ) -> None:
        self._sign_off, self._lease, self._suspend, self._clock = sign_off, lease_seconds, suspend, clock
        self._changing = threading.Lock()
        self._wake, self._signed_off = threading.Event(), threading.Event()
        self._is_ending = self._is_stopping = False
        self._renewed_at = clock()
        self.is_suspended = False

    def start(self, *, is_suspended: bool) -> None:
        """Begin, with a lease from now on, or suspended until the first contact with the store."""
        self._renewed_at = self._clock()
        if is_suspended and self._lease is not None:
            self._lapse()
        threading.Thread(target=self._run, name="switchover-lease", daemon=True).start()

    def renew(self, at: float) -> None:
        """The store took a sign of life that was sent at this time of the clock."""
        self._renewed_at = at

    def resume(self) -> None:
        """The store answers, and its state is in force here: calls go by it again."""
        with self._changing:
            if self.is_suspended:
                self._suspend(False)
                self.is_suspended = False
                log.warning("the store answers again, and calls go by version and share again")

    def now(self) -> float:
        """Return the time that `renew` takes."""
        return self._clock()

    def stop(self) -> None:
        """End the thread. What is suspended stays so."""
        self._is_stopping = True
        self._wake.set()

    def begin_sign_off(self) -> None:
        """Have the thread sign off and end."""
        self._is_ending = True
        self._wake.set()

    def wait_signed_off(self, seconds: float) -> bool:
        """Wait for that; False if it took longer."""
        return self._signed_off.wait(max(0.0, seconds))

    def _run(self) -> None:
        while not self._wake.wait(self._pause()):
            if not self.is_suspended and self._left() == 0.0:
                self._lapse()
        if self._is_ending and not self._is_stopping:
            try:
                self._sign_off()
            except Exception as error:  # a process that ends tells what it can
                log.debug("signing off failed: %s", outline(error))
        self._signed_off.set()

    def _pause(self) -> float | None:
        """Seconds until the clock is looked at again; None for never."""
        left = self._left()
        return None if left is None else min(left, _LOOK_SECONDS)

    def _left(self) -> float | None:
        """Seconds until the lease runs out; None if there is none, or it has."""
        if self._lease is None:
            return None
        if self.is_suspended:
            return self._lease  # looked at again then: there is nothing to be late for
        return max(0.0, self._renewed_at + self._lease - self._clock())

    def _lapse(self) -> None:
        with self._changing:
            if not self.is_suspended:
                self._suspend(True)
                self.is_suspended = True
                log.warning("no contact with the store for %g s: every call is answered here", self._lease)
