"""Parts of requests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InvalidField:
    """One thing that is wrong with a request: `where` (`body#/pointer` or `query.name`) and what."""

    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where} {self.detail}"
