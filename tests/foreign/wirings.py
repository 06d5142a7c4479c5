"""A backend behind its port, in this process and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from switchover import AsgiTransport, Contract, Fidelity, Port

T = TypeVar("T")

FOLDER: Final = Path(__file__).parent

Wiring = Callable[[Port[Any], Any], Any]


def direct(port: Port[T], backend: T) -> T:
    """In this process, every value sent through JSON."""
    return port.direct(backend, fidelity=Fidelity.STRICT)


def http(port: Port[T], backend: T) -> T:
    """Over HTTP, in memory, every answer read strictly."""
    is_inside = not any(name.startswith("..") for name in port.document.sources)
    service = port.serve(backend, trust="open", publish=is_inside)
    return port.http(transport=AsgiTransport(service), trust="open", answers="strict")


WIRINGS: Final[tuple[Wiring, ...]] = (direct, http)


def contract(name: str) -> Contract:
    """The contract in one of the folders beside this file."""
    folder = FOLDER / name
    return Contract.load(next(path for path in folder.glob("openapi.*") if path.suffix in (".yaml", ".json")))
