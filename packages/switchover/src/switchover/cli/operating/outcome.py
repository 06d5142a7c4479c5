"""What became of an order, in words: every line is true, whatever the workers do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from switchover.cli.operating.text import printable
from switchover.rollout.orders import JudgedWorker, Obeyed, Standing

_STOP: Final = "end it (kill -9 PID on its host), or cut it off from the service"
_REMEDIES: Final = {
    Standing.BEHIND: f"what it still does goes by an older version: {_STOP}",
    Standing.PROBLEM: f"its log says more; what it does goes by the version that it holds: {_STOP}",
    Standing.DIVERGED: (
        "the store was lost, replaced or restored, and it keeps what it had; `switchover rollback` takes everything back"
        f" and reaches it; otherwise {_STOP}"
    ),
    Standing.NOT_HEARD: (
        "it is frozen, dead, or cut off from the store, and may still call the service: "
        f"{_STOP}. If it is known to be gone: switchover forget WORKER --why TEXT"
    ),
}


def outcome_lines(obeyed: Obeyed, seconds: float) -> Iterator[str]:
    """Yield what to print, `seconds` after the order."""
    if obeyed.passed is not None:
        yield passing_line(obeyed.version, obeyed.passed)
    if obeyed.of:
        yield f"{obeyed.n} of {obeyed.of} workers obeyed, {seconds:.2f} s after the order"
    else:
        yield "no worker follows this rollout, so there was nobody to obey"
    yield from (f"of these, {printable(str(worker))}" for worker in obeyed.assumed)
    yield from (f"NOT OBEYED by {printable(str(worker))}" for worker in obeyed.late)
    yield from _remedies(obeyed.late)
    if obeyed.undone is not None:
        yield f"NO LONGER IN FORCE: {printable(str(obeyed.undone))}"


def outcome_code(obeyed: Obeyed, *, needs_workers: bool) -> int:
    """The exit code: 1 if a worker has not converged, the order was undone, or there is no worker where one is needed."""
    return 1 if obeyed.late or obeyed.undone or (needs_workers and not obeyed.of) else 0


def passing_line(version: int, passed: int) -> str:
    """Say that versions which the store had lost were passed."""
    return (
        f"the store had lost changes: workers held version {passed} of another history. Version {version} passes it,"
        " and takes EVERY operation back"
    )


def _remedies(late: tuple[JudgedWorker, ...]) -> Iterator[str]:
    standings = {worker.standing for worker in late}
    for standing, remedy in _REMEDIES.items():
        if standing in standings:
            yield f"{standing.value.replace('_', ' ')}: {remedy}"
