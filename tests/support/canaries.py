"""Canaries: values found nowhere else, put where people's data would be, and looked for in whatever is written down."""

from __future__ import annotations

import copy
import io
import logging
import random
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from switchover import CallLog, Pseudonyms, SwitchoverError, configure_logging
from switchover.contract import Personal

Path = tuple[str | int, ...]


class Aviary:
    """Makes canaries, and knows them all."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.made: list[str] = []

    def text(self) -> str:
        """A word."""
        self.made.append(f"canary{self._random.getrandbits(64):016x}")
        return self.made[-1]

    def number(self) -> int:
        """A number that nobody counts to."""
        number = self._random.randrange(10**14, 10**15)
        self.made.append(str(number))
        return number

    def fraction(self) -> float:
        """A number between 0 and 1, with digits of its own."""
        digits = self._random.randrange(10**11, 10**12)
        self.made.append(str(digits))
        return float(f"0.{digits}")

    def date(self) -> str:
        """A day that nobody lives to see."""
        self.made.append(
            f"{self._random.randrange(4000, 9000)}-0{self._random.randrange(1, 10)}-1{self._random.randrange(10)}"
        )
        return self.made[-1]

    def for_value(self, value: Any) -> Any:
        """A canary of the same kind."""
        if isinstance(value, str):
            if len(value) >= 10 and value[4] == value[7] == "-" and value[:4].isdigit():
                return self.date() + value[10:]
            return self.text()
        return self.number() if isinstance(value, int) else self.fraction()

    def seen_in(self, text: str) -> list[str]:
        """Canaries that a text repeats."""
        return [canary for canary in self.made if canary in text]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value in a value that has none in it, with its path."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        yield path, value
        return
    for key, below in parts:
        yield from leaves(below, (*path, key))


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy with another value at a path."""
    if not path:
        return new
    found = copy.copy(value)
    found[path[0]] = replaced(value[path[0]], path[1:], new)
    return found


def inhabited(value: Any, personal: Personal, aviary: Aviary, kept: Callable[[Path], bool] = lambda _: False) -> Any:
    """A copy with a canary at every personal place, null and those to be kept aside."""
    for path, leaf in list(leaves(value)):
        if leaf is not None and not isinstance(leaf, bool) and personal.covers(path) and not kept(path):
            value = replaced(value, path, aviary.for_value(leaf))
    return value


def broken(value: Any, aviary: Aviary) -> Iterator[Any]:
    """Copies that hold a canary of the wrong kind at one place each: a list, an object, a number, far too long a text."""
    for path, _ in leaves(value):
        for wrong in ([aviary.text()], {aviary.text(): aviary.text()}, aviary.number(), aviary.text() * 2000):
            yield replaced(value, path, wrong)


class Ears:
    """Hears everything that is written down."""

    def __init__(self, aviary: Aviary) -> None:
        self.aviary = aviary
        self.heard: list[str] = []
        self.lines = io.StringIO()
        self.plain = io.StringIO()

    def hear(self, text: str) -> None:
        """Something was written."""
        self.heard.append(text)

    def hear_error(self, error: BaseException, *, is_chained: bool = True) -> None:
        """A failure of the kit's, as it reads, prints, and is printed with its stack and (unless they are the team's) its causes."""
        assert isinstance(error, SwitchoverError)
        self.heard += [str(error), repr(error), *getattr(error, "__notes__", ())]
        self.heard.append("".join(traceback.format_exception(error, chain=is_chained)))

    def told(self) -> list[str]:
        """What repeats a canary."""
        written = [*self.heard, *self.lines.getvalue().splitlines(), *self.plain.getvalue().split("\x00")]
        return [text[:2000] for text in written if self.aviary.seen_in(text)]


@contextmanager
def listening(aviary: Aviary) -> Iterator[tuple[Ears, CallLog]]:
    """Everything that is logged, as JSON lines and by the formatter of the standard library, tracebacks included."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    ears = Ears(aviary)
    log = configure_logging(
        service="canaries",
        stream=ears.lines,
        level=logging.DEBUG,
        pseudonyms=Pseudonyms(keys={"k1": b"k" * 32}, current="k1"),
    )
    plain = logging.StreamHandler(ears.plain)
    plain.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s\x00"))
    root.addHandler(plain)
    try:
        yield ears, log
    finally:
        log.close()
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)
