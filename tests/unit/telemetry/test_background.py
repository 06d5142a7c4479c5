"""A stalled reader of the log stalls the thread that writes it, and nothing else. The pipes are real; processes end by themselves."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pipes import Pipe
from support.processes import clean_environment
from support.waiting import eventually
from switchover.telemetry import background
from switchover.telemetry.background import MOST_BYTES, BackgroundStream, dropped_lines
from switchover.telemetry.logs.lines import Lines
from switchover.telemetry.logs.records import LineHandler, nowhere

LINE = "x" * 1023
MANY = MOST_BYTES // 1024 + 100
"""More lines than the queue and the smallest pipe hold."""


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.read_on()
    background.drain(20)
    made.stream.close()


def test_whoever_writes_does_not_wait_for_a_reader_that_has_stalled(pipe: Pipe) -> None:
    stream = BackgroundStream(pipe.stream)
    before = dropped_lines()
    started = time.monotonic()
    for number in range(MANY):
        stream.write(f"{number:05d}{LINE[5:]}")
    assert time.monotonic() - started < 5
    assert not stream.drain(0.1)
    assert stream.lost == dropped_lines() - before > 0


def test_lines_come_again_in_order_when_the_reader_is_back_and_the_gap_is_reported_where_it_is(pipe: Pipe) -> None:
    stream = BackgroundStream(pipe.stream)
    for number in range(MANY):
        stream.write(f"{number:05d}{LINE[5:]}")
    lost = stream.lost
    pipe.read_on()
    assert stream.drain(20)
    stream.write("back")
    assert stream.drain(20)
    eventually(lambda: pipe.lines()[-1:] == ["back"], what="the last line")
    kept = pipe.lines()[: MANY - lost]
    assert [line[:5] for line in kept] == [f"{number:05d}" for number in range(MANY - lost)]
    assert pipe.lines()[MANY - lost :] == [background.say_dropped(lost), "back"]
    assert stream.lost == 0


def test_a_gap_is_reported_although_nothing_is_logged_after_it(pipe: Pipe) -> None:
    stream = BackgroundStream(pipe.stream)
    for _ in range(MANY):
        stream.write(LINE)
    lost = stream.lost
    pipe.read_on()
    eventually(lambda: pipe.lines()[-1:] == [background.say_dropped(lost)], what="the report")


def test_json_lines_report_the_gap_as_json(pipe: Pipe) -> None:
    lines = Lines("diary", pipe.stream)
    for _ in range(MANY):
        lines.tell({"event": LINE})
    lost = lines.lost
    pipe.read_on()
    assert lines.drain(20)
    lines.tell({"event": "back"})
    assert lines.drain(20)
    eventually(lambda: b'"back"' in pipe.read, what="the last line")
    told = [json.loads(line) for line in pipe.lines()]
    assert [(line["event"], line["count"]) for line in told if "count" in line] == [("log_lines_lost", lost)]


def test_a_record_does_not_wait_for_another_thread_whose_record_is_stuck(pipe: Pipe) -> None:
    handler = LineHandler(Lines("diary", pipe.stream), nowhere)
    record = logging.LogRecord("team", logging.WARNING, __file__, 1, LINE, None, None)
    threads = [threading.Thread(target=handler.handle, args=(record,), daemon=True) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


class Unreadable:
    """Raises when it is formatted, and when it is shown."""

    def __str__(self) -> str:
        raise RuntimeError("canary-7b21")

    __repr__ = __str__


@pytest.mark.parametrize("message", ["%s", Unreadable()])
def test_a_record_that_cannot_be_formatted_is_written_without_its_text(message: object) -> None:
    stream = io.StringIO()
    lines = Lines("diary", stream)
    record = logging.LogRecord("team", logging.WARNING, __file__, 1, message, (Unreadable(),), None)
    LineHandler(lines, nowhere).emit(record)
    assert lines.drain(20)
    assert json.loads(stream.getvalue())["event"] in ("%s", "<Unreadable>")
    assert "canary-7b21" not in stream.getvalue()


def test_a_record_of_which_nothing_can_be_read_is_named() -> None:
    stream = io.StringIO()
    lines = Lines("diary", stream)
    record = logging.LogRecord("team", logging.WARNING, __file__, 1, "text", None, None)
    record.created = "never"  # type: ignore[assignment]
    LineHandler(lines, nowhere).emit(record)
    assert lines.drain(20)
    assert json.loads(stream.getvalue())["event"] == "record_unreadable"


def test_a_finalizer_that_logs_while_a_line_is_queued_does_not_wait_for_itself() -> None:
    stream = io.StringIO()
    behind = BackgroundStream(stream)
    with behind._backlog._lock:
        behind.write("from within")
    assert behind.drain(20)
    assert stream.getvalue() == "from within\n"


def test_a_stream_that_nobody_holds_any_more_still_gets_its_lines_and_leaves_no_thread() -> None:
    before = threading.active_count()
    stream = io.StringIO()
    BackgroundStream(stream).write("last words")
    eventually(lambda: stream.getvalue() == "last words\n", what="the line")
    eventually(lambda: threading.active_count() <= before, what="the end of the thread")


def in_process(folder: Path, code: str, *, is_read: bool) -> tuple[int, list[str]]:
    """Run code in a process of its own; its exit code, and the lines it wrote to standard error.

    Without `is_read` nothing is read until it has ended, and the pipe holds a page.
    """
    pipe = Pipe()
    script = f"import logging, os, sys, threading\nfrom switchover import configure_logging\n{code}"
    process = subprocess.Popen([sys.executable, "-c", script], stderr=pipe.writing, cwd=folder, env=clean_environment())
    pipe.stream.close()
    if is_read:
        pipe.read_on()
    try:
        ended = process.wait(30)
    finally:
        process.kill()
        process.wait()
    if not is_read:
        pipe.read_on()
    eventually(lambda: pipe.lines() and pipe.read.endswith(b"\n"), what="what it wrote")
    return ended, pipe.lines()


LOGGING = "configure_logging(service='diary')\nlog = logging.getLogger('team')\n"
A_LOT = f"[log.warning('{LINE}') for _ in range(20)]\n"
ENDS = {
    "its end": (0, ""),
    "sys.exit": (3, "sys.exit(3)"),
    "an exception": (1, "raise ValueError('the end')"),
    "a thread's exception": (0, "t = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()"),
}


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_lost_at_the_end_of_a_process_whose_log_is_read(end: str, tmp_path: Path) -> None:
    code, last = ENDS[end]
    ended, lines = in_process(tmp_path, LOGGING + A_LOT + last, is_read=True)
    assert ended == code
    assert sum(line.startswith("{") for line in lines) == 20
    assert ("Traceback" in "".join(lines)) == ("exception" in end)


@pytest.mark.parametrize("end", ENDS)
def test_a_process_ends_although_nothing_reads_its_log(end: str, tmp_path: Path) -> None:
    code, last = ENDS[end]
    started = time.monotonic()
    assert in_process(tmp_path, LOGGING + A_LOT + last, is_read=False)[0] == code
    assert time.monotonic() - started < 15


def test_a_forked_child_writes_by_itself_what_it_logs_and_nothing_of_its_parent_s(tmp_path: Path) -> None:
    code = (
        "log.warning('parent')\n"
        "child = os.fork()\n"
        "if child == 0:\n    log.warning('child')\n    sys.exit(0)\n"
        "os.waitpid(child, 0)\n"
    )
    ended, lines = in_process(tmp_path, LOGGING + code, is_read=True)
    assert (ended, sorted(json.loads(line)["event"] for line in lines)) == (0, ["child", "parent"])


def test_a_child_forked_while_its_parent_is_stuck_ends(tmp_path: Path) -> None:
    code = "child = os.fork()\nif child == 0:\n    log.warning('child')\n    sys.exit(0)\nsys.exit(os.waitpid(child, 0)[1])\n"
    assert in_process(tmp_path, LOGGING + A_LOT + code, is_read=False)[0] == 0


def test_a_child_of_multiprocessing_loses_nothing(tmp_path: Path) -> None:
    code = (
        "import multiprocessing\n"
        f"child = multiprocessing.get_context('fork').Process(target=lambda: [log.warning('{LINE}') for _ in range(20)])\n"
        "child.start()\nchild.join()\n"
    )
    ended, lines = in_process(tmp_path, LOGGING + code, is_read=True)
    assert (ended, len(lines)) == (0, 20)
