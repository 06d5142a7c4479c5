"""`switchover doctor`: how far a migration is, judged by what is there."""

from switchover.cli.doctor.command import add_arguments, run

__all__ = ["add_arguments", "run"]
