"""LiveTrip Diary: the backend behind the contract, on a database."""

from __future__ import annotations

from livetrip_bff.backend import LiveTripBackend
from livetrip_bff.darkroom import LocalPhotos, S3Photos
from livetrip_bff.database import SqlComments, migrate, pending, sqlite_file
from livetrip_bff.errors import BackendError, MigrationsPending, UnusableDatabaseUrl, UnusablePhotos
from livetrip_bff.opening import open_backend

__all__ = [
    "BackendError",
    "LiveTripBackend",
    "LocalPhotos",
    "MigrationsPending",
    "S3Photos",
    "SqlComments",
    "UnusableDatabaseUrl",
    "UnusablePhotos",
    "migrate",
    "open_backend",
    "pending",
    "sqlite_file",
]
