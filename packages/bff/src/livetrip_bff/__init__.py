"""LiveTrip Diary: the backend behind the contract, on a database."""

from __future__ import annotations

from livetrip_bff.backend import LiveTripBackend
from livetrip_bff.database import SqlComments, migrate, pending
from livetrip_bff.errors import BackendError, MigrationsPending, UnusableDatabaseUrl
from livetrip_bff.opening import open_backend

__all__ = [
    "BackendError",
    "LiveTripBackend",
    "MigrationsPending",
    "SqlComments",
    "UnusableDatabaseUrl",
    "migrate",
    "open_backend",
    "pending",
]
