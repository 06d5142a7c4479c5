"""Waiting for what happens elsewhere, within a bound."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], seconds: float = 20.0, *, what: str = "it") -> None:
    """Return once a condition holds; an AssertionError if it does not within `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"{what} did not happen within {seconds:g} s"
        time.sleep(0.005)
