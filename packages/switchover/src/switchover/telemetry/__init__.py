"""What happened: positions in a trace, and one event per call."""

from switchover.telemetry.events import CallEvent, Kind, Outcome, Unsampled, located, nobody
from switchover.telemetry.recorder import Lane, Recorder
from switchover.telemetry.state import is_state, read_state
from switchover.telemetry.trace import TraceContext, parse, start
from switchover.telemetry.tracing import LiveSpan, TracedCall, Tracing

__all__ = [
    "CallEvent",
    "Kind",
    "Lane",
    "LiveSpan",
    "Outcome",
    "Recorder",
    "TraceContext",
    "TracedCall",
    "Tracing",
    "Unsampled",
    "is_state",
    "located",
    "nobody",
    "parse",
    "read_state",
    "start",
]
