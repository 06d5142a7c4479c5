"""LiveTrip Diary: the backend behind the contract, on a database."""

from __future__ import annotations

from livetrip_bff.backend import LiveTripBackend
from livetrip_bff.darkroom import LocalPhotos
from livetrip_bff.database import migrate, pending
from livetrip_bff.errors import BackendError, MigrationsPending, UnusableDatabaseUrl
from livetrip_bff.opening import open_backend

__all__ = [
    "BackendError",
    "LiveTripBackend",
    "LocalPhotos",
    "MigrationsPending",
    "UnusableDatabaseUrl",
    "migrate",
    "open_backend",
    "pending",
]
