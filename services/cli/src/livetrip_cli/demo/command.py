"""`livetrip demo`: play the story in `monolith`, then in `service` mode, and hold the answers against each other."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import signal
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from livetrip_adapters import BackendMode, Settings, SettingsError, live_trip_port, open_live_trip
from livetrip_cli.demo.compare import Telling, shown
from livetrip_cli.demo.moving import Stage, is_proven, move_and_take_back, print_stages, stages_report
from livetrip_cli.demo.process import RunningService, ServiceDidNotStart, running_service
from livetrip_cli.demo.story import AIKO, tell
from livetrip_contract import LiveTrip, TripDraft
from switchover import CallError, Recorder
from switchover.telemetry import CallEvent

SUMMARY = "play the same story in-process and over HTTP, then move reads over and take them back"
DESCRIPTION = """\
Play one story of real calls twice: with the backend in this process (BACKEND_MODE=monolith), and against a real service
process on this machine (BACKEND_MODE=service). Both run on fresh SQLite databases that are removed at the end.
Then two processes move the reads of 100 users over to that service, stage by stage, and take them back.
The exit code is 1 if a single answer differs, a call fails, or a process does not obey.
"""


@dataclass
class Played:
    """One telling: what was done, what came of it, and how long the calls took (seconds)."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    outcomes: list[Any] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)


class StoryBroken(Exception):
    """A call failed in a way that is not part of the story."""

    def __init__(self, step: int, error: CallError, service: RunningService | None) -> None:
        words = service.last_words() if service is not None else ""
        said = f"\nThe service's last words:\n{words}" if words else ""
        super().__init__(f"the story broke off after {step} calls: {error}{said}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much to measure, and how to print."""
    parser.add_argument(
        "--reads", type=int, default=200, metavar="N", help="reads to measure each wiring with (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def run(options: argparse.Namespace) -> int:
    """Play, compare, print; 1 if anything differs or the story breaks off."""
    if options.reads < 0:
        raise SettingsError("--reads cannot be negative")
    say = (lambda _: None) if options.json else (lambda text: print(text, file=sys.stderr, flush=True))
    try:
        with tempfile.TemporaryDirectory(prefix="livetrip-demo-") as folder:
            monolith, service, stages = asyncio.run(_play_both(Path(folder), options.reads, say))
    except asyncio.CancelledError:
        print("livetrip demo: terminated", file=sys.stderr)
        return 128 + signal.SIGTERM
    except (StoryBroken, ServiceDidNotStart) as error:
        print(f"livetrip demo: {error}", file=sys.stderr)
        return 1
    is_well = is_proven(stages) and monolith.outcomes == service.outcomes
    if options.json:
        print(
            json.dumps({**_report(monolith, service), "rollout": stages_report(stages)}, indent=2, ensure_ascii=False)
        )
    else:
        _print_table(monolith, service)
        print_stages(stages)
    return 0 if is_well else 1


async def _play_both(folder: Path, reads: int, say: Any) -> tuple[Played, Played, Sequence[Stage]]:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    key = secrets.token_urlsafe(32)
    database = f"sqlite:///{folder / 'monolith.sqlite3'}"
    say("playing the story in-process …")
    monolith = await _play(Settings(database_url=SecretStr(database)), reads, None)
    say("starting the service …")
    async with running_service(folder, key) as service:
        say(f"playing the story over HTTP, at {service.url} (process {service.pid}) …")
        settings = Settings(backend_mode=BackendMode.SERVICE, service_url=service.url, service_key=SecretStr(key))
        remote = await _play(settings, reads, service)
        return monolith, remote, await move_and_take_back(folder, service, key, say)


async def _play(settings: Settings, reads: int, service: RunningService | None) -> Played:
    recorder = Recorder()
    events: list[CallEvent] = []
    recorder.subscribe(events.extend)
    telling, played = Telling(live_trip_port()), Played()
    try:
        async with open_live_trip(settings, recorder) as live_trip:
            async for step in tell(live_trip):
                played.steps.append((step.operation, step.what))
                played.outcomes.append(telling.plain(step))
            await _measure(live_trip, reads)
    except CallError as error:
        raise StoryBroken(len(played.steps), error, service) from error
    finally:
        recorder.close()
    played.durations = [event.duration for event in events][-reads:] if reads else []
    return played


async def _measure(live_trip: LiveTrip, reads: int) -> None:
    """The same read over and over, of a trip of its own."""
    if not reads:
        return
    drafted = TripDraft(title="Measured", start_date="2026-01-01", end_date="2026-01-02")
    trip = await live_trip.create_trip(AIKO, drafted)
    for _ in range(reads):
        await live_trip.get_trip(AIKO, trip.id)


def _report(monolith: Played, service: Played) -> dict[str, Any]:
    steps = [
        {"operation": operation, "what": what, "equal": one == other, "monolith": one, "service": other}
        for (operation, what), one, other in zip(monolith.steps, monolith.outcomes, service.outcomes, strict=False)
    ]
    return {
        "equal": monolith.outcomes == service.outcomes,
        "steps": steps,
        "milliseconds": {"monolith": _percentiles(monolith.durations), "service": _percentiles(service.durations)},
    }


def _percentiles(durations: Sequence[float]) -> dict[str, float]:
    if len(durations) < 2:
        return {}
    cuts = statistics.quantiles(durations, n=20, method="inclusive")
    return {"p50": round(statistics.median(durations) * 1e3, 3), "p95": round(cuts[18] * 1e3, 3)}


def _print_table(monolith: Played, service: Played) -> None:
    rows = [("", "", "monolith", "service", "")]
    for (operation, what), one, other in zip(monolith.steps, monolith.outcomes, service.outcomes, strict=False):
        rows.append((operation, what, shown(one), shown(other), "=" if one == other else "DIFFERS"))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    print()
    for name, played in (("monolith", monolith), ("service", service)):
        found = _percentiles(played.durations)
        if found:
            print(
                f"{name:<9} getTrip p50 {found['p50']:7.2f} ms   p95 {found['p95']:7.2f} ms   ({len(played.durations)} calls)"
            )
    differing = sum(one != other for one, other in zip(monolith.outcomes, service.outcomes, strict=False))
    differing += abs(len(monolith.outcomes) - len(service.outcomes))
    total = len(monolith.outcomes)
    print(f"\n{total} calls, all equal in both modes." if not differing else f"\n{differing} of {total} calls DIFFER.")
