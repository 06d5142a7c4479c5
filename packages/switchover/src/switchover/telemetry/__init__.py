"""What happened: positions in a trace, and one event per call."""

from switchover.telemetry.events import CallEvent, Kind, Outcome, Unsampled, located, nobody
from switchover.telemetry.recorder import Lane, Recorder
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
    "located",
    "nobody",
    "parse",
    "start",
]
