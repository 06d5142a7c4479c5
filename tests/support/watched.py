"""A small service with the metrics of the kit: `python -m support.watched`. POST /call is a call; PUT and DELETE /fault make calls fail or not.

It prints `listening on 127.0.0.1:PORT`.
"""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from switchover.telemetry.metrics import names
from switchover.telemetry.objectives import Objectives, buckets

OPERATION, WIRING = "getTrip", "serve"


class Metrics:
    """The metrics of one process, as they are before the first call."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        made: dict[str, Any] = {"registry": self.registry}
        calls = Counter(names.CALLS, "Calls.", (names.OPERATION, names.WIRING, names.OUTCOME), **made)
        self.calls = {outcome: calls.labels(OPERATION, WIRING, outcome) for outcome in names.OUTCOMES}
        self.duration = Histogram(
            names.DURATION, "Seconds.", (names.OPERATION, names.WIRING), buckets=buckets(Objectives()), **made
        ).labels(OPERATION, WIRING)
        self.in_flight = Gauge(names.IN_FLIGHT, "Calls.", (names.WIRING,), **made).labels(WIRING)
        self.refusals = Counter(names.REFUSALS, "Refusals.", (names.REASON,), **made)
        self.dropped = Counter(names.EVENTS_DROPPED, "Events.", **made)


class Service(ThreadingHTTPServer):
    """Calls, a fault that may be switched on, and metrics that tell of both."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.metrics = Metrics()
        self.has_fault = False


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self._answer(200, generate_latest(self.server.metrics.registry))

    def do_POST(self) -> None:
        metrics = self.server.metrics
        with metrics.in_flight.track_inprogress(), metrics.duration.time():
            outcome = names.FAILED if self.server.has_fault else names.OK
        metrics.calls[outcome].inc()
        self._answer(500 if outcome == names.FAILED else 200)

    def do_PUT(self) -> None:
        self.server.has_fault = True
        self._answer(200)

    def do_DELETE(self) -> None:
        self.server.has_fault = False
        self._answer(200)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
        """One line for each call would fill the pipe."""


if __name__ == "__main__":
    service = Service()
    print(f"listening on 127.0.0.1:{service.server_port}", flush=True)
    service.serve_forever()
