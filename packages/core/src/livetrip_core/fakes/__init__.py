"""Stand-ins for what the ports describe, held to the same tests as the real ones."""

from __future__ import annotations

from livetrip_core.fakes.clock import FakeClock
from livetrip_core.fakes.darkroom import InMemoryObjectStorage, TextImageProcessor
from livetrip_core.fakes.identifiers import SequentialIdentifiers
from livetrip_core.fakes.unit_of_work import InMemoryUnitOfWork, InMemoryUnitOfWorkFactory

__all__ = [
    "FakeClock",
    "InMemoryObjectStorage",
    "InMemoryUnitOfWork",
    "InMemoryUnitOfWorkFactory",
    "SequentialIdentifiers",
    "TextImageProcessor",
]
