"""A small service that logs: `python -m support.logging_service [BYTES]`. Every call logs a warning of so many bytes, as JSON lines.

POST /call is a call, /metrics are its metrics. It prints `listening on 127.0.0.1:PORT` on standard output.
"""

from __future__ import annotations

import json
import logging
import sys

from switchover import Contract, configure_logging
from switchover.port.hosting import Address, run
from switchover.telemetry.background import say
from switchover.telemetry.objectives import Objectives

CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "Logging", "version": "1"},
    "paths": {"/call": {"post": {"operationId": "call", "responses": {"204": {"description": "Done."}}}}},
}


class Logging:
    """Logs a warning on the event loop with every call."""

    def __init__(self, size: int) -> None:
        self._text = "x" * size

    async def call(self) -> None:
        logging.getLogger("team").warning(self._text)


def main() -> None:
    """Serve until a signal."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    log = configure_logging(service="logging")
    port = Contract.read("logging.json", lambda _: json.dumps(CONTRACT).encode()).bind(Logging)
    log.watch(port.recorder)
    metrics = port.metrics(Objectives())
    service = port.serve(Logging(size), trust="open", metrics=metrics)
    run(service, Address(port=0), on_ready=lambda taken: say(f"listening on {taken.url}", sys.stdout))
    log.close()


if __name__ == "__main__":
    main()
