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

    Noting costs a look at the headers: the time is that of the next look at the versions, which a heartbeat takes every second.
    Any thread may note. A service that sends ever other values fills no memory.
    """

    __slots__ = ("_clock", "_fresh", "_last")

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._fresh: dict[str, None] = {}
        self._last: dict[str, float] = {}

    def note(self, response: WireResponse) -> None:
        """Note the version that an answer names, if it names one."""
        value = response.header(CONTRACT_HEADER)
        if value is not None and value not in self._fresh:
            self._add(value)

    def _add(self, value: str) -> None:
        fresh = self._fresh
        if len(fresh) < _MOST and ContractVersion.of_header(value) is not None:
            fresh[value] = None

    def recent(self) -> Sequence[ContractVersion]:
        """The versions that answered within the last seconds, the latest first; the last one of all where that is longer ago."""
        fresh, self._fresh = self._fresh, {}
        now = self._clock()
        heard = {**self._last, **dict.fromkeys(fresh, now)}
        ordered = sorted(heard.items(), key=lambda item: -item[1])[:_MOST]
        kept = [item for item in ordered if item[1] >= now - RECENT_SECONDS] or ordered[:1]
        self._last = dict(kept)
        return [version for value, _ in kept if (version := ContractVersion.of_header(value)) is not None]
