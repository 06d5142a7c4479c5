"""Where the state of a rollout is kept: a file, PostgreSQL, memory."""

from switchover.rollout.stores.fake import FakeRolloutStore
from switchover.rollout.stores.file import FileRolloutStore
from switchover.rollout.stores.store import RolloutStore
from switchover.rollout.stores.worker import WorkerBeat, WorkerSeen

__all__ = ["FakeRolloutStore", "FileRolloutStore", "RolloutStore", "WorkerBeat", "WorkerSeen"]
