"""`switchover status` and `switchover watch`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Final

from switchover.cli.operating.places import place_of
from switchover.cli.operating.rendering import rendered
from switchover.cli.operating.text import printable
from switchover.errors import StoreUnavailable
from switchover.rollout.fleet import Fleet

_HOME_AND_CLEAR: Final = "\x1b[H\x1b[J"
_HIDE_CURSOR: Final = "\x1b[?25l"
_SHOW_CURSOR: Final = "\x1b[?25h"


def status(options: argparse.Namespace) -> int:
    """Show the rollout as it is now; the exit code: 1 if a worker does not obey."""
    with place_of(options) as place:
        view = place.fleet.view()
    print(json.dumps(view.to_json(), indent=2) if options.json else rendered(view))
    return 0 if view.obeying == len(view.workers) else 1


def watch(options: argparse.Namespace) -> int:
    """Show it again and again, until Ctrl-C."""
    with place_of(options) as place:
        show = _redraw if sys.stdout.isatty() else _append
        try:
            _watched(_Watched(place.fleet), show, options.every, options.count)
        except KeyboardInterrupt:
            pass  # it is how a watch ends
        finally:
            if sys.stdout.isatty():
                print(_SHOW_CURSOR, end="", flush=True)
    return 0


def _watched(look: _Watched, show: Callable[[str], None], every: float, count: int | None) -> None:
    number = 0
    while True:
        show(look())
        number += 1
        if count is not None and number >= count:
            return
        time.sleep(every)


class _Watched:
    """What is to be seen now; where the store does not answer, what was seen last, and that it is old."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._last = "nothing has been seen yet"

    def __call__(self) -> str:
        try:
            self._last = rendered(self._fleet.view())
        except StoreUnavailable as error:
            return f"THE STORE DOES NOT ANSWER: {printable(str(error))}\nworkers keep to what they have; seen last:\n\n{self._last}"
        return self._last


def _redraw(text: str) -> None:
    print(f"{_HIDE_CURSOR}{_HOME_AND_CLEAR}{text}", flush=True)


def _append(text: str) -> None:
    print(f"{text}\n", flush=True)
