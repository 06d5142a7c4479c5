"""A rollout as a table that can be read at a glance."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Final

from switchover.cli.operating.text import printable, table
from switchover.rollout.circuit import CircuitState
from switchover.rollout.fleet import ContractsView, FleetView, OperationView, SideFigures, WaveView, WorkerView
from switchover.versions import ContractVersion

_HEAD: Final = (
    *("wave", "operation", "stage", "share", "measured", "calls"),
    *("direct p50/p95", "errors", "http p50/p95", "errors", "circuit", ""),
)
_RIGHT: Final = frozenset((3, 4, 5, 6, 7, 8, 9))
_WORKERS_HEAD: Final = ("worker", "pid", "version", "heard", "lease", "")
_WORKERS_RIGHT: Final = frozenset((2, 3, 4))
_MOST_WELL: Final = 20
_NOTHING: Final = "-"
_LATEST: Final = 253_402_300_799  # the last second of the year 9999


def rendered(view: FleetView) -> str:
    """What an operator sees."""
    return "\n".join([*_summary(view), "", _operations(view), *_notes(view)])


def _summary(view: FleetView) -> Iterator[str]:
    at = datetime.fromtimestamp(min(max(view.at, 0), _LATEST), UTC)
    workers = f"{view.obeying} of {len(view.workers)} workers obey" if view.workers else "no worker follows it"
    yield f"rollout at {at:%Y-%m-%d %H:%M:%S} UTC: version {view.version}, {workers}"
    if view.is_pinned:
        yield "KILL SWITCH: every operation stays in-process (`switchover resume` releases it)"
    yield from (line for wave in view.waves if (line := _baking(wave)))
    if view.contracts.differ:
        yield _contracts(view.contracts)


def _baking(wave: WaveView) -> str:
    if not wave.bake_seconds_left:
        return ""
    return f"wave {printable(wave.name)} bakes for another {duration(wave.bake_seconds_left)}"


def _contracts(view: ContractsView) -> str:
    """Which versions are in use: `2 workers have contract 1.4.0, 1 has 1.3.0; service: 1.4.0`."""
    known = {*view.workers, *view.services}
    said = list[str]()
    for version, count in sorted(view.workers.items(), key=lambda item: (-item[1], item[0])):
        noun = "" if said else " workers" if count > 1 else " worker"
        contract = "" if said else "contract "
        said.append(f"{count}{noun} {'have' if count > 1 else 'has'} {contract}{_version(version, known)}")
    services = sorted(view.services, key=lambda version: (-view.services[version], version))
    listed = ", ".join(_version(version, known) for version in services)
    return "; ".join([part for part in (", ".join(said), f"service: {listed}" if listed else "") if part])


def _version(version: ContractVersion, known: Collection[ContractVersion]) -> str:
    """A version by its name, and by its digest too where another contract has the same name."""
    is_shared = sum(other.version == version.version for other in known) > 1
    name = printable(version.version)
    return f"{name} ({version.digest})" if name and is_shared else name or version.digest


def _operations(view: FleetView) -> str:
    if not view.operations:
        return "no operations: the plan names none, and none has a share or calls"
    rows: list[tuple[str, ...]] = [_HEAD]
    wave = None
    for operation in view.operations:
        rows.append(_row(operation, is_first=operation.wave != wave))
        wave = operation.wave
    return table(rows, right=_RIGHT)


def _row(view: OperationView, *, is_first: bool) -> tuple[str, ...]:
    figures = view.figures
    measured = _NOTHING if figures.measured is None else f"{100 * figures.measured:.1f} %"
    return (
        (view.wave or "(not planned)") if is_first else "",
        view.operation,
        f"{view.stage}/{view.stages}" if view.stages else _NOTHING,
        str(view.share),
        measured,
        str(figures.direct.calls + figures.http.calls),
        _latency(figures.direct),
        _errors(figures.direct),
        _latency(figures.http),
        _errors(figures.http),
        _circuit(view),
        ", ".join(word for word, is_so in _marks(view) if is_so),
    )


def _marks(view: OperationView) -> tuple[tuple[str, bool], ...]:
    return ("PINNED", view.is_pinned), ("held", view.is_held), ("NOT AT THE SERVICE", view.is_missing)


def _latency(side: SideFigures) -> str:
    if side.p50 is None or side.p95 is None:
        return _NOTHING
    return f"{duration(side.p50)}/{duration(side.p95)}"


def _errors(side: SideFigures) -> str:
    if side.error_rate is None:
        return _NOTHING
    percent = 100 * side.error_rate
    return f"{percent:.1f} %" if percent >= 1 else f"{percent:.2g} %"


def _circuit(view: OperationView) -> str:
    """What is not closed, and in how many workers."""
    circuits = view.figures.circuits
    count = sum(circuits.values())
    words = [
        f"{word} in {circuits[state]} of {count}"
        for state, word in ((CircuitState.OPEN, "OPEN"), (CircuitState.HALF_OPEN, "half open"))
        if circuits.get(state)
    ]
    return ", ".join(words) if words else ("closed" if count else _NOTHING)


def _notes(view: FleetView) -> Iterator[str]:
    if view.workers:
        yield ""
        yield _workers(view)
    if view.parents:
        yield f"({view.parents} more only forked workers, and made no call)"
    if view.left_out:
        yield f"{view.left_out} operations were not reported: workers have more of them than fit into a report"


def _workers(view: FleetView) -> str:
    """All that have not converged, and some that have."""
    late = [worker for worker in view.workers if not worker.is_obeying]
    well = [worker for worker in view.workers if worker.is_obeying]
    shown = [*late, *well[: max(0, _MOST_WELL - len(late))]]
    text = table([_WORKERS_HEAD, *map(_worker, shown)], right=_WORKERS_RIGHT)
    left = len(view.workers) - len(shown)
    return f"{text}\n({left} more that have converged)" if left else text


def _worker(worker: WorkerView) -> tuple[str, ...]:
    beat, judged = worker.judged.beat, worker.judged
    said = "converged" if worker.is_obeying else f"NOT CONVERGED: {judged.what}"
    if worker.is_obeying and judged.what:
        said = f"{said}, {judged.what}"
    return (
        beat.id,
        f"{beat.pid} on {beat.host}",
        str(beat.version),
        duration(judged.seen.age_seconds),
        _NOTHING if beat.lease_seconds is None else duration(beat.lease_seconds),
        f"{said}: {beat.problem}" if beat.problem else said,
    )


def duration(seconds: float) -> str:
    """A duration in the unit that people would use: `3.1ms`, `1.2s`, `12min`."""
    for limit, factor, unit in ((1, 1000, "ms"), (100, 1, "s")):
        if seconds < limit:
            return f"{seconds * factor:.3g}{unit}"
    return f"{seconds / 60:.0f}min"
