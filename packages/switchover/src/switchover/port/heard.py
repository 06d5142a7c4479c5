"""Which versions of the contract the answers of a service name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

from switchover.port.wire import WireResponse
from switchover.versions import CONTRACT_HEADER, ContractVersion

RECENT_SECONDS: Final = 10.0
"""For so long a version counts as one of the service's after its last answer; the last one of all counts until there is another."""

_MOST: Final = 8


class HeardVersions:
    """The versions that a service has named, by the value of the header.

    Any thread may note and ask: every step is one operation on a dict. A service that sends ever other values fills no memory.
    """

    __slots__ = ("_clock", "_last")

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._last: dict[str, float] = {}

    def note(self, response: WireResponse) -> None:
        """Note the version that an answer names, if it names one."""
        value = response.header(CONTRACT_HEADER)
        if value is not None and (value in self._last or self._has_room(value)):
            self._last[value] = self._clock()

    def _has_room(self, value: str) -> bool:
        """Whether a value may be kept; the one that was heard longest ago makes way for it."""
        if ContractVersion.of_header(value) is None:
            return False
        while len(self._last) >= _MOST:
            oldest = min(self._last.copy().items(), key=lambda item: item[1])
            self._last.pop(oldest[0], None)
        return True

    def recent(self) -> Sequence[ContractVersion]:
        """The versions that answered within the last seconds, the latest first; the last one of all where that is longer ago."""
        found = sorted(self._last.copy().items(), key=lambda item: -item[1])
        since = self._clock() - RECENT_SECONDS
        recent = [value for value, at in found if at >= since] or [value for value, _ in found[:1]]
        return [version for value in recent if (version := ContractVersion.of_header(value)) is not None]
