"""A process of the web side, for the demo: `python -m livetrip_cli.demo.worker`.

It gets the titles of trips by user as a line of JSON, and then a line for each time that it is to read all of them; it answers each with
a line that says what became of the calls. It ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from typing import Any

from livetrip_adapters import load_settings, open_live_trip
from livetrip_contract import Caller, LiveTrip
from switchover import CallError, Recorder
from switchover.telemetry import CallEvent


async def _main() -> None:
    recorder, events = Recorder(), list[CallEvent]()
    recorder.subscribe(events.extend)
    async with open_live_trip(load_settings(), recorder) as live_trip:
        titles: dict[str, list[str]] = json.loads(await asyncio.to_thread(sys.stdin.readline))
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            failed, wrong = await _read(live_trip, titles)
            recorder.flush()
            print(json.dumps(_told(events, len(titles), failed, wrong)), flush=True)
            events.clear()
    recorder.close()


async def _read(live_trip: LiveTrip, titles: dict[str, list[str]]) -> tuple[int, int]:
    """Failed calls and wrong answers."""
    failed = wrong = 0
    for user, expected in titles.items():
        try:
            page = await live_trip.list_trips(Caller(user))
            wrong += [trip.title for trip in page.items] != expected
        except CallError:
            failed += 1
    return failed, wrong


def _told(events: list[CallEvent], calls: int, failed: int, wrong: int) -> dict[str, Any]:
    wirings = Counter(event.wiring for event in events)
    return {"calls": calls, "http": wirings["http"], "failed": failed, "wrong": wrong}


if __name__ == "__main__":
    # Ctrl-C is for the demo, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_main())
