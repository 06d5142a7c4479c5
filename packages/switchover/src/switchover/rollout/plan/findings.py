"""What is wrong with a plan: where it stands, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass

from switchover.rollout.plan.lines import Lines, Path


@dataclass(frozen=True, slots=True, order=True)
class PlanFinding:
    """One thing that is wrong.

    Attributes:
        line: of the file, from 1; 0 if it is nowhere in particular.
        key: as messages name it, `waves.reads.stages`; "" for the file as a whole.
        message: completes the sentence that `key` begins.
    """

    line: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.key}: {self.message}" if self.key else f"{place}{self.message}"


class Findings(list[PlanFinding]):
    """Everything that was found so far."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def add(self, path: Path, key: str, message: str, item: str | None = None) -> None:
        """Add one: `path` leads to it in the file, and `item` is the text in a list that it is about."""
        self.append(PlanFinding(self._lines.of(path, item), key, message))
