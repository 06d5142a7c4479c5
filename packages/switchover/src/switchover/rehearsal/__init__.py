"""The drill of a rollout on the running system: up through the stages under load, back down, and what was measured on the way."""

from switchover.rehearsal.calls import Load, SafeCall
from switchover.rehearsal.choosing import chosen
from switchover.rehearsal.drill import Drill, Rehearsal
from switchover.rehearsal.driving import DrivenLoad
from switchover.rehearsal.measures import Measures, Step, WorkerHttp
from switchover.rehearsal.rendering import markdown
from switchover.rehearsal.report import RehearsalReport, Subject, report_of
from switchover.rehearsal.verdict import Objective, missed

__all__ = [
    "Drill",
    "DrivenLoad",
    "Load",
    "Measures",
    "Objective",
    "Rehearsal",
    "RehearsalReport",
    "SafeCall",
    "Step",
    "Subject",
    "WorkerHttp",
    "chosen",
    "markdown",
    "missed",
    "report_of",
]
