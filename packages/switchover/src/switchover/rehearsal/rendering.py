"""The report as people read it: Markdown, that is readable as it stands in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from switchover.rehearsal.measures import Step, WorkerHttp
from switchover.rehearsal.report import RehearsalReport, written_at
from switchover.rollout.share import Share


def markdown(report: RehearsalReport) -> str:
    """The whole report."""
    return "\n".join(_lines(report)) + "\n"


def line(step: Step) -> str:
    """A step in a line, as it is shown while a rehearsal runs; the calls are not yet counted."""
    late = f"; not: {', '.join(step.late)}" if step.late else ""
    return f"{_ordered(step):<14} {step.obeyed} of {step.of} workers obeyed within {step.seconds:.2f} s, version {step.version}{late}"


def _lines(report: RehearsalReport) -> Iterator[str]:
    yield f"# Rehearsal of a rollback: {'passed' if report.has_passed else 'MISSED'}"
    yield ""
    yield from (f"- {sentence}" for sentence in report.missed)
    if report.has_passed:
        yield f"- {_met(report)}"
    yield ""
    yield from _subject(report)
    yield from ("", "## Orders", "")
    yield "| order | version | workers | obeyed after | calls | failed | wrong |"
    yield "|---|---|---|---|---|---|---|"
    yield from map(_row, report.measures.steps)
    yield from _distribution(report)
    yield from (
        "",
        "## The last call over HTTP after the rollback",
        "",
        "| worker | began after | failed calls |",
        "|---|---|---|",
    )
    yield from map(_http, report.measures.http)
    yield from _troubles(report)


def _met(report: RehearsalReport) -> str:
    measures, objective = report.measures, report.objective
    return (
        f"all workers obeyed each order within {objective.obeyed_seconds:g} s; of {measures.calls} calls {measures.failed} failed and "
        f"{measures.wrong} had another answer; no call over HTTP began later than {objective.http_seconds:g} s after the rollback"
    )


def _subject(report: RehearsalReport) -> Iterator[str]:
    subject = report.subject
    yield "| | |"
    yield "|---|---|"
    yield f"| when | {written_at(subject.began)}, for {subject.ended - subject.began:.0f} s |"
    yield f"| who, why | {_cell(subject.who)}: {_cell(subject.why)} |"
    yield f"| contract | {_cell(subject.contract)}, {subject.contract_digest} |"
    yield f"| plan | {_cell(subject.plan)}, {subject.plan_digest} |"
    yield f"| operations | {', '.join(subject.operations)} |"
    yield f"| stages | {', '.join(str(Share(stage)) for stage in subject.stages)}, {subject.hold:g} s each |"
    yield f"| load | {_cell(subject.load)}, {subject.rate:g} calls/s; not made, because too many were under way: {report.measures.skipped} |"
    yield f"| workers | {'; '.join(map(_cell, subject.workers))} |"
    yield f"| versions | {', '.join(f'{name} {version}' for name, version in subject.versions.items())} |"


def _row(step: Step) -> str:
    workers = f"{step.obeyed} of {step.of}"
    return f"| {_ordered(step)} | {step.version} | {workers} | {step.seconds:.3f} s | {step.calls} | {step.failed} | {step.wrong} |"


def _ordered(step: Step) -> str:
    return f"{step.order} {Share(step.share)}" if step.order == "set" else step.order


def _distribution(report: RehearsalReport) -> Iterator[str]:
    found = report.distribution
    if found:
        shown = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in found.items() if name != "count")
        yield ""
        yield f"Until the last worker obeyed, over {found['count']:g} orders: {shown}."


def _http(worker: WorkerHttp) -> str:
    began = "not told" if worker.seconds is None else f"{worker.seconds:.3f} s" if worker.has_called else "no call"
    return f"| {worker.worker} | {began} | {worker.failed} |"


def _troubles(report: RehearsalReport) -> Iterator[str]:
    if report.measures.troubles:
        yield from ("", "## The first calls that failed or had another answer", "")
        for trouble in report.measures.troubles:
            what = "another answer at" if trouble.is_wrong else "failed:"
            yield f"- step {trouble.step + 1}, {_cell(trouble.call)}: {what} {_cell(trouble.what)}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
