"""Parts of rehearsals, and any of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from switchover.rehearsal import Measures, Objective, RehearsalReport, Step, Subject, WorkerHttp
from switchover.rehearsal.measures import Trouble

OBEYED = Step(order="set", share=100, version=1, at=1_800_000_000.0, obeyed=4, of=4, seconds=0.05, calls=10)
GOOD = Measures(steps=(OBEYED,), http=(WorkerHttp(worker="web-1", seconds=0.01),))
SUBJECT = Subject(
    began=1_800_000_000.0,
    ended=1_800_000_012.0,
    who="kokoro@desk",
    why="drill",
    operations=("getTrip",),
    stages=(100, 10_000),
    rate=50.0,
    hold=3.0,
    workers=("web-1 (pid 1 on desk)",),
    contract="openapi.yaml",
    contract_digest="sha256:1",
    plan="rollout.toml",
    plan_digest="sha256:2",
    versions={"switchover": "0.1.0"},
    load="diary.rehearsal:calls",
)


def report(measures: Measures = GOOD) -> RehearsalReport:
    """A report of some measures."""
    return RehearsalReport(subject=SUBJECT, objective=Objective(), measures=measures)


_texts = st.text(max_size=20)
_seconds = st.floats(0, 100, allow_nan=False)
_counts = st.integers(0, 5)


@st.composite
def _steps(draw: st.DrawFn) -> Step:
    of = draw(_counts)
    return Step(
        order=draw(st.sampled_from(("set", "rollback", "resume"))),
        share=draw(st.integers(0, 10_000)),
        version=draw(_counts),
        at=draw(_seconds),
        obeyed=draw(st.integers(0, of)),
        of=of,
        seconds=draw(_seconds),
        late=tuple(draw(st.lists(_texts, max_size=2))),
        calls=draw(_counts),
        failed=draw(_counts),
        wrong=draw(_counts),
    )


_https = st.builds(WorkerHttp, worker=_texts, seconds=st.none() | _seconds, failed=_counts, has_called=st.booleans())
_troubles = st.builds(Trouble, call=_texts, what=_texts, step=_counts, is_wrong=st.booleans())
objectives = st.builds(
    Objective,
    obeyed_seconds=_seconds,
    http_seconds=_seconds,
    failed=_counts,
    wrong=_counts,
    service_failures=_counts,
)
measures = st.builds(
    Measures,
    steps=st.lists(_steps(), max_size=4).map(tuple),
    http=st.lists(_https, max_size=3).map(tuple),
    skipped=_counts,
    unproven=st.lists(_texts, max_size=2).map(tuple),
    troubles=st.lists(_troubles, max_size=2).map(tuple),
    broken_off=_texts,
    left=_texts,
)
reports = st.builds(
    RehearsalReport,
    subject=st.builds(lambda who, why, hold: replace(SUBJECT, who=who, why=why, hold=hold), _texts, _texts, _seconds),
    objective=objectives,
    measures=measures,
)
