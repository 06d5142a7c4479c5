"""What a worker says of its calls with each sign of life: windows of both sides, circuits, when it last called over HTTP, the versions of the
contract on both sides, and which operations the service does not have.
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from switchover.rollout.circuit import CircuitState
from switchover.rollout.record.reading import canonical, mapping, members
from switchover.rollout.stores.worker import MOST_REPORT_BYTES
from switchover.rollout.windows.snapshot import WindowSnapshot
from switchover.versions import ContractVersion

if TYPE_CHECKING:  # a command that reads reports makes none
    from switchover.rollout.rollout import Rollout
    from switchover.rollout.windows.outcomes import OutcomeWindows
    from switchover.telemetry.events import CallEvent
    from switchover.telemetry.recorder import Recorder

FORMAT: Final = 1
_ROOM_MISSING: Final = 32 * 1024
_ROOM: Final = MOST_REPORT_BYTES - _ROOM_MISSING - 4 * 1024
"""What the figures of operations may take of a report; the rest is for the names of missing ones, and for versions."""

_MISSING: Final = "OperationMissing"
_ANSWERED: Final = ("ok", "refused")
"""The failure and the outcomes of events by their names: a command that reads reports imports neither class."""

_FOREVER: Final = float("inf")
_MEMBERS: Final = ("direct", "http", "circuit", "lastHttpAt")


class Reporter:
    """Makes the report of this process: `Follower(…, report=reporter.report)`. See `watching` for how to wire it.

    It has to be subscribed to the recorder itself, to know of the last call over HTTP. A forked child starts with nothing to tell.

    Args:
        rollout: whose circuits are told.
        windows: subscribed to the recorder of the port; their short window is told.
        clock: seconds since 1970.
    """

    def __init__(self, rollout: Rollout, windows: OutcomeWindows, *, clock: Callable[[], float] = time.time) -> None:
        self._rollout, self.windows, self._clock = rollout, windows, clock
        self._last: dict[str, float] = {}
        self._calls = 0
        self._missing: set[str] = set()
        _reporters.add(self)

    @classmethod
    def watching(cls, recorder: Recorder, rollout: Rollout) -> Self:
        """A reporter of all that a recorder is told, with windows of its own; both are subscribed."""
        from switchover.rollout.windows.outcomes import OutcomeWindows  # noqa: PLC0415 - see the imports above

        made = cls(rollout, OutcomeWindows())
        recorder.subscribe(made.windows)
        recorder.subscribe(made)
        return made

    def __call__(self, events: Sequence[CallEvent]) -> None:
        """Count calls, and note when those over HTTP began, and which operations the service does not have."""
        self._calls += len(events)
        for event in events:
            if event[2] == "http":
                self._last[event[1]] = max(event[6], self._last.get(event[1], 0.0))
                if event[4] == _MISSING:
                    self._missing.add(event[1])
                elif event[3].value in _ANSWERED:
                    self._missing.discard(event[1])

    def report(self) -> dict[str, Any]:
        """What there is to tell now: `{"format": 1, "at": …, "operations": {…}, "leftOut": 0, "calls": 3}`, `at` in seconds since
        1970, `calls` all that ended since the process began.

        Where there is too much to tell, the operations that were called least are left out, and counted. `contract`, `services` and
        `missing` are there where they are known; readers of the first release pass over them.
        """
        snapshots, circuits, last = self.windows.snapshots(), self._rollout.circuits, dict(self._last)
        nothing = WindowSnapshot(seconds=self.windows.glance)
        called = {operation for operation, wiring in snapshots if wiring in ("direct", "http")}
        reports = [
            (name, OperationReport(
                direct=snapshots.get((name, "direct"), nothing),
                http=snapshots.get((name, "http"), nothing),
                circuit=circuits.get(name, CircuitState.CLOSED),
                last_http_at=last.get(name),
            ))
            for name in sorted({*circuits, *called, *last})
        ]  # fmt: skip
        operations = _fitting(reports)
        return {
            "format": FORMAT,
            "at": self._clock(),
            "operations": operations,
            "leftOut": len(reports) - len(operations),
            "calls": self._calls,
            **self._versions(),
            **self._lacking(),
        }

    def _versions(self) -> dict[str, Any]:
        contract, services = self._rollout.contract, self._rollout.services()
        own = {} if contract is None else {"contract": contract.to_json()}
        return {**own, "services": [version.to_json() for version in services]} if services else own

    def _lacking(self) -> dict[str, Any]:
        missing, room = list[str](), _ROOM_MISSING
        for name in sorted(self._missing.copy()):
            room -= len(canonical(name)) + 1
            if room < 0:
                break
            missing.append(name)
        return {"missing": missing} if missing else {}

    def _after_fork(self) -> None:
        self._last, self._missing, self._calls = {}, set(), 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationReport:
    """One operation in one worker.

    Attributes:
        direct, http: the calls of each side that ended within the window.
        circuit: of this worker.
        last_http_at: when the last of its calls over HTTP that have ended began, in seconds since 1970; None if there was none.
    """

    direct: WindowSnapshot
    http: WindowSnapshot
    circuit: CircuitState = CircuitState.CLOSED
    last_http_at: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "direct": self.direct.to_json(),
            "http": self.http.to_json(),
            "circuit": self.circuit.value,
            "lastHttpAt": self.last_http_at,
        }

    @classmethod
    def of_json(cls, value: Any) -> Self:
        """The report that `to_json` told. Raises ValueError."""
        found = members(value, "#", _MEMBERS)
        last = found["lastHttpAt"]
        if last is not None and (
            isinstance(last, bool) or not isinstance(last, int | float) or not abs(last) < _FOREVER
        ):
            raise ValueError(f"#/lastHttpAt is {last!r:.40}; it has to be seconds since 1970, or null")
        return cls(
            direct=WindowSnapshot.of_json(found["direct"]),
            http=WindowSnapshot.of_json(found["http"]),
            circuit=CircuitState(found["circuit"]),
            last_http_at=last,
        )


def reports_of(report: Mapping[str, Any]) -> dict[str, OperationReport]:
    """What a worker reported, by operation. What cannot be read, because another version wrote it, is left out."""
    found: dict[str, OperationReport] = {}
    if report.get("format") != FORMAT:
        return found
    with suppress(ValueError):
        for name, data in mapping(report.get("operations"), "#/operations").items():
            with suppress(ValueError):
                found[name] = OperationReport.of_json(data)
    return found


def contract_of(report: Mapping[str, Any]) -> ContractVersion | None:
    """The version of the contract that a worker reported as its own; None where it says nothing that can be read."""
    return ContractVersion.of_json(report.get("contract"))


def services_of(report: Mapping[str, Any]) -> list[ContractVersion]:
    """The versions that a worker's service named."""
    found = report.get("services")
    listed = found if isinstance(found, list) else []
    return [version for item in listed if (version := ContractVersion.of_json(item)) is not None]


def missing_of(report: Mapping[str, Any]) -> list[str]:
    """The operations that a worker's service did not have when it was last asked."""
    found = report.get("missing")
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _fitting(reports: list[tuple[str, OperationReport]]) -> dict[str, Any]:
    """As many as there is room for, those that were called most first."""
    room, fitting = _ROOM, {}
    for name, report in sorted(reports, key=lambda pair: -(pair[1].direct.calls + pair[1].http.calls)):
        data = report.to_json()
        room -= len(canonical({name: data}))
        if room < 0:
            break
        fitting[name] = data
    return fitting


_reporters: weakref.WeakSet[Reporter] = weakref.WeakSet()


def _after_fork() -> None:
    for reporter in list(_reporters):
        reporter._after_fork()  # noqa: SLF001 - the module's own


os.register_at_fork(after_in_child=_after_fork)
