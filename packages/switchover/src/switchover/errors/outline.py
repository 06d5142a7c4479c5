"""Exceptions as what may be written down about them: their classes and where they were raised.

Never their text, which may repeat what somebody entered, and never the values in a frame.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any, Final, TypedDict

_MOST_FRAMES: Final = 20
_MOST_CAUSES: Final = 8


class Outline(TypedDict):
    """One exception.

    Attributes:
        type: module and name of its class.
        stack: `file:line in function`, outermost first; of a deeper stack the innermost 20.
    """

    type: str
    stack: list[str]


def outlined(error: BaseException) -> list[Outline]:
    """An exception, what it is a group of, and what caused it, the exception itself first; at most 8."""
    return [{"type": _name(type(link)), "stack": _stack(link)} for link in _chain(error)]


def outline(error: BaseException) -> str:
    """The same in one line: `builtins.KeyError at shop.py:12 in buy < serve.py:40 in answer; after …`, innermost frame first."""
    return "; after ".join(
        link["type"] + (f" at {' < '.join(reversed(link['stack']))}" if link["stack"] else "")
        for link in outlined(error)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting = [error]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_CAUSES:
        link = waiting.pop(0)
        if id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += _behind(link)


def _behind(error: BaseException) -> Iterator[BaseException]:
    """As Python shows it: what a group holds, then the cause, or what was being handled unless that is suppressed."""
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield cause


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _stack(error: BaseException) -> list[str]:
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return [f"{code.co_filename}:{line} in {code.co_qualname}" for code, line in frames[-_MOST_FRAMES:]]


def failure_of(error: BaseException) -> dict[str, Any]:
    """What a log record carries beside its text (`extra=`): the outline as it is, for whoever writes records as JSON."""
    return {"exception": outlined(error)}
