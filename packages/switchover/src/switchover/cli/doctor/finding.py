"""What a doctor says of one step of a migration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["done", "missing", "not set", "wrong"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One step, judged.

    Attributes:
        state: `done`; `missing`, where there is nothing yet; `not set`, where this environment lacks what is there to be set; `wrong`, where
            what is there does not do.
        message: the evidence, or what lacks.
        places: where it is: files with lines, or sentences.
        todo: the command, or the deed, that does it, where that is not what does the step as a whole.
    """

    state: State
    message: str
    places: tuple[str, ...] = ()
    todo: str = ""


def done(message: str, *places: str) -> Judged:
    """The step is done."""
    return Judged("done", message, places)


def missing(message: str, *places: str) -> Judged:
    """There is nothing yet."""
    return Judged("missing", message, places)


def not_set(message: str, *places: str, todo: str) -> Judged:
    """It is there, and this environment does not set it."""
    return Judged("not set", message, places, todo)


def wrong(message: str, *places: str) -> Judged:
    """What is there does not do."""
    return Judged("wrong", message, places)
