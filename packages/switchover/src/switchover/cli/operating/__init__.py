"""The commands that an operator lives in: look at a rollout, move it, take it back."""

from switchover.cli.operating.arguments import add_commands

__all__ = ["add_commands"]
