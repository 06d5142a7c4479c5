"""Commands that change a rollout: each says what is in force then, who has obeyed, and how long that took."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from switchover.cli.leaving import Leaving
from switchover.cli.operating.outcome import outcome_code, outcome_lines, passing_line
from switchover.cli.operating.places import (
    MOST_NAME,
    Place,
    falling_place_of,
    require_known,
    rising_place_of,
    store_of,
    who_of,
)
from switchover.cli.operating.text import printable
from switchover.cli.settings import UsageError
from switchover.errors.listings import ChangeUnknown, StoreUnavailable
from switchover.rollout.orders import Obeyed, Operator, forget_worker
from switchover.rollout.orders.operator import NO_REASON
from switchover.rollout.record.reading import LONGEST_TEXT
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState

_Order = Callable[[Operator], RolloutState]
_QUIET_SECONDS: Final = 0.5

_BEFORE: Final = """\
nothing was changed, and workers keep to what they have. Bring the store back; to take all calls back without it,
restart the workers with the ceiling down: Rollout(ceiling="direct")"""
_NOT_SHOWN: Final = "whether all workers have converged was not shown, `switchover status` says it"
_UNKNOWN: Final = "the change may be in force: `switchover status` shows it once the store answers"


def start(options: argparse.Namespace) -> int:
    """Bring a wave to its first stage."""
    why = _forced_why(options)
    with rising_place_of(options) as place:
        return _carried_out(
            options, place, lambda operator: operator.start(options.wave, why=why, is_forced=options.force)
        )


def promote(options: argparse.Namespace) -> int:
    """Bring a wave to its next stage."""
    why = _forced_why(options)
    with rising_place_of(options) as place:
        return _carried_out(
            options, place, lambda operator: operator.promote(options.wave, why=why, is_forced=options.force)
        )


def set_share(options: argparse.Namespace) -> int:
    """Give operations any share."""
    why, (*targets, percent) = _why(options.why), options.what
    if options.all == bool(targets):
        raise UsageError("set takes names and a percentage, `set getTrip 10 --why …`, or --all in the place of names")
    try:
        share = Share.parse(percent)
    except ValueError as error:
        raise UsageError(f"the last of what `set` takes is a percentage: {error}") from error
    chosen = None if options.all else targets
    with rising_place_of(options) as place:
        return _carried_out(
            options, place, lambda operator: operator.set_share(share, chosen, why=why, is_forced=options.force)
        )


def hold(options: argparse.Namespace) -> int:
    """Keep operations from going up."""
    why = _why(options.why)
    with falling_place_of(options, goes_on=True) as place:
        return _carried_out(options, place, lambda operator: operator.hold(_targets(options), why=why))


def resume(options: argparse.Namespace) -> int:
    """Release operations from hold and kill switch."""
    why = _why(options.why)
    with falling_place_of(options, goes_on=False) as place:
        return _carried_out(options, place, lambda operator: operator.resume(_targets(options), why=why))


def rollback(options: argparse.Namespace) -> int:
    """Take operations back to this process, and see that every worker has converged.

    A kill switch does not answer with a usage error: a reason that is missing or too long is recorded as far as it
    goes, and so is a name.
    """
    why = options.why.strip()[:LONGEST_TEXT] or NO_REASON
    options.who = (options.who or "").strip()[:MOST_NAME] or None
    with falling_place_of(options, goes_on=True) as place:
        return _carried_out(
            options, place, lambda operator: operator.rollback(_targets(options), why=why), needs_workers=True
        )


def forget(options: argparse.Namespace) -> int:
    """Strike off a worker that is known to be gone."""
    why, leaving = _why(options.why), options.leaving
    with store_of(options) as store:
        require_known(store, options)
        with leaving.deferred():
            state = forget_worker(store, options.worker, who=who_of(options), why=why)
            said = f"forgotten: version {state.version} is in force"
            leaving.done = said
    print(f"{said}; {printable(options.worker)} is not waited for any more")
    return 0


def _carried_out(options: argparse.Namespace, place: Place, order: _Order, *, needs_workers: bool = False) -> int:
    """The exit code: 1 if a worker has not obeyed, or, where that is what the order is for, there is none to obey."""
    leaving: Leaving = options.leaving
    operator = place.operator(who_of(options))
    with _explained(_BEFORE):
        before = place.store.load().version
    with leaving.deferred(), _explained(_BEFORE):
        started = time.monotonic()
        state = order(operator)
        said = "nothing to change" if state.version == before else "carried out"
        said = f"{said}: version {state.version} is in force"
        leaving.done = f"{said}; {_NOT_SHOWN}"
    print(said, flush=True)
    if not options.wait:
        if operator.passed is not None:
            print(passing_line(state.version, operator.passed))
        print("not waited for workers; `switchover status` tells who obeys")
        return 0
    with _explained(f"version {state.version} is in force; whether workers have converged is unknown"):
        obeyed = _waited(operator, state.version, options.wait, started, leaving)
    for line in outcome_lines(obeyed, time.monotonic() - started):
        print(line)
    return outcome_code(obeyed, needs_workers=needs_workers)


@contextmanager
def _explained(consequence: str) -> Iterator[None]:
    """Add to the error of a store what it means for the change."""
    try:
        yield
    except ChangeUnknown as error:
        raise ChangeUnknown(f"{error}\n{_UNKNOWN}") from error
    except StoreUnavailable as error:
        raise StoreUnavailable(f"{error}\n{consequence}") from error


def _waited(operator: Operator, version: int, seconds: float, started: float, leaving: Leaving) -> Obeyed:
    """Wait until all workers obey, with a line of progress where somebody watches."""
    is_watched = sys.stderr.isatty()

    def pause(pausing: float) -> None:
        if operator.passed is not None and operator.established is not None:
            passing = passing_line(operator.established.state.version, operator.passed)
            leaving.done = f"{passing}; {_NOT_SHOWN}"
        waited = time.monotonic() - started
        if is_watched and waited > _QUIET_SECONDS:
            print(
                f"\rwaiting for workers to obey version {version}: {waited:.1f} s ", end="", file=sys.stderr, flush=True
            )
        time.sleep(pausing)

    try:
        return operator.wait_obeyed(version, seconds, pause=pause)
    except KeyboardInterrupt:
        print(f"version {version} was put into force; who obeys was not waited for", flush=True)
        raise
    finally:
        if is_watched:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _targets(options: argparse.Namespace) -> Sequence[str] | None:
    return options.targets or None


def _forced_why(options: argparse.Namespace) -> str:
    """The reason; demanded where checks are overruled."""
    why = _why(options.why)
    if options.force and not why.strip():
        raise UsageError("--force overrules what protects the rollout; say why, for those who read the record: --why …")
    return why


def _why(given: str) -> str:
    if len(given) > LONGEST_TEXT:
        raise UsageError(f"--why has {len(given)} characters; {LONGEST_TEXT} are the most")
    return given
