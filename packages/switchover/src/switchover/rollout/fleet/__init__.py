"""What all workers of a rollout are doing, seen together."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchover.rollout.fleet.figures import OperationFigures, SideFigures, merged
    from switchover.rollout.fleet.fleet import Fleet
    from switchover.rollout.fleet.view import ContractsView, FleetView, OperationView, WaveView, WorkerView
else:
    from switchover.lazy import import_lazily

    __getattr__ = import_lazily(
        __name__,
        {
            "ContractsView": "view",
            "Fleet": "fleet",
            "FleetView": "view",
            "OperationFigures": "figures",
            "OperationView": "view",
            "SideFigures": "figures",
            "WaveView": "view",
            "WorkerView": "view",
            "merged": "figures",
        },
    )

__all__ = [
    "ContractsView",
    "Fleet",
    "FleetView",
    "OperationFigures",
    "OperationView",
    "SideFigures",
    "WaveView",
    "WorkerView",
    "merged",
]
