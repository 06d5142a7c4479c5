"""UUIDv7 (RFC 9562, section 5.7), which Python has from 3.14 on."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from livetrip_core import Clock

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_RANDOM_BITS: Final = 74
_LOW_BITS: Final = 62
_STEP_BITS: Final = 32


class UuidV7Identifiers:
    """An `IdentifierSource` whose identifiers rise, whatever the clock does.

    Within a millisecond, or while the clock is behind one already used, the random part goes up by a random step
    (RFC 9562, section 6.2, method 2): the order is kept, and the next identifier cannot be guessed from the last.

    Arguments:
        clock: tells the milliseconds.
        random_bits: a source of that many random bits, as `secrets.randbits`.
    """

    def __init__(self, clock: Clock, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._lock = threading.Lock()
        self._millisecond = -1
        self._random = 0

    def next(self) -> UUID:
        """A UUIDv7, higher than all that this source made before."""
        millisecond = (self._clock.now() - _EPOCH) // _MILLISECOND
        with self._lock:
            if millisecond > self._millisecond:
                self._start(millisecond)
            else:
                self._step()
            return _uuid(self._millisecond, self._random)

    def _start(self, millisecond: int) -> None:
        # The highest bit starts as zero: room for 2**41 steps at least before the millisecond has to move.
        self._millisecond = millisecond
        self._random = self._random_bits(_RANDOM_BITS - 1)

    def _step(self) -> None:
        self._random += 1 + self._random_bits(_STEP_BITS)
        if self._random >> _RANDOM_BITS:
            self._start(self._millisecond + 1)


def _uuid(millisecond: int, random: int) -> UUID:
    high, low = random >> _LOW_BITS, random & ((1 << _LOW_BITS) - 1)
    return UUID(int=millisecond << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
