"""A store by its address, as settings and environments have it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from switchover.rollout.stores.file import FileRolloutStore
from switchover.rollout.stores.store import RolloutStore

_FILE: Final = "file:"
_DATABASES: Final = ("postgresql://", "postgres://")


def opened(address: str, root: Path) -> RolloutStore:
    """The store at an address; nothing is asked of it yet.

    Args:
        address: `file:FOLDER`, relative to `root`, or `postgresql://…` as libpq takes it.
        root: folder of the project.

    Raises:
        ValueError: it is no address; the text repeats nothing that may be secret.
        ImportError: `switchover[postgresql]` is not installed.
    """
    if address.startswith(_FILE) and address != _FILE and "\0" not in address:
        return FileRolloutStore(root / address.removeprefix(_FILE))
    if address.startswith(_DATABASES):
        from switchover.rollout.stores.postgresql import PostgresqlRolloutStore  # noqa: PLC0415 - an extra

        return PostgresqlRolloutStore(address)
    raise ValueError(
        "this is no address of a store; write file:.switchover/rollout, or postgresql://user@host/database"
    )
