"""Why a backend cannot be opened, in one tree. No message repeats any part of a database URL.

BackendError
├── UnusableDatabaseUrl    the URL names no database that the backend can keep things in
├── UnusablePhotos         photos cannot be kept where they are to be kept
└── MigrationsPending      the database is behind this release: `livetrip migrate` brings it up to date
"""

from __future__ import annotations

from collections.abc import Sequence


class BackendError(Exception):
    """Base of everything that keeps a backend from being opened."""


class UnusableDatabaseUrl(BackendError):
    """The URL names no database that the backend can keep things in."""


class UnusablePhotos(BackendError):
    """Photos cannot be kept where they are to be kept."""


class MigrationsPending(BackendError):
    """The database is behind this release. `revisions`: what is missing, oldest first."""

    def __init__(self, revisions: Sequence[str]) -> None:
        self.revisions = tuple(revisions)
        super().__init__(self.revisions)

    def __str__(self) -> str:
        return f"the database is behind this release by {', '.join(self.revisions)}: run `livetrip migrate`"
