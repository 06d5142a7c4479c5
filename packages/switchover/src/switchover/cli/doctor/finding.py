"""What a doctor says of one step of a migration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["done", "missing", "wrong"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One step, judged.

    Attributes:
        state: `done`; `missing`, where there is nothing yet; `wrong`, where what is there does not do.
        message: the evidence, or what lacks.
        places: where it is: files with lines, or sentences.
    """

    state: State
    message: str
    places: tuple[str, ...] = ()


def done(message: str, *places: str) -> Judged:
    """The step is done."""
    return Judged("done", message, places)


def missing(message: str, *places: str) -> Judged:
    """There is nothing yet."""
    return Judged("missing", message, places)


def wrong(message: str, *places: str) -> Judged:
    """What is there does not do."""
    return Judged("wrong", message, places)
