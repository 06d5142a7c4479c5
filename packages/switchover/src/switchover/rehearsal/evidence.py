"""What workers tell of their calls over HTTP, looked at again and again while a rehearsal runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from switchover.rehearsal.measures import WorkerHttp
from switchover.rollout.reporting import reports_of
from switchover.rollout.stores import WorkerSeen


@dataclass(slots=True)
class _Told:
    """What one worker told: when, when its last call over HTTP began, and how many of them failed within a window at most."""

    at: float = 0.0
    last: dict[str, float] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)


class Evidence:
    """Adds up the reports of workers. Their windows overlap, so of failures the most that one report told is kept.

    Args:
        operations: that count.
    """

    def __init__(self, operations: Sequence[str]) -> None:
        self._operations = tuple(operations)
        self._told: dict[str, _Told] = {}

    def add(self, workers: Sequence[WorkerSeen]) -> None:
        """Take what they told last."""
        for worker in workers:
            told = self._told.setdefault(worker.beat.id, _Told())
            at = worker.beat.report.get("at")
            if isinstance(at, int | float) and at > told.at:
                told.at = at
                self._take(worker, told)

    def _take(self, worker: WorkerSeen, told: _Told) -> None:
        reports = reports_of(worker.beat.report)
        for name in self._operations:
            if name in reports:
                report = reports[name]
                told.last[name] = max(told.last.get(name, 0.0), report.last_http_at or 0.0)
                told.failed[name] = max(told.failed.get(name, 0), report.http.failed)

    def have_told(self, workers: Sequence[str], since: float) -> bool:
        """Has each of these workers told something since then?"""
        return all(worker in self._told and self._told[worker].at >= since for worker in workers)

    def unproven(self, since: float) -> Iterator[str]:
        """Operations that no worker told of having called over HTTP since then."""
        for name in self._operations:
            if not any(told.last.get(name, 0.0) >= since for told in self._told.values()):
                yield name

    def after(self, ordered: float, began: float) -> tuple[WorkerHttp, ...]:
        """What each worker told after an order that was given then, in a rehearsal that began before."""
        return tuple(self._after(ordered, began))

    def _after(self, ordered: float, began: float) -> Iterator[WorkerHttp]:
        for worker, told in sorted(self._told.items()):
            last = max(told.last.values(), default=0.0)
            yield WorkerHttp(
                worker=worker,
                seconds=None if told.at <= ordered else max(0.0, last - ordered),
                failed=sum(told.failed.values()),
                has_called=last >= began,
            )
