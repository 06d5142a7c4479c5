"""`switchover status` and `switchover watch`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from switchover.cli import settings as configuration
from switchover.cli.operating.places import seen_place_of
from switchover.cli.operating.rendering import rendered
from switchover.cli.operating.text import printable
from switchover.cli.operating.verdict import Verdict, judge
from switchover.cli.settings import UsageError
from switchover.errors.listings import ObjectivesError, StoreUnavailable, SwitchoverError
from switchover.rollout.fleet import Fleet, FleetView
from switchover.telemetry.objectives import Objectives, load

_HOME_AND_CLEAR: Final = "\x1b[H\x1b[J"
_HIDE_CURSOR: Final = "\x1b[?25l"
_SHOW_CURSOR: Final = "\x1b[?25h"


def status(options: argparse.Namespace) -> int:
    """Show the rollout as it is now, and judge it; the exit code is that of the verdict."""
    try:
        with seen_place_of(options) as place:
            view, path = place.fleet.view(), _objectives(options)
    except (UsageError, SwitchoverError) as error:
        if options.json:
            print(json.dumps({"verdict": Verdict(2, (str(error),)).to_json()}, indent=2))
        raise UsageError(str(error)) from error
    verdict = _judged(view, path)
    if options.json:
        print(json.dumps(view.to_json() | {"verdict": verdict.to_json()}, indent=2))
    else:
        print(_shown(view, verdict))
    return verdict.code


def watch(options: argparse.Namespace) -> int:
    """Show it again and again, until Ctrl-C."""
    with seen_place_of(options) as place:
        show = _redraw if sys.stdout.isatty() else _append
        try:
            _watched(_Watched(place.fleet, _objectives(options)), show, options)
        except KeyboardInterrupt:
            pass  # it is how a watch ends
        finally:
            if sys.stdout.isatty():
                print(_SHOW_CURSOR, end="", flush=True)
    return 0


def _objectives(options: argparse.Namespace) -> Path:
    """Where they are: slo.toml beside pyproject.toml. Raises UsageError."""
    return configuration.of_rollout(options.contract)[0] / "slo.toml"


def _judged(view: FleetView, path: Path) -> Verdict:
    """By the objectives of the project, or the defaults if there are none. Unusable ones leave what is wrong anyway."""
    try:
        return judge(view, load(path) if path.is_file() else Objectives())
    except ObjectivesError as error:
        found = judge(view, Objectives())
        reason = f"{error.headline}: {'; '.join(map(str, error.items))}"
        return found if found.code else Verdict(2, (reason,))


def _shown(view: FleetView, verdict: Verdict) -> str:
    head, _, table = rendered(view).partition("\n")
    return "\n".join([head, *map(printable, verdict.lines()), table])


def _watched(look: _Watched, show: Callable[[str], None], options: argparse.Namespace) -> None:
    number = 0
    while True:
        show(look())
        number += 1
        if (options.count is not None and number >= options.count) or options.standard_output.is_gone:
            return
        time.sleep(options.every)


class _Watched:
    """What is to be seen now; where the store does not answer, what was seen last, and that it is old."""

    def __init__(self, fleet: Fleet, objectives: Path) -> None:
        self._fleet, self._objectives = fleet, objectives
        self._last = "nothing has been seen yet"

    def __call__(self) -> str:
        try:
            view = self._fleet.view()
        except StoreUnavailable as error:
            return f"THE STORE DOES NOT ANSWER: {printable(str(error))}\nworkers keep to what they have; seen last:\n\n{self._last}"
        self._last = _shown(view, _judged(view, self._objectives))
        return self._last


def _redraw(text: str) -> None:
    print(f"{_HIDE_CURSOR}{_HOME_AND_CLEAR}{text}", flush=True)


def _append(text: str) -> None:
    print(f"{text}\n", flush=True)
