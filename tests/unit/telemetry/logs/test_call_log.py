"""One line for each call: whole, of one form, and none that is lost in silence."""

from __future__ import annotations

import io
import json
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import CallLog, Pseudonyms, Recorder
from switchover.telemetry import CallEvent, Kind, Outcome, TraceContext
from switchover.telemetry.logs.lines import CALL_FRAME, RECORD_FRAME, rfc3339
from unit.telemetry.logs.streams import Broken, Pieces, lines_in

HERE = TraceContext(1, 2)
BEGAN = 1_800_000_000.25
OK = Kind("getTrip", "direct")
KEYS = Pseudonyms(keys={"k1": b"k" * 32}, current="k1")


@given(st.floats(0, 4e9))
def test_times_are_those_of_datetime(seconds: float) -> None:
    told = datetime.fromisoformat(rfc3339(seconds))
    assert abs(told.timestamp() - seconds) <= 1e-6
    assert told.tzinfo == UTC
    assert len(rfc3339(seconds)) == len("2026-11-24T18:00:00.000000Z")


def event(**changes: object) -> CallEvent:
    made = CallEvent(7, "getTrip", "http", Outcome.OK, "", "wired", BEGAN, 0.5, HERE, "aiko")
    return made._replace(**changes)  # type: ignore[arg-type]


def written(*events: CallEvent, pseudonyms: Pseudonyms | None = None) -> list[dict[str, object]]:
    stream = io.StringIO()
    CallLog("diary", stream=stream, pseudonyms=pseudonyms)(events)
    return lines_in(stream)


def test_a_line_says_when_the_call_ended_and_how() -> None:
    assert written(event(), pseudonyms=KEYS) == [
        {
            "time": "2027-01-15T08:00:00.750000Z",
            "level": "info",
            "event": "call",
            "service": "diary",
            "operation": "getTrip",
            "wiring": "http",
            "reason": "wired",
            "outcome": "ok",
            "failure": None,
            "refusal": None,
            "replayed": False,
            "duration_ms": 500.0,
            "trace_id": HERE.trace_id,
            "span_id": HERE.span_id,
            "user_id": KEYS.of("aiko"),
        }
    ]


def test_every_line_has_the_same_keys_in_the_same_order() -> None:
    lines = written(event(), event(position=None, user=None), event(failure="TripNotFound", outcome=Outcome.REFUSED))
    assert [tuple(line) for line in lines] == [CALL_FRAME] * 3
    assert lines[1]["trace_id"] is lines[1]["span_id"] is lines[1]["user_id"] is None
    assert lines[2]["failure"] == "TripNotFound"


def test_without_keys_nobody_is_named() -> None:
    assert written(event())[0]["user_id"] is None


@pytest.mark.parametrize(
    ("outcome", "refusal", "level"),
    [
        (Outcome.OK, "", "info"),
        (Outcome.REFUSED, "", "info"),
        (Outcome.REFUSED, "wrong_audience", "warning"),
        (Outcome.CANCELLED, "", "info"),
        (Outcome.FAILED, "", "error"),
        (Outcome.FAILED, "keys_unavailable", "error"),
    ],
)
def test_the_level_follows_the_outcome(outcome: Outcome, refusal: str, level: str) -> None:
    (line,) = written(event(outcome=outcome, refusal=refusal))
    assert (line["level"], line["refusal"]) == (level, refusal or None)


def test_lines_are_whole_and_plain_ascii_and_written_in_pieces_that_a_pipe_keeps_whole() -> None:
    stream = Pieces()
    CallLog("Tagebuch für 旅", stream=stream)([event(user="\ud800" if number % 2 else None) for number in range(100)])
    assert len(lines_in(stream)) == 100
    assert 1 < len(stream.pieces) < 20
    assert all(piece.isascii() and piece.endswith("}\n") and len(piece) <= 4096 for piece in stream.pieces)


