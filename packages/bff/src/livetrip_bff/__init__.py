"""LiveTrip Diary: the backend behind the contract, on a database."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from livetrip_bff.backend import LiveTripBackend as LiveTripBackend
    from livetrip_bff.darkroom import LocalPhotos as LocalPhotos
    from livetrip_bff.darkroom import S3Photos as S3Photos
    from livetrip_bff.database import SqlComments as SqlComments
    from livetrip_bff.database import migrate as migrate
    from livetrip_bff.database import pending as pending
    from livetrip_bff.database import sqlite_file as sqlite_file
    from livetrip_bff.errors import BackendError as BackendError
    from livetrip_bff.errors import MigrationsPending as MigrationsPending
    from livetrip_bff.errors import UnusableDatabaseUrl as UnusableDatabaseUrl
    from livetrip_bff.errors import UnusablePhotos as UnusablePhotos
    from livetrip_bff.opening import open_backend as open_backend
    from livetrip_bff.writing import Duplicates as Duplicates

# Imported when first used: a process that looks into pictures needs none of it.
_HOMES: Final = {
    "BackendError": "livetrip_bff.errors",
    "Duplicates": "livetrip_bff.writing",
    "LiveTripBackend": "livetrip_bff.backend",
    "LocalPhotos": "livetrip_bff.darkroom",
    "MigrationsPending": "livetrip_bff.errors",
    "S3Photos": "livetrip_bff.darkroom",
    "SqlComments": "livetrip_bff.database",
    "UnusableDatabaseUrl": "livetrip_bff.errors",
    "UnusablePhotos": "livetrip_bff.errors",
    "migrate": "livetrip_bff.database",
    "open_backend": "livetrip_bff.opening",
    "pending": "livetrip_bff.database",
    "sqlite_file": "livetrip_bff.database",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - a list of literals, in one place


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'livetrip_bff' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
