"""The same from a shell."""

from switchover.cli.main import main

__all__ = ["main"]