def test_a_line_that_is_longer_than_a_piece_is_written_by_itself() -> None:
    stream = Pieces()
    CallLog("diary" * 2_000, stream=stream)([event(), event()])
    assert len(lines_in(stream)) == 2
    assert [piece.count("\n") for piece in stream.pieces] == [1, 1]


def test_lines_of_many_threads_do_not_mix() -> None:
    stream = io.StringIO()
    log = CallLog("diary", stream=stream)
    threads = [threading.Thread(target=log, args=([event()] * 200,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines_in(stream)) == 800


def test_what_a_recorder_tells_is_written() -> None:
    stream, recorder = io.StringIO(), Recorder()
    log = CallLog("diary", stream=stream)
    log.watch(recorder)
    recorder.put((next(recorder.lane("direct").numbers), OK, 0.0, 0.001, HERE, None))
    log.close()
    recorder.close()
    assert [line["event"] for line in lines_in(stream)] == ["call"]


def overrun(recorder: Recorder, count: int) -> None:
    for _ in range(count):
        recorder.put((next(recorder.lane("direct").numbers), OK, 0.0, 0.001, HERE, None))


def test_events_that_were_dropped_are_told_with_the_next_batch() -> None:
    stream, recorder = io.StringIO(), Recorder(2)
    recorder.close()  # flushing is up to the test
    log = CallLog("diary", stream=stream)
    log.watch(recorder)
    overrun(recorder, 5)
    recorder.flush()
    assert [line["event"] for line in lines_in(stream)] == ["call", "call"]
    overrun(recorder, 1)
    recorder.flush()
    told = lines_in(stream)[-1]
    assert tuple(told) == (*RECORD_FRAME, "count")
    assert (told["event"], told["level"], told["logger"], told["count"]) == (
        "events_dropped",
        "warning",
        "switchover.telemetry",
        3,
    )
    log.close()
    assert len(lines_in(stream)) == 4


def test_events_that_were_dropped_last_are_told_at_the_end_and_once() -> None:
    stream, recorder = io.StringIO(), Recorder(1)
    recorder.close()
    log = CallLog("diary", stream=stream)
    log.watch(recorder)
    overrun(recorder, 3)
    log.close()
    log.close()
    assert [(line["event"], line.get("count")) for line in lines_in(stream)] == [("call", None), ("events_dropped", 2)]


def test_an_event_that_was_only_overtaken_is_not_told_as_dropped() -> None:
    stream, recorder = io.StringIO(), Recorder()
    recorder.close()
    log = CallLog("diary", stream=stream)
    log.watch(recorder)
    late = next(recorder.lane("direct").numbers)
    overrun(recorder, 1)
    recorder.flush()
    assert recorder.dropped == 1
    recorder.put((late, OK, 0.0, 0.001, HERE, None))
    recorder.flush()
    log.close()
    assert [line["event"] for line in lines_in(stream)] == ["call", "call"]


def test_a_stream_that_takes_nothing_loses_lines_and_says_how_many_once_it_does() -> None:
    stream = Broken()
    log = CallLog("diary", stream=stream)
    log([event(), event()])
    assert log.lines.drain(20)
    stream.is_broken = False
    log([event(), event()])
    assert [(line["event"], line.get("count")) for line in lines_in(stream)] == [
        ("log_lines_lost", 2),
        ("call", None),
        ("call", None),
    ]


def test_a_closed_stream_does_not_end_the_watching() -> None:
    stream, recorder, seen = io.StringIO(), Recorder(), list[CallEvent]()
    stream.close()
    log = CallLog("diary", stream=stream)
    log.watch(recorder)
    recorder.subscribe(seen.extend)
    overrun(recorder, 1)
    recorder.close()
    assert log.lines.drain(20)
    assert log.lines.lost == 1
    assert len(seen) == 1


def test_standard_error_is_where_lines_go_unless_said_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    log = CallLog("diary")
    log([event()])
    assert log.lines.drain(20)
    assert json.loads(capsys.readouterr().err)["event"] == "call"


def test_a_process_without_standard_error_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    log = CallLog("diary")
    log([event()])
    assert log.lines.drain(20)
    assert log.lines.lost == 1
