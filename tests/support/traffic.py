"""A process that calls LiveTrip without a pause: `python -m support.traffic reads TRIPS REPORT` or `writes …`.

TRIPS is a JSON object of trip ids by user; REPORT is a file that is replaced several times a second, and a last time at the end. It is wired
by its environment, as any application is.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from livetrip_adapters import load_settings, open_live_trip
from livetrip_contract import Caller, EntryDraft, LiveTrip
from switchover import CallError, Recorder, calling
from switchover.errors import ServiceUnavailable, TransportError
from switchover.telemetry import CallEvent

AT_ONCE = {"reads": 4, "writes": 1}
_PAUSE = 0.004


@dataclass
class Report:
    """What has become of the calls. `written`: entry ids by the key that each was acknowledged under."""

    calls: int = 0
    failed: list[str] = field(default_factory=list)
    wrong: int = 0
    repeated: int = 0
    sides: Counter[str] = field(default_factory=Counter)
    written: dict[str, str] = field(default_factory=dict)

    def count(self, events: Any) -> None:
        """Count events by side and reason."""
        one: CallEvent
        for one in events:
            self.sides[f"{one.wiring} {one.reason}"] += 1

    def put(self, path: Path) -> None:
        """Put it in the place of the one before."""
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(vars(self)))
        beside.replace(path)


async def read(live_trip: LiveTrip, trips: dict[str, str], report: Report, first: int) -> None:
    """Read one trip after the other, and look at each answer."""
    users = list(trips)
    for number in itertools.count(first):
        user = users[number % len(users)]
        try:
            trip = await live_trip.get_trip(Caller(user), UUID(trips[user]))
            report.wrong += (trip.id, trip.title) != (UUID(trips[user]), f"Trip of {user}")
            page = await live_trip.list_trips(Caller(user))
            report.wrong += [str(found.id) for found in page.items] != [trips[user]]
        except Exception as error:
            report.failed.append(repr(error)[:200])
        report.calls += 2
        await asyncio.sleep(_PAUSE)


async def write(live_trip: LiveTrip, trips: dict[str, str], report: Report, first: int) -> None:
    """Write one entry after the other, each under a key of its own and as often as it takes; every third once more."""
    users = list(trips)
    for number in itertools.count():
        user = users[number % len(users)]
        key = f"{user}.{first}.{number}"
        report.written[key] = ids = ""
        for _ in range(1 + (number % 3 == 0)):
            entry = await acknowledged(live_trip, user, trips[user], key, report)
            report.wrong += ids not in {"", entry}
            report.written[key] = ids = entry
        await asyncio.sleep(_PAUSE)


async def acknowledged(live_trip: LiveTrip, user: str, trip: str, key: str, report: Report) -> str:
    """The id of the entry that is written under a key. What is not known to have been done is done again."""
    while True:
        report.calls += 1
        try:
            with calling(idempotency_key=key):
                entry = await live_trip.add_entry(
                    Caller(user), UUID(trip), EntryDraft(text=key, happened_at="2026-11-21T12:00:00Z")
                )
        except (TransportError, ServiceUnavailable):
            report.repeated += 1
            await asyncio.sleep(_PAUSE)
        except CallError as error:
            report.failed.append(repr(error)[:200])
            raise
        else:
            return str(entry.id)


async def main(kind: str, trips: dict[str, str], path: Path) -> None:
    """Call until it is asked to end."""
    stop, report, recorder = asyncio.Event(), Report(), Recorder()
    recorder.subscribe(report.count)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_live_trip(load_settings(), recorder) as live_trip:
        work = read if kind == "reads" else write
        tasks = [asyncio.create_task(work(live_trip, trips, report, first)) for first in range(AT_ONCE[kind])]
        print("listening on itself", flush=True)
        while not stop.is_set():
            report.put(path)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    recorder.close()
    report.put(path)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2]), Path(sys.argv[3])))
