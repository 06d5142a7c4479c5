"""What all workers of a rollout are doing, seen together."""

from switchover.rollout.fleet.figures import OperationFigures, SideFigures, merged
from switchover.rollout.fleet.fleet import Fleet
from switchover.rollout.fleet.view import FleetView, OperationView, WaveView, WorkerView

__all__ = [
    "Fleet",
    "FleetView",
    "OperationFigures",
    "OperationView",
    "SideFigures",
    "WaveView",
    "WorkerView",
    "merged",
]
