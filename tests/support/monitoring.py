"""Real Prometheus and Alertmanager processes on free loopback ports, with the examples of deploy/prometheus, sped up.

What they watch is a parameter: a `Target` is any process with the metrics of the kit.
"""

from __future__ import annotations

import json
import queue
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import httpx
import yaml

from support.processes import ROOT, START_SECONDS, STOP_SECONDS
from support.programs import require_program

T = TypeVar("T")
EXAMPLES = ROOT / "deploy" / "prometheus"


@dataclass(frozen=True)
class Target:
    """What is watched.

    Attributes:
        job: Prometheus's name of it.
        address: `host:port` of its /metrics.
        call: makes one call; whether it fails does not matter.
        fault: switches the fault on or off.
        key: what Prometheus proves itself with, as a bearer token.
    """

    job: str
    address: str
    call: Callable[[], object]
    fault: Callable[[bool], object]
    key: str | None = None


@dataclass(frozen=True)
class Notice:
    """An alert as it arrived at the webhook: `path` says to whom."""

    path: str
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]


@dataclass
class Monitoring:
    """What was heard, and what Prometheus knows."""

    target: Target
    prometheus: str
    arriving: queue.Queue[Notice]
    heard: list[Notice] = field(default_factory=list)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an instant query."""
        answer = httpx.get(f"http://{self.prometheus}/api/v1/query", params={"query": expression}, timeout=10)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]["result"]
        return found

    def until(self, condition: Callable[[], T | None], seconds: float) -> T:
        """The first value that the condition has, while calls go on and notices are heard; an AssertionError if there is none in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.target.call()
            with suppress(queue.Empty):
                self.heard.append(self.arriving.get(timeout=0.02))
            if (value := condition()) is not None:
                return value
        raise AssertionError(f"not within {seconds:g} s; heard were {self.heard}")


@contextmanager
def monitoring(folder: Path, target: Target, rules: str) -> Iterator[Monitoring]:
    """Everything between a target and a webhook, with fresh data directories in `folder`; all of it ends with the block."""
    prometheus = require_program("prometheus")
    alertmanager = require_program("prometheus-alertmanager", "alertmanager")
    arriving: queue.Queue[Notice] = queue.Queue()
    with ExitStack() as stack:
        webhook = stack.enter_context(_webhook(arriving))
        config = _alertmanager_config(folder, webhook)
        command = [alertmanager, f"--config.file={config}", f"--storage.path={folder / 'alertmanager'}"]
        alerts = stack.enter_context(_listening([*command, "--cluster.listen-address="], folder / "alertmanager.log"))
        config = _prometheus_config(folder, target, rules, alerts)
        command = [prometheus, f"--config.file={config}", f"--storage.tsdb.path={folder / 'prometheus'}"]
        address = stack.enter_context(_listening(command, folder / "prometheus.log"))
        yield Monitoring(target, address, arriving)


def _alertmanager_config(folder: Path, webhook: str) -> Path:
    config = yaml.safe_load((EXAMPLES / "alertmanager.yml").read_text("utf-8"))
    for route in (config["route"], *config["route"]["routes"]):
        route |= {"group_wait": "100ms", "group_interval": "500ms"}
    for receiver in config["receivers"]:
        for hook in receiver["webhook_configs"]:
            hook["url"] = hook["url"].replace("http://127.0.0.1:9095", webhook)
    return _written(folder / "alertmanager.yml", config)


def _prometheus_config(folder: Path, target: Target, rules: str, alertmanager: str) -> Path:
    config = yaml.safe_load((EXAMPLES / "prometheus.yml").read_text("utf-8"))
    config["global"] = {"scrape_interval": "500ms", "scrape_timeout": "500ms", "evaluation_interval": "500ms"}
    config["alerting"]["alertmanagers"][0]["static_configs"] = [{"targets": [alertmanager]}]
    (scrape,) = config["scrape_configs"]
    scrape |= {"job_name": target.job, "static_configs": [{"targets": [target.address]}]}
    if target.key is not None:
        scrape["authorization"] = {"type": "Bearer", "credentials": target.key}
    (name,) = config["rule_files"]
    (folder / name).write_text(rules, "utf-8")
    return _written(folder / "prometheus.yml", config)


def _written(path: Path, document: object) -> Path:
    path.write_text(yaml.safe_dump(document), "utf-8")
    return path


@contextmanager
def _listening(command: Sequence[str], log: Path) -> Iterator[str]:
    """A process on a free port of its own choice, which its log names; the address."""
    process = subprocess.Popen(
        [*command, "--web.listen-address=127.0.0.1:0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    found: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, log, found), daemon=True)
    reader.start()
    try:
        try:
            address = found.get(timeout=START_SECONDS)
        except queue.Empty:
            address = None
        assert address is not None, f"{command[0]} did not start: {log.read_text('utf-8')}"
        yield address
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        assert process.stderr is not None
        process.stderr.close()


def _read(process: subprocess.Popen[str], log: Path, found: queue.Queue[str | None]) -> None:
    assert process.stderr is not None
    with log.open("w", encoding="utf-8") as file:
        for line in process.stderr:
            file.write(line)
            file.flush()
            if match := re.search(r'msg="Listening on" .*\baddress=(\S+)', line):
                found.put(match[1])
    found.put(None)


@contextmanager
def _webhook(arriving: queue.Queue[Notice]) -> Iterator[str]:
    """A server that takes what Alertmanager tells; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for alert in told["alerts"]:
                arriving.put(Notice(self.path, alert["status"], alert["labels"], alert["annotations"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
            """What arrived is in the queue."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
