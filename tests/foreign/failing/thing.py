"""Something that fails in every documented way."""

from __future__ import annotations

from datetime import date


class Missing(LookupError):
    """404 `missing`."""


class GoneAway(Exception):
    """404 `gone-away`."""

    code = "gone-away"

    def __init__(self, since: date) -> None:
        super().__init__(f"gone since {since}")
        self.since = since


class Taken(Exception):
    """409 `taken`."""

    def __init__(self, message: str = "", by: str | None = None) -> None:
        super().__init__(message)
        self.by = by


class LockedError(Exception):
    """409 `locked`."""


class Teapot(Exception):
    """418, and nothing else."""


class Busy(Exception):
    """429, in their own form."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class Thing:
    def fail(self, how: str) -> None:
        failures = {
            "missing": Missing("no such thing"),
            "gone": GoneAway(date(2026, 1, 2)),
            "taken": Taken("somebody has it", by="Ann"),
            "taken by nobody": Taken(),
            "locked": LockedError("for now"),
            "teapot": Teapot(),
            "busy": Busy("later", wait=7),
        }
        if how in failures:
            raise failures[how]
