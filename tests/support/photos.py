"""Places to keep photos, for tests that are about something else."""

from __future__ import annotations

from livetrip_bff.photos import Darkroom
from livetrip_core import Clock
from livetrip_core.fakes import InMemoryObjectStorage, TextImageProcessor


def darkroom(clock: Clock) -> Darkroom:
    """One in memory, for pictures that are lines of text."""
    return Darkroom(InMemoryObjectStorage(clock), TextImageProcessor())
