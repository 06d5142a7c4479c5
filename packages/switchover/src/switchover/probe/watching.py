"""Rounds of probes, and their steady beat."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

from switchover.errors import CallError
from switchover.probe.delivery import Delivery
from switchover.probe.metrics import exposition
from switchover.probe.outcome import ProbeOutcome
from switchover.probe.prober import Prober
from switchover.probe.stopwatch import Clock
from switchover.probe.target import ProbeTarget

AT_ONCE: Final = 8
"""Probes of one round at the same time: more would measure each other."""


async def beats(
    every: float | None,
    count: int | None = None,
    *,
    clock: Clock = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[int]:
    """The number of each round, when it is due: the first at once, the others at whole multiples of `every` seconds after it, however
    long a round takes. A beat that falls into a round is left out, so that rounds neither overlap nor pile up.

    Args:
        every: None for a single round.
        count: how many rounds; None for no end.
        clock: seconds of a clock that only goes forward.
        sleep: waits for seconds.
    """
    started, beat, number = clock(), 0, 1
    yield number
    while every is not None and number != count:
        passed = clock() - started
        beat = max(beat + 1, math.ceil(passed / every))
        await sleep(started + beat * every - clock())
        number += 1
        yield number


class Watch:
    """Rounds of probes, shown and handed on as they end.

    Args:
        show: takes each outcome, in the order of the targets.
        deliveries: take the metrics of each round.
        complain: takes a sentence about metrics that could not be handed on.

    Attributes:
        is_well: did all of the last whole round go well, delivery included? None before the first.
    """

    def __init__(
        self,
        prober: Prober,
        targets: Sequence[ProbeTarget],
        *,
        show: Callable[[ProbeOutcome], None],
        deliveries: Sequence[Delivery] = (),
        complain: Callable[[str], None],
    ) -> None:
        self._prober = prober
        self._targets = targets
        self._show = show
        self._deliveries = deliveries
        self._complain = complain
        self.is_well: bool | None = None

    async def run(self, rounds: AsyncIterator[int]) -> None:
        """A round at each beat."""
        async for _ in rounds:
            self.is_well = await self._round()

    async def _round(self) -> bool:
        free = asyncio.Semaphore(AT_ONCE)

        async def probed(target: ProbeTarget) -> ProbeOutcome:
            async with free:
                return await self._prober.probe(target)

        outcomes = await asyncio.gather(*map(probed, self._targets))
        for outcome in outcomes:
            self._show(outcome)
        delivered = [await self._delivered(deliver, outcomes) for deliver in self._deliveries]
        return all(outcome.is_ok for outcome in outcomes) and all(delivered)

    async def _delivered(self, deliver: Delivery, outcomes: Sequence[ProbeOutcome]) -> bool:
        try:
            await deliver(exposition(outcomes))
        except (CallError, OSError) as error:
            what = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else error
            self._complain(f"the metrics could not be handed on: {what}")
            return False
        return True
