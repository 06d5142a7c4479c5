"""A small service with the metrics of the kit: `python -m support.watched [DIRECTORY]`. POST /call is a call; PUT and DELETE /fault make
calls fail or not. With a directory, several of them are workers of one service.

It prints `listening on 127.0.0.1:PORT`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from switchover import Contract
from switchover.port.hosting import Address, run
from switchover.telemetry.objectives import Objectives

ANSWER = {"responses": {"204": {"description": "Done."}}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "Watched", "version": "1"},
    "paths": {
        "/call": {"post": {"operationId": "getTrip", **ANSWER}},
        "/fault": {"put": {"operationId": "beginFault", **ANSWER}, "delete": {"operationId": "endFault", **ANSWER}},
    },
}


class Watched:
    """Calls, and a fault that may be switched on."""

    def __init__(self) -> None:
        self.has_fault = False

    async def get_trip(self) -> None:
        if self.has_fault:
            raise RuntimeError("the fault is on")

    async def begin_fault(self) -> None:
        self.has_fault = True

    async def end_fault(self) -> None:
        self.has_fault = False


def watched(directory: str | None) -> Any:
    """The application, as any service would make it."""
    port = Contract.read("watched.json", lambda _: json.dumps(CONTRACT).encode()).bind(Watched)
    return port.serve(Watched(), trust="open", metrics=port.metrics(Objectives(), directory=directory))


if __name__ == "__main__":
    run(
        watched(*sys.argv[1:] or (None,)),
        Address(port=0),
        on_ready=lambda address: print(f"listening on {address.host}:{address.port}", flush=True),
    )
