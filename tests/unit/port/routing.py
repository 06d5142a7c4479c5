"""A desk on both sides, a rollout between them, and a transport that does as it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from switchover import AsgiTransport, Recorder, Rollout, RolloutState, Share, Timeouts
from switchover.port.wire import WireRequest, WireResponse
from switchover.rollout import CircuitSettings
from switchover.telemetry import CallEvent
from unit.port.desk import InMemoryBlockingDesk, InMemoryDesk, blocking_desk_port, contract, desk_port

ALL, NONE, HALF = Share(10_000), Share(0), Share(5_000)
OK = WireResponse(200, [("content-type", "application/json")], b'{"status": "ok"}')

Step = WireResponse | Exception | Callable[[], None]


class Told:
    """Gives one outcome after the other, and the last one for ever; what is called comes before the next one."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[WireRequest] = []
        self.timeouts: list[Timeouts] = []

    def outcome(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        self.requests.append(request)
        self.timeouts.append(timeouts)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        while callable(step):
            step()
            step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        return replace(step)

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        return self.outcome(request, timeouts)

    def send_blocking(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        return self.outcome(request, timeouts)

    def close(self) -> None: ...

    async def aclose(self) -> None: ...


@dataclass
class Routed:
    """A desk that is routed to: what is here, what is there, and what happened."""

    desk: Any
    here: InMemoryBlockingDesk
    there: InMemoryBlockingDesk
    rollout: Rollout
    recorder: Recorder
    events: list[CallEvent]

    def told(self) -> list[tuple[str, str, str]]:
        """Wiring, reason and failure of each event, in order."""
        self.recorder.flush()
        found = [(event.wiring, event.reason, event.failure) for event in self.events if event.wiring != "serve"]
        self.events.clear()
        return found


def routed(
    kind: str,
    rollout: Rollout | Share,
    transport: Any = None,
    *,
    spans: bool = False,
    timeouts: Timeouts | None = None,
    timeouts_of: Mapping[str, Timeouts] | None = None,
    here: Any = None,
    **given: Any,
) -> Routed:
    """A desk (`async` or `sync`) under `port.route`; without a transport, HTTP reaches a service in this process."""
    recorder, events = Recorder(spans=spans), list[CallEvent]()
    recorder._subscribers.append(events.extend)
    is_async = kind == "async"
    port: Any = desk_port(recorder=recorder) if is_async else blocking_desk_port(recorder=recorder)
    local, remote = InMemoryBlockingDesk(), InMemoryBlockingDesk()
    backends = (InMemoryDesk(local), InMemoryDesk(remote)) if is_async else (local, remote)
    transport = transport or AsgiTransport(port.serve(backends[1], trust="open"))
    made = Rollout.fixed(rollout) if isinstance(rollout, Share) else rollout
    desk = port.route(
        direct=port.direct(here or backends[0]),
        http=port.http(transport=transport, trust="open", timeouts=timeouts, timeouts_of=timeouts_of),
        rollout=made,
        **given,
    )
    return Routed(desk, local, remote, made, recorder, events)


def everywhere(clock: Callable[[], float], **circuit: Any) -> Rollout:
    """All over HTTP, with a circuit of one's own."""
    names = [
        operation["operationId"]
        for path in contract().document.root.value["paths"].values()
        for operation in path.values()
        if "operationId" in operation
    ]
    state = RolloutState(shares=dict.fromkeys(names, ALL))
    return Rollout(state=state, circuit=CircuitSettings(**circuit), clock=clock)
