"""Optional packages: a missing one is named together with the command that installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class MissingExtra(ModuleNotFoundError):
    """A package of an optional extra is not installed; the message ends with the command that installs it."""


def install_line(package: str, extra: str) -> str:
    """Return the sentence about a package that is missing."""
    return f"{package} is not installed (pip install 'switchover[{extra}]')"


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Import packages of an extra inside of this.

    Raises:
        MissingExtra: one of them is not installed.
    """
    try:
        yield
    except MissingExtra:
        raise
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "switchover"):
            raise
        raise MissingExtra(install_line(package, name), name=error.name) from error
