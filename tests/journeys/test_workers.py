"""Four worker processes of one service under load; one is killed and replaced. Whoever is scraped tells the sum, and no sum goes back."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from support.processes import Running, clean_environment, running
from switchover.telemetry.metrics import names
from switchover.telemetry.metrics.rendering import OPENMETRICS, Exposition
from unit.telemetry.metrics.counted import samples, value

SECONDS = 60.0
CALL = {"operation": "getTrip", "wiring": "serve"}
OUTCOMES = {outcome: {**CALL, "outcome": outcome} for outcome in names.OUTCOMES}


class Service:
    """Workers that come and go."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self.workers: list[Running] = []
        self.sent = 0

    def begin(self) -> Running:
        """One more worker."""
        folder = self._folder / f"worker-{time.monotonic_ns()}"
        folder.mkdir()
        command = [sys.executable, "-m", "support.watched", str(self._folder / "numbers")]
        worker = self._stack.enter_context(running(command, folder, clean_environment()))
        self.workers.append(worker)
        return worker

    def kill(self, worker: Running) -> None:
        """Nobody asks it to end."""
        self.workers.remove(worker)
        worker.process.send_signal(signal.SIGKILL)
        worker.process.wait(SECONDS)

    def load(self, calls: int) -> None:
        """So many calls to each worker, from threads; every eighth one fails."""
        with ThreadPoolExecutor(len(self.workers)) as pool:
            list(pool.map(lambda worker: _call(worker, calls), self.workers))
        self.sent += calls * len(self.workers)

    def scrape(self, worker: Running) -> Exposition:
        """What one worker tells."""
        answered = httpx.get(f"http://{worker.address}/metrics", headers={"accept": OPENMETRICS}, timeout=SECONDS)
        return Exposition(answered.raise_for_status().headers["content-type"], answered.content)


def _call(worker: Running, calls: int) -> None:
    with httpx.Client(base_url=f"http://{worker.address}", timeout=SECONDS) as client:
        for number in range(calls):
            if number % 8 == 0:
                assert client.put("/fault").status_code == 204
            assert client.post("/call").status_code == (500 if number % 8 == 0 else 204)
            if number % 8 == 0:
                assert client.delete("/fault").status_code == 204


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with ExitStack() as stack:
        service = Service(tmp_path, stack)
        for _ in range(4):
            service.begin()
        yield service


class Watching(threading.Thread):
    """Scrapes one worker after the other, and keeps what they tell."""

    def __init__(self, service: Service, workers: list[Running]) -> None:
        super().__init__()
        self._service, self._workers = service, workers
        self.seen: list[Exposition] = []
        self.enough = threading.Event()

    def run(self) -> None:
        for worker in cycle(self._workers):
            if self.enough.is_set():
                return
            self.seen.append(self._service.scrape(worker))


def test_whoever_is_scraped_tells_the_sum_and_no_sum_goes_back(service: Service) -> None:
    *survivors, victim = service.workers
    watching = Watching(service, survivors)
    watching.start()
    try:
        service.load(40)
        until(lambda: told(service.scrape(survivors[0])) == service.sent)
        assert {told(service.scrape(worker)) for worker in service.workers} == {service.sent}
        before = service.scrape(victim)
        service.kill(victim)
        after = service.scrape(survivors[1])
        assert told(after) == service.sent
        assert value(after, names.PROCESS_CPU) >= value(before, names.PROCESS_CPU)
        assert value(after, names.PROCESS_MEMORY) < value(before, names.PROCESS_MEMORY)
        assert traces(after)
        service.begin()
        service.load(40)
        until(lambda: told(service.scrape(service.workers[-1])) == service.sent)
    finally:
        watching.enough.set()
        watching.join(SECONDS)
    last = service.scrape(survivors[2])
    assert value(last, names.CALLS, OUTCOMES["failed"]) == service.sent / 8
    assert value(last, f"{names.DURATION}_count", CALL) == service.sent
    assert value(last, names.IN_FLIGHT, {"wiring": "serve"}) == 0
    assert value(last, names.EVENTS_DROPPED) == 0
    assert len(watching.seen) > 5
    assert goes_back([*watching.seen, last]) == []
    kept = sorted(path.name.partition("-")[0] for path in (service._folder / "numbers").iterdir())
    assert [name for name in kept if name != "worker"] == ["lock", "remainder.json"]


def told(found: Exposition) -> float:
    """How many calls there were."""
    return sum(value(found, names.CALLS, labels) for labels in OUTCOMES.values())


def traces(found: Exposition) -> set[str]:
    """The traces beside the buckets."""
    return {sample.exemplar.labels["trace_id"] for sample in samples(found).values() if sample.exemplar is not None}


def goes_back(seen: list[Exposition]) -> list[tuple[str, float, float]]:
    """Every counter that was once higher than it is later."""
    found = []
    highest: dict[object, float] = {}
    for exposition in seen:
        for (name, labels), sample in samples(exposition).items():
            if name.endswith(("_total", "_bucket", "_count", "_sum")):
                before = highest.get((name, labels), 0.0)
                if sample.value < before:
                    found.append((f"{name}{dict(labels)}", before, sample.value))
                highest[name, labels] = max(before, sample.value)
    return found


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
