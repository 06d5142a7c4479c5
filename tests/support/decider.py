"""A worker that decides about calls without a pause: `python -m support.decider file FOLDER LOG [LEASE]`.

`python -m support.decider postgresql DSN LOG [LEASE]` follows a database. Each decision for the service is a line of LOG, with
the time of the machine's monotonic clock: what the service's own log would show.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from switchover.rollout import Rollout
from switchover.rollout.follower import Follower
from switchover.rollout.stores import FileRolloutStore, RolloutStore
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore

_PAUSE = 0.005


def main(kind: str, where: str, log: str, lease: float | None) -> None:
    """Follow and decide until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    store: RolloutStore = (
        FileRolloutStore(where) if kind == "file" else PostgresqlRolloutStore(where, patience_seconds=2)
    )
    rollout = Rollout()
    rollout.cover(["getBook"])
    follower = Follower(store, rollout.apply, name="web", lease_seconds=lease, suspend=rollout.suspend)
    follower.start()
    assert follower.wait_in_force(30)
    print(f"listening on {os.getpid()}", flush=True)
    with Path(log).open("a", buffering=1) as written:
        while True:
            if rollout.explain("getBook", "aiko").side == "http":
                written.write(f"{time.monotonic()}\n")
            time.sleep(_PAUSE)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]) if len(sys.argv) > 4 else None)
