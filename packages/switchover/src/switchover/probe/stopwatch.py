"""Where the time of a probe goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

PHASES: Final = ("dns", "connect", "tls", "first_byte", "total")
"""What is measured, in order: the lookup of the name; until a connection stands; the TLS handshake; from the request to the first
byte of the answer; all of it, to the last byte."""

Clock = Callable[[], float]


class Stopwatch:
    """Times the phases of one probe, which follow each other.

    Attributes:
        phase: what goes on: one of PHASES, or `body`.
        seconds: the phases that came to their end. In `total` is the time until the end, whatever it was.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = clock()
        self.phase = "dns"
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timing(self, phase: str) -> Iterator[None]:
        """Time a phase; one that fails is not noted."""
        self.phase = phase
        started = self._clock()
        yield
        self.seconds[phase] = self._clock() - started

    def stop(self) -> None:
        """Note the total."""
        self.seconds["total"] = self._clock() - self._started
