"""What happened: positions in a trace, and one event per call."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.telemetry.events import CallEvent, Kind, Outcome, Unsampled, located, nobody
    from switchover.telemetry.recorder import Lane, Recorder
    from switchover.telemetry.state import is_state, read_state
    from switchover.telemetry.trace import TraceContext, parse, start
    from switchover.telemetry.tracing import LiveSpan, TracedCall, Tracing
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "CallEvent": "events",
            "Kind": "events",
            "Lane": "recorder",
            "LiveSpan": "tracing",
            "Outcome": "events",
            "Recorder": "recorder",
            "TraceContext": "trace",
            "TracedCall": "tracing",
            "Tracing": "tracing",
            "Unsampled": "events",
            "is_state": "state",
            "located": "events",
            "nobody": "events",
            "parse": "trace",
            "read_state": "state",
            "start": "trace",
        },
    )

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
