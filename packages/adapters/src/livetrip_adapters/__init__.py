"""The LiveTrip contract in-process or over HTTP, and the container that chooses by BACKEND_MODE."""

from livetrip_adapters.asking import for_request
from livetrip_adapters.container import open_all, open_live_trip
from livetrip_adapters.opened import Opened, PhotoFiles
from livetrip_adapters.port import live_trip_port
from livetrip_adapters.settings import BackendMode, Settings, SettingsError, load_settings
from livetrip_adapters.telemetry import Telemetry, TelemetrySettings, open_telemetry

__all__ = [
    "BackendMode",
    "Opened",
    "PhotoFiles",
    "Settings",
    "SettingsError",
    "Telemetry",
    "TelemetrySettings",
    "for_request",
    "live_trip_port",
    "load_settings",
    "open_all",
    "open_live_trip",
    "open_telemetry",
]
