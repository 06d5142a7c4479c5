"""What happened: positions in a trace, and one event per call."""

from switchover.telemetry.events import CallEvent, Kind, Outcome, nobody
from switchover.telemetry.recorder import Lane, Recorder
from switchover.telemetry.state import is_state, read_state
from switchover.telemetry.trace import TraceContext, parse, start

__all__ = [
    "CallEvent",
    "Kind",
    "Lane",
    "Outcome",
    "Recorder",
    "TraceContext",
    "is_state",
    "nobody",
    "parse",
    "read_state",
    "start",
]
