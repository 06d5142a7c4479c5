"""What a process of LiveTrip tells of its calls: logs, metrics and traces, as the environment says."""

from livetrip_adapters.telemetry.opening import Telemetry, open_telemetry
from livetrip_adapters.telemetry.settings import LogFormat, TelemetrySettings, read_telemetry

__all__ = ["LogFormat", "Telemetry", "TelemetrySettings", "open_telemetry", "read_telemetry"]
