"""The LiveTrip contract in-process or over HTTP, and the container that chooses by BACKEND_MODE."""

from livetrip_adapters.asking import for_request
from livetrip_adapters.container import open_live_trip
from livetrip_adapters.port import live_trip_port
from livetrip_adapters.settings import BackendMode, Settings, SettingsError, load_settings

__all__ = [
    "BackendMode",
    "Settings",
    "SettingsError",
    "for_request",
    "live_trip_port",
    "load_settings",
    "open_live_trip",
]
