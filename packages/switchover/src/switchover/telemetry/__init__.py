"""What happened: positions in a trace, and one event per call."""

from switchover.telemetry.events import CallEvent, Recorder
from switchover.telemetry.trace import TraceContext, parse, start

__all__ = ["CallEvent", "Recorder", "TraceContext", "parse", "start"]
