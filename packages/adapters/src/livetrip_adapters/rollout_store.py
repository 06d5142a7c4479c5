"""The store that `LIVETRIP_ROLLOUT` names: `file:PATH`, for the processes of one machine, or `postgresql://…`, for a fleet."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from switchover.rollout.stores import FileRolloutStore, RolloutStore

_FILE: Final = "file:"
_POSTGRESQL: Final = ("postgresql://", "postgres://")
_WANTED: Final = "has to be file:PATH or postgresql://user@host/database"


def is_shared(address: str) -> bool:
    """Does it lie outside of this machine, so that a process had better remember the last state by itself?"""
    return not address.startswith(_FILE)


def rollout_store(address: str) -> RolloutStore:
    """The store; nothing is opened yet.

    Raises:
        ValueError: there is no such store, or what it needs is not installed. The message holds no secret.
    """
    if address.startswith(_FILE) and address != _FILE:
        return FileRolloutStore(Path(address.removeprefix(_FILE)))
    if not address.startswith(_POSTGRESQL):
        raise ValueError(_WANTED)
    from switchover.rollout.stores.postgresql import PostgresqlRolloutStore  # noqa: PLC0415 - an extra

    try:
        return PostgresqlRolloutStore(address)
    except ImportError as error:
        raise ValueError(
            f"needs {error.name}, which is not installed here (pip install 'livetrip-adapters[rollout]')"
        ) from None
    except ValueError:
        raise ValueError(_WANTED) from None
