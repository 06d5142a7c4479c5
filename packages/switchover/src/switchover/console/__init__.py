"""The commands of an operator over HTTP: a service of the kit's own, mounted beside the team's."""

from switchover.console.access import ConsoleAccess
from switchover.console.serving import console_port, serve_console

__all__ = ["ConsoleAccess", "console_port", "serve_console"]
