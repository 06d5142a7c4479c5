"""(8) What the windows of outcomes cost: CPU time of an event and of a query, memory at 50,000 events a second, and how far p95 is off.

Peers are sketches that others keep: `pip install ddsketch fastdigest` puts them beside ours; without them they are left out.
"""

from __future__ import annotations

import importlib.util
import math
import random
import time
import tracemalloc
from collections.abc import Callable, Iterable

from benchmarks.measure import Measure, Row, compare
from switchover.rollout.windows import OutcomeWindows
from switchover.telemetry.events import CallEvent, Outcome

_RATE = 50_000
_BATCHES = 10
"""A second of events, in batches as a recorder hands them over."""

_GENERATOR = random.Random(8)
_Batch = list[CallEvent]


class _Clock:
    """Seconds, as far as batches went."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _batches(operations: int) -> list[_Batch]:
    """One batch, again and again: events come to the windows fresh from the recorder, so they are in the caches of the processor."""
    return [[_event(number, operations) for number in range(_RATE // _BATCHES)]] * _BATCHES


def _event(number: int, operations: int) -> CallEvent:
    outcome = Outcome.FAILED if _GENERATOR.random() < 0.01 else Outcome.OK
    duration = _GENERATOR.lognormvariate(-4.6, 0.8)
    return CallEvent(number, f"op{number % operations}", "http", outcome, "", "share", 0.0, duration, None, None)


async def run(rounds: int) -> list[Row]:
    """Measure."""
    one, many = _batches(1), _batches(26)
    durations = [event.duration for batch in one for event in batch]
    events: dict[str, Measure] = {"reading the four fields of an event": _timed(lambda: _read(one), _RATE)}
    for name, batches in (("windows, one operation", one), ("windows, 26 operations", many)):
        events[name] = _timed(lambda batches=batches: _fed(batches, seconds=4), 4 * _RATE)  # type: ignore[misc]
    for name, sketch in _peers():
        events[name] = _timed(lambda sketch=sketch: sketch(durations), _RATE)  # type: ignore[misc]
    rows = await compare(
        "windows (ns of CPU per event)", events, unit="ns", rounds=rounds, bars={"windows, one operation": "<= 150 ns"}
    )
    full = _fed(one, seconds=300)
    queries = {
        "10 s": _timed(lambda: full.snapshot("op0", "http").p95, 1000),
        "5 min": _timed(lambda: full.snapshot("op0", "http", is_long=True).p95, 1000),
    }
    bars = dict.fromkeys(queries, "<= 1,000 us")
    rows += await compare("windows (us of CPU per query)", queries, unit="us", rounds=rounds, bars=bars)
    memory = {
        "10 s": _constant(_memory(one, seconds=10) / 1024),
        "10 s and 5 min": _constant(_memory(one, seconds=300) / 1024),
    }
    bars = dict.fromkeys(memory, "<= 256 KiB")
    rows += await compare("windows (KiB at 50,000 events/s, the most)", memory, unit="KiB", rounds=1, bars=bars)
    off = {
        name: _constant(_off(full, durations, share)) for name, share in (("p95", 0.95), ("p50", 0.5), ("p99", 0.99))
    }
    rows += await compare("windows (% off the exact quantile)", off, unit="%", rounds=1, bars={"p95": "<= 2 %"})
    return rows


def _timed(run: Callable[[], object], pieces: int) -> Measure:
    """Nanoseconds of CPU, divided by the pieces that the work consists of."""

    async def measure() -> float:
        started = time.process_time_ns()
        run()
        return (time.process_time_ns() - started) / pieces

    return measure


def _constant(value: float) -> Measure:
    async def measure() -> float:
        return value

    return measure


def _read(batches: Iterable[_Batch]) -> None:
    for batch in batches:
        for event in batch:
            _ = event[1], event[2], event[3], event[7]


def _fed(batches: list[_Batch], *, seconds: int) -> OutcomeWindows:
    clock = _Clock()
    windows = OutcomeWindows(clock=clock)
    for _ in range(seconds):
        for batch in batches:
            windows(batch)
            clock.now += 1 / _BATCHES
    return windows


def _memory(batches: list[_Batch], *, seconds: int) -> float:
    """The most that the windows took at any time, in bytes."""
    tracemalloc.start()
    _fed(batches, seconds=seconds)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def _off(windows: OutcomeWindows, durations: list[float], share: float) -> float:
    exact = sorted(durations)[math.ceil(share * len(durations)) - 1]
    told = windows.snapshot("op0", "http").latency.quantile(share)
    assert told is not None
    return abs(told - exact) / exact * 100


def _peers() -> list[tuple[str, Callable[[list[float]], object]]]:
    peers: list[tuple[str, Callable[[list[float]], object]]] = []
    if importlib.util.find_spec("ddsketch"):
        peers.append(("ddsketch, latency alone", _ddsketch))
    if importlib.util.find_spec("fastdigest"):
        peers.append(("fastdigest (t-digest), latency alone, in batches", _fastdigest))
    return peers


def _ddsketch(durations: list[float]) -> object:
    sketch = importlib.import_module("ddsketch").DDSketch(0.02)
    for duration in durations:
        sketch.add(duration)
    return sketch


def _fastdigest(durations: list[float]) -> object:
    sketch = importlib.import_module("fastdigest").TDigest()
    size = len(durations) // _BATCHES
    for start in range(0, len(durations), size):
        sketch.batch_update(durations[start : start + size])
    return sketch
