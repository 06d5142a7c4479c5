"""The command `switchover`, as the shell finds it."""

from __future__ import annotations

from collections.abc import Sequence

from switchover.cli.leaving import Leaving
from switchover.cli.output import lasting_output


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit code: 0 done, 1 something does not hold, 2 the command cannot start, 128 and the number of the
        signal that ended it (130: Ctrl-C).
    """
    with lasting_output() as output, Leaving() as leaving:
        from switchover.cli import program  # noqa: PLC0415 - a signal that comes while it is loaded is handled

        return program.main(arguments, leaving, output)
