"""Worker processes that follow a rollout: `python -m support.fleet file PATH 4` or `postgresql DSN 4`.

The application is loaded once, its follower is started, and the workers are forked, as servers with pre-forked workers do it. It prints
`listening on PID,PID,…`, and its workers end with it.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from switchover.rollout.follower import Follower
from switchover.rollout.stores import FileRolloutStore, RolloutStore
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore


def rollout_store(kind: str, where: str) -> RolloutStore:
    """The store; it lists silent workers as long as any does."""
    if kind == "file":
        return FileRolloutStore(Path(where))
    return PostgresqlRolloutStore(where, patience_seconds=2)


def work(end: int) -> None:
    """Follow until the parent is gone."""
    os.read(end, 1)
    os._exit(0)


def main(kind: str, where: str, workers: int) -> None:
    """Load, start, fork, and wait for the end."""
    follower = Follower(rollout_store(kind, where), lambda _: None, name="web")
    follower.start()
    assert follower.wait_in_force(30)
    end, life = os.pipe()
    pids = []
    for _ in range(workers):
        pid = os.fork()
        if pid == 0:
            os.close(life)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            work(end)
        pids.append(pid)
    follower.stop()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"listening on {','.join(map(str, pids))}", flush=True)
    try:
        signal.pause()
    finally:
        os.close(life)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
