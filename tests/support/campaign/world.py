"""LiveTrip under load, with a gateway for each worker: what a campaign acts on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from support.campaign.gateway import Gateway, Mode
from support.campaign.loop import LoopThread
from support.campaign.stores import CampaignStore
from support.processes import KEY, ROOT, Running, clean_environment, running, running_api
from support.waiting import eventually

_SWITCHOVER = (sys.executable, "-c", "from switchover.cli import main; raise SystemExit(main())")


@dataclass
class Worker:
    """A process that calls LiveTrip without a pause, and is started again after its end.

    Attributes:
        long_freezes: how often it stood still for longer than a call may take.
    """

    number: int
    kind: str
    users: dict[str, str]
    folder: Path
    gateway: Gateway
    process: Running | None = None
    reports: list[Path] = field(default_factory=list)
    long_freezes: int = 0

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self.process is not None
        return self.process.process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process that runs now."""
        os.kill(self.pid, number)

    def read(self) -> list[dict[str, Any]]:
        """What each of its processes reported last."""
        return [json.loads(path.read_text()) for path in self.reports if path.exists()]


class World:
    """A database, a service, workers that call, and a store that says where each call goes."""

    def __init__(
        self, folder: Path, database: str, store: CampaignStore, trips: dict[str, str], loop: LoopThread
    ) -> None:
        self.folder, self.database, self.store = folder, database, store
        self.trips = trips
        self._loop = loop
        self._stack = ExitStack()
        self._service_folders: list[Path] = []
        self.service = self._start_service("0")
        kinds = ("reads", "reads", "writes")
        self.workers = [self._worker(number, kind, len(kinds)) for number, kind in enumerate(kinds)]
        self.operator_folder = self._operator_folder()

    # Processes

    def start(self, worker: Worker) -> None:
        """Start a process for a worker, and wait until it makes calls."""
        report = worker.folder / f"report-{len(worker.reports)}"
        worker.reports.append(report)
        command = [
            sys.executable,
            "-m",
            "support.traffic",
            worker.kind,
            json.dumps(worker.users),
            str(report),
        ]
        environment = clean_environment(
            BACKEND_MODE="service",
            LIVETRIP_SERVICE_URL=worker.gateway.url,
            LIVETRIP_SERVICE_KEY=KEY,
            LIVETRIP_DATABASE_URL=self.database,
            LIVETRIP_ROLLOUT=self.store.address_of(worker.number),
            LIVETRIP_ROLLOUT_CACHE=str(worker.folder / "cache.json"),
        )
        worker.process = self._stack.enter_context(running(command, worker.folder, environment))
        eventually(report.exists, 30, what=f"calls of worker {worker.number}")

    def is_running(self, worker: Worker) -> bool:
        """Whether the worker's process runs."""
        return worker.process is not None and worker.process.process.poll() is None

    def end(self, worker: Worker, number: signal.Signals) -> None:
        """End a worker's process by a signal, and wait for its end."""
        assert worker.process is not None
        worker.process.process.send_signal(number)
        worker.process.process.wait(20)

    def kill_service(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the service by a signal."""
        self.service.process.send_signal(number)
        self.service.process.wait(20)

    def restart_service(self) -> None:
        """Start the service again, at the address it had."""
        self.service = self._start_service(self.service.address.rpartition(":")[2])

    def stop(self) -> None:
        """End all workers, and keep what they report last."""
        for worker in self.workers:
            if self.is_running(worker):
                assert worker.process is not None
                assert worker.process.stop() == 0, worker.process.log.read_text()[-4000:]

    def close(self) -> None:
        """End everything."""
        self._stack.close()
        for worker in self.workers:
            worker.gateway.close()

    # What is seen

    def calls(self) -> int:
        """Calls that the workers made so far."""
        return sum(report["calls"] for worker in self.workers for report in worker.read())

    def wait_for_calls(self, number: int) -> None:
        """Wait until so many more calls were made."""
        before = self.calls()
        eventually(lambda: self.calls() >= before + number, 60, what=f"{number} calls")

    def arrived_since(self, since: float) -> dict[int, int]:
        """Requests that arrived at the gateways after a time, by the number of the worker."""
        counted = Counter[int]()
        for worker in self.workers:
            counted[worker.number] = sum(1 for at in worker.gateway.arrivals if at > since)
        return {number: count for number, count in counted.items() if count}

    def wait_for_arrivals(self, number: int) -> None:
        """Wait until so many more requests arrived at each gateway that lets them through."""
        before = {worker.number: len(worker.gateway.arrivals) for worker in self.workers}
        eventually(
            lambda: all(len(worker.gateway.arrivals) >= before[worker.number] + number for worker in self.workers),
            30,
            what=f"{number} requests from each worker",
        )

    def begun_since(self, since: float) -> int:
        """Calls that began after a time, as the service's own log has them."""
        begun = 0
        for folder in self._service_folders:
            for line in (folder / "stderr.log").read_text("utf-8", "replace").splitlines():
                begun += _began(line) > since
        return begun

    def set_all(self, mode: Mode) -> None:
        """Set the mode of all gateways."""
        for worker in self.workers:
            worker.gateway.mode = mode

    # The command line

    def switchover(self, *arguments: str, **environment: str) -> Command:
        """Start a command; it works on this store."""
        return Command(
            subprocess.Popen(
                [*_SWITCHOVER, *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=self.operator_folder,
                env=clean_environment(SWITCHOVER_ROLLOUT_STORE=self.store.address, **environment),
            )
        )

    def shell(self, script: str) -> Command:
        """Start a shell script in which `$switchover` is the command."""
        environment = clean_environment(SWITCHOVER_ROLLOUT_STORE=self.store.address)
        return Command(
            subprocess.Popen(
                ["bash", "-c", f'switchover() {{ {sys.executable} -c "$MAIN" "$@"; }}; {script}'],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=self.operator_folder,
                env={**environment, "MAIN": _SWITCHOVER[2]},
            )
        )

    def _start_service(self, port: str) -> Running:
        folder = self.folder / f"service-{len(self._service_folders)}"
        folder.mkdir()
        self._service_folders.append(folder)
        return self._stack.enter_context(
            running_api(
                folder,
                "--port",
                port,
                LIVETRIP_SERVICE_KEY=KEY,
                LIVETRIP_DATABASE_URL=self.database,
                LIVETRIP_LOG_FORMAT="json",
                LIVETRIP_PHOTOS_FOLDER=str(self.folder / "photos"),
            )
        )

    def _worker(self, number: int, kind: str, workers: int) -> Worker:
        folder = self.folder / f"w{number}"
        folder.mkdir()
        users = dict(list(self.trips.items())[number::workers])
        gateway = Gateway(self._loop, self.service.address)
        worker = Worker(number, kind, users, folder, gateway)
        self.start(worker)
        return worker

    def _operator_folder(self) -> Path:
        folder = self.folder / "operator"
        folder.mkdir()
        contract = ROOT / "openapi" / "openapi.yaml"
        plan = ROOT / "packages/adapters/src/livetrip_adapters/rollout.toml"
        (folder / "pyproject.toml").write_text(f'[tool.switchover]\ncontract = "{contract}"\nrollout = "{plan}"\n')
        return folder


@dataclass
class Command:
    """A command of `switchover` that runs, or has ended."""

    process: subprocess.Popen[str]

    def ended(self, seconds: float = 60.0) -> Ended:
        """Wait for its end."""
        out, _ = self.process.communicate(timeout=seconds)
        return Ended(self.process.returncode, out, time.time())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)


@dataclass(frozen=True)
class Ended:
    """What a command came to.

    Attributes:
        code: its exit code.
        text: what it printed, on both streams.
        at: when it ended, in seconds since 1970.
    """

    code: int
    text: str
    at: float


def _began(line: str) -> float:
    """When the call of a log line began, in seconds since 1970; 0 for other lines."""
    try:
        entry = json.loads(line)
        if entry["event"] != "call":
            return 0.0
        ended = datetime.fromisoformat(entry["time"]).timestamp()
        return ended - float(entry["duration_ms"]) / 1000
    except (ValueError, KeyError, TypeError):
        return 0.0
