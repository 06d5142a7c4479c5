"""What is wrong with a document, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a contract: file, 1-based line, JSON Pointer from the top of that file; line 0 is the file as a whole."""

    file: str
    line: int
    pointer: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} #{self.pointer}" if self.pointer else place


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where, what, and what would be right."""

    where: Location
    message: str

    def __str__(self) -> str:
        return f"{self.where} {self.message}"


@dataclass(frozen=True, slots=True)
class PythonFinding:
    """One thing that keeps a class from having a contract: where (`module:Class.method`), and what."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where} {self.message}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An operation that is not honoured, by its name, or by its path where it could not be read; and every reason."""

    name: str
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} is left out: {'; '.join(self.reasons)}"

    @property
    def items(self) -> list[str]:
        """One sentence for each reason."""
        return [f"{self.name}: {reason}" for reason in self.reasons]


class Located(Protocol):
    """Anything that stands somewhere in a contract."""

    @property
    def where(self) -> Location:
        """The place it stands at."""
        ...


@dataclass
class Notes:
    """What was found while reading: `errors` keep the operation from being bound, `warnings` do not."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def error(self, node: Located, message: str) -> None:
        """Note something that cannot be honoured."""
        self.errors.append(Finding(node.where, message))

    def warn(self, node: Located, message: str) -> None:
        """Note something that is passed over; once, however often it is met."""
        finding = Finding(node.where, message)
        if finding not in self.warnings:
            self.warnings.append(finding)
