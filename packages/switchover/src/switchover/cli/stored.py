"""Where the state of the rollout is kept, as the command line, the environment or [tool.switchover] says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from switchover.cli.settings import Settings, UsageError
from switchover.rollout.stores import FileRolloutStore, RolloutStore

VARIABLE: Final = "SWITCHOVER_STORE"
"""The environment is the place for an address that holds a password."""

_SCHEMES: Final = ("postgresql://", "postgres://")


def store_of(given: str | None, settings: Settings) -> RolloutStore:
    """The store: a folder, or `postgresql://…`; a folder in [tool.switchover] is looked for from pyproject.toml on.

    Raises:
        UsageError: nothing says where it is, or it is of a kind that there is not.
    """
    address = given or os.environ.get(VARIABLE)
    root = Path.cwd() if address else settings.root
    address = address or settings.store
    if not address:
        raise UsageError(
            f"where is the state of the rollout? Say --store FOLDER or {VARIABLE}=postgresql://…, or set `store` in [tool.switchover]"
        )
    if address.startswith(_SCHEMES):
        from switchover.rollout.stores.postgresql import PostgresqlRolloutStore  # noqa: PLC0415 - an extra

        return PostgresqlRolloutStore(address)
    if "://" in address:
        raise UsageError(f"a store is a folder or postgresql://…, and no {address.partition('://')[0]}")
    return FileRolloutStore(root / address)
