"""The load of a rehearsal: safe calls at a bounded rate, from an event loop on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Sequence
from itertools import cycle
from typing import Any, Final

from switchover.errors import RolloutRefused, outline
from switchover.rehearsal.calls import Load, SafeCall
from switchover.rehearsal.choosing import require_calls
from switchover.rehearsal.comparing import places, plain
from switchover.rehearsal.tally import Tally

READY_SECONDS: Final = 60.0
"""How long opening the load and asking for the first answers may take."""
_LOOK_SECONDS: Final = 0.05
_MOST_PLACES: Final = 5
_BEHIND_SECONDS: Final = 0.5


def next_due(due: float, now: float, rate: float) -> float:
    """When the call after one is due. Whoever was kept from being in time makes up for half a second of it, and not for all at once."""
    return max(due + 1 / rate, now - _BEHIND_SECONDS)


class DrivenLoad:
    """Makes calls until it is told to stop, and holds each answer against the one from before.

    Args:
        source: of the calls.
        operations: that are to be called.
        narrowed: which of them are to be left where the load has no call of all; None: then it is refused.
        safe: ids of the operations that may be called at all.
        rate: calls per second, over all operations.
        most: calls under way at once; where one more is due, it is skipped and counted.
        seconds: after which a call has failed.

    Attributes:
        operations: that are called; once it has begun, without what was left out.
        tally: what became of the calls.
    """

    def __init__(
        self,
        source: Load,
        operations: Sequence[str],
        safe: Collection[str],
        *,
        rate: float,
        most: int = 32,
        seconds: float = 10.0,
        narrowed: Callable[[Sequence[SafeCall]], tuple[str, ...]] | None = None,
    ) -> None:
        self._source, self.operations, self._safe = source, tuple(operations), safe
        self._narrowed = narrowed
        self._rate, self._most, self._seconds = rate, most, seconds
        self.tally = Tally()
        self._ready, self._stop = threading.Event(), threading.Event()
        self._refusal: RolloutRefused | None = None
        self._problem = ""
        self._thread = threading.Thread(target=self._run, name="switchover-load", daemon=True)

    @property
    def problem(self) -> str:
        """Why no calls are made any more, although they should be; "" if they are."""
        return self._problem or ("the load has ended" if not self._thread.is_alive() else "")

    def start(self, interrupted: Callable[[], str] = str) -> None:
        """Ask for the answers from before, and begin.

        Args:
            interrupted: why not to wait any longer, or "".

        Raises:
            RolloutRefused: the load cannot be used: it cannot be opened, makes unsafe calls, leaves operations out, or its answers differ
                from each other before anything has moved; or it was interrupted.
        """
        until = time.monotonic() + READY_SECONDS
        self._thread.start()
        while not self._ready.wait(_LOOK_SECONDS):
            what = interrupted() or ("" if time.monotonic() < until else f"it was not ready within {READY_SECONDS:g} s")
            if what:
                self._stop.set()
                raise RolloutRefused("load", f"the load did not begin: {what}")
        if self._refusal is not None:
            raise self._refusal

    def stop(self) -> None:
        """Begin no more calls, and wait for those under way."""
        self._stop.set()
        self._thread.join(self._seconds + READY_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._drive())
        except RolloutRefused as refusal:
            self._refusal = refusal
        except BaseException as error:  # the load is the team's code, and ends here
            self._problem = f"the load ended: {outline(error)}"
            if not self._ready.is_set():
                self._refusal = RolloutRefused("load", f"the load cannot be used: {outline(error)}")
        finally:
            self._ready.set()

    async def _drive(self) -> None:
        async with self._source() as given:
            if self._narrowed is not None:
                self.operations = self._narrowed(given) or self.operations
            require_calls(self.operations, self._safe, given)
            calls = [call for call in given if call.operation in self.operations]
            answers = []
            for call in calls:
                if self._stop.is_set():
                    return
                answers.append(await self._first(call))
            self._ready.set()
            await self._go_on([*zip(calls, answers, strict=True)])

    async def _first(self, call: SafeCall) -> Any:
        """The answer from before. It is asked for twice: what differs by itself would be taken for wrong later."""
        try:
            first, second = [plain(await self._made(call), call.varying) for _ in range(2)]
        except Exception as error:  # as in `_run`
            raise RolloutRefused("load", f"{call} fails before anything has moved: {outline(error)}") from error
        found = list(places(first, second))
        if found:
            shown = ", ".join(found[:_MOST_PLACES])
            raise RolloutRefused(
                "varying", f"two answers of {call} differ before anything has moved, at {shown}; say so with varying="
            )
        return first

    async def _made(self, call: SafeCall) -> Any:
        async with asyncio.timeout(self._seconds):
            return await call.call()

    async def _go_on(self, calls: Sequence[tuple[SafeCall, Any]]) -> None:
        loop, under_way = asyncio.get_running_loop(), set[asyncio.Task[None]]()
        due, nexts = loop.time(), cycle(calls)
        while not self._stop.is_set():
            if len(under_way) < self._most:
                task = loop.create_task(self._call(*next(nexts), self.tally.step))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            else:
                self.tally.skip()
            due = next_due(due, loop.time(), self._rate)
            await asyncio.sleep(max(0.0, due - loop.time()))
        await asyncio.gather(*under_way)

    async def _call(self, call: SafeCall, before: Any, step: int) -> None:
        try:
            found = list(places(before, plain(await self._made(call), call.varying)))
        except Exception as error:  # whatever the team's code raises is a call that failed
            self.tally.count(step, str(call), failure=outline(error))
        else:
            self.tally.count(step, str(call), differs=", ".join(found[:_MOST_PLACES]))
