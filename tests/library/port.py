"""The catalogue, bound to its contract: all that a team adds to what it has."""

from __future__ import annotations

from pathlib import Path

from library.catalogue import Catalogue
from switchover import Contract, Port

CONTRACT = Path(__file__).with_name("openapi.yaml")


def catalogue_port() -> Port[Catalogue]:
    """Bind."""
    return Contract.load(CONTRACT).bind(Catalogue)
