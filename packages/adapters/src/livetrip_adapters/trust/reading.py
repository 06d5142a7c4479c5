"""An environment that is read with all that is wrong in it, and without repeating what may be a secret."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import TypeVar

from livetrip_adapters.trust.files import Unreadable, read_text
from livetrip_adapters.trust.kinds import Kind, kinds_in
from livetrip_adapters.trust.variables import FILE, PREFIX, SERVICE_KEY, TRUST, VARIABLES

_Made = TypeVar("_Made")


class Reading:
    """What one side reads of an environment about trust. Whatever cannot be used is noted in `problems`.

    Args:
        environment: names and values.
        side: `CALLING` or `SERVING`.

    Attributes:
        kinds: what `LIVETRIP_TRUST` names; the shared key, if there is one and nothing is named.
        problems: a line each: `NAME: what is wrong`.
    """

    def __init__(self, environment: Mapping[str, str], side: str) -> None:
        self._values = {name.upper(): value for name, value in environment.items()}
        self._side = side
        self.problems: list[str] = []
        self.kinds = self._kinds()

    def is_set(self, *names: str) -> bool:
        """Is one of these there?"""
        return any(name in self._values for name in names)

    def text(self, name: str) -> str | None:
        """A value that has to be there; None, and a problem, if it is not."""
        if not self.is_set(name):
            self.wrong(name, "is missing")
        return self.optional(name)

    def optional(self, name: str) -> str | None:
        """A value, or None."""
        value = self._values.get(name)
        if value is not None and not value.strip():
            self.wrong(name, "is set to nothing; give it a value or unset it")
            return None
        return value

    def number(self, name: str, default: float) -> float:
        """A number of seconds; its bounds are those of what is made of it."""
        value = self.optional(name)
        try:
            return float(value) if value is not None else default
        except ValueError:
            self.wrong(name, "has to be a number of seconds")
            return default

    def whole(self, name: str, default: int) -> int:
        """A whole number of seconds; its bounds are those of what is made of it."""
        value = self.optional(name)
        try:
            return int(value) if value is not None else default
        except ValueError:
            self.wrong(name, "has to be a whole number of seconds")
            return default

    def secret(self, name: str) -> str | None:
        """A secret, from the variable or from the file that `NAME_FILE` names; None if neither is there, or it cannot be had."""
        if self.is_set(name) and self.is_set(name + FILE):
            self.wrong(name, f"is set, and so is {name}{FILE}; only one can be meant")
            return None
        return self.file(name + FILE) if self.is_set(name + FILE) else self.optional(name)

    def file(self, name: str) -> str | None:
        """The text of the file that a variable names, without the end of its last line; None if it cannot be had."""
        path = self.optional(name)
        try:
            return read_text(path) if path is not None else None
        except Unreadable as error:
            self.wrong(name, str(error))
            return None

    def required_file(self, name: str) -> str | None:
        """The text of a file that has to be named; None, and a problem, if it is not or cannot be had."""
        if not self.is_set(name):
            self.wrong(name, "is missing")
        return self.file(name)

    def made(self, name: str, make: Callable[[], _Made]) -> _Made | None:
        """What is made of the values that were read; None, and a problem, if they do not do or an extra is not installed."""
        try:
            return make()
        except ValueError as error:
            self.wrong(name, str(error))
        except ModuleNotFoundError as error:
            self.wrong(
                name, f"needs {error.name}, which is not installed here (pip install 'livetrip-adapters[trust]')"
            )
        return None

    def wrong(self, name: str, what: str) -> None:
        """Note a problem, once."""
        problem = f"{name}: {what}"
        if problem not in self.problems:
            self.problems.append(problem)

    def refuse_strangers(self) -> None:
        """Note every variable that is misspelt, or that no kind of trust which is named has a use for."""
        for name in sorted(self._values):
            variable = VARIABLES.get(name)
            if variable is None and name.startswith(PREFIX):
                self.wrong(name, f"is not known{_meant(name)}")
            elif variable is not None and self._side in variable.sides and not set(variable.kinds) & set(self.kinds):
                needed = " or ".join(kind.value for kind in variable.kinds)
                self.wrong(name, f"is set, and {TRUST} does not name {needed}; only one can be meant")

    def _kinds(self) -> list[Kind]:
        value = self.optional(TRUST)
        if value is None:
            return [Kind.SHARED_KEY] if self.is_set(SERVICE_KEY, SERVICE_KEY + FILE) else []
        kinds, problems = kinds_in(value)
        for problem in problems:
            self.wrong(TRUST, problem)
        return kinds


def _meant(name: str) -> str:
    # Without what all of them start with, or anything would be near to everything.
    known = {each.removeprefix(PREFIX): each for each in VARIABLES if each.startswith(PREFIX)}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1)
    return f"; is {known[near[0]]} meant?" if near else ""
