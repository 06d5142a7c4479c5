"""Where the state of a rollout is kept: a file, PostgreSQL, memory."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.stores.fake import FakeRolloutStore
    from switchover.rollout.stores.file import FileRolloutStore
    from switchover.rollout.stores.store import RolloutStore
    from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "FakeRolloutStore": "fake",
            "FileRolloutStore": "file",
            "RolloutStore": "store",
            "WorkerBeat": "worker",
            "WorkerSeen": "worker",
        },
    )

__all__ = ["FakeRolloutStore", "FileRolloutStore", "RolloutStore", "WorkerBeat", "WorkerSeen"]
