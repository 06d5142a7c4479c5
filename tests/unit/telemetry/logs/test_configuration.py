"""Everything else that a process logs, in the frame of its calls."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog

import switchover
from switchover.telemetry import Kind, Recorder, TraceContext
from switchover.telemetry.logs import CallLog, configure_logging
from switchover.telemetry.logs.lines import CALL_FRAME, RECORD_FRAME, Lines, line_of
from switchover.telemetry.logs.records import LineHandler, nowhere
from unit.telemetry.logs.streams import lines_in

HERE = TraceContext(11, 12)
CANARY = "canary-0f3a"


@dataclass
class Person:
    """Somebody whose `repr` says too much."""

    name: str


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A stream for a test to log to; how the process logs is put back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    names = ("httpx", "httpcore", "hpack", "asyncio", "urllib3", "aiosqlite", "sqlalchemy.engine")
    levels = {name: logging.getLogger(name).level for name in names}
    yield io.StringIO()
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def log(stream: io.StringIO) -> CallLog:
    """The process, set up."""
    return switchover.configure_logging(service="diary", stream=stream)


def only(stream: io.StringIO) -> dict[str, Any]:
    (line,) = lines_in(stream)
    return line


@pytest.mark.usefixtures("log")
def test_a_record_has_the_frame_and_what_was_given_with_it(stream: io.StringIO) -> None:
    logging.getLogger("team.shop").warning("%d books", 3, extra={"shelf": "A", "logger": "mine"})
    line = only(stream)
    assert tuple(line) == (*RECORD_FRAME, "shelf")
    assert datetime.fromisoformat(line.pop("time")).tzinfo == UTC
    assert line == {
        "level": "warning",
        "event": "3 books",
        "service": "diary",
        "logger": "team.shop",
        "trace_id": None,
        "span_id": None,
        "shelf": "A",
    }


@pytest.mark.usefixtures("log")
def test_a_record_inside_a_call_has_its_position(stream: io.StringIO) -> None:
    with switchover.calling(trace=HERE):
        logging.getLogger("team").error("inside")
        structlog.get_logger().error("inside as well")
    assert [(line["trace_id"], line["span_id"]) for line in lines_in(stream)] == [(HERE.trace_id, HERE.span_id)] * 2


@pytest.mark.usefixtures("log")
def test_a_record_about_another_call_says_so(stream: io.StringIO) -> None:
    logging.getLogger("team").error("about", extra={"trace_id": "a", "span_id": "b"})
    assert (only(stream)["trace_id"], only(stream)["span_id"]) == ("a", "b")


def raised() -> Exception:
    secret = CANARY
    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise ValueError(f"no {secret}") from error
    except ValueError as error:
        return error


@pytest.mark.usefixtures("log")
def test_an_exception_is_told_by_class_and_stack_and_never_by_its_words(stream: io.StringIO) -> None:
    logging.getLogger("team").error("failed", exc_info=raised())
    told = only(stream)["exception"]
    assert [link["type"] for link in told] == ["builtins.ValueError", "builtins.KeyError"]
    assert all(
        "test_configuration.py" in link["stack"][-1] and link["stack"][-1].endswith("in raised") for link in told
    )
    assert CANARY not in stream.getvalue()


@pytest.mark.usefixtures("log")
def test_without_an_exception_there_is_none_to_tell(stream: io.StringIO) -> None:
    logging.getLogger("team").error("failed", exc_info=True)
    assert "exception" not in only(stream)


def test_arguments_that_do_not_fit_are_not_written(stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("team", logging.ERROR, __file__, 1, "%d books", (CANARY,), None)
    LineHandler(Lines("diary", stream), nowhere).handle(record)
    assert only(stream)["event"] == "%d books"
    assert CANARY not in stream.getvalue() + capsys.readouterr().err


@pytest.mark.usefixtures("log")
def test_objects_are_told_by_their_class(stream: io.StringIO) -> None:
    logging.getLogger("team").info("kept", extra={"person": Person(CANARY), "all": [Person(CANARY)]})
    assert (only(stream)["person"], only(stream)["all"]) == ("<Person>", ["<Person>"])


class Raising(Mapping[str, str]):
    """Says what nobody should read, whatever it is asked."""

    def __getitem__(self, name: str) -> str:
        raise RuntimeError(CANARY)

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError(CANARY)

    def __len__(self) -> int:
        raise RuntimeError(CANARY)


def test_whoever_logs_does_not_fail_because_of_what_is_logged(stream: io.StringIO) -> None:
    configure_logging(service="diary", stream=stream)
    huge = 10**5000
    for value, told in ((huge, "<int>"), (Raising(), "<Raising>"), ({huge: 1}, {"<int>": 1})):
        logging.getLogger("team").info("saved", extra={"value": value})
        structlog.get_logger("team").info("saved", value=value)
        assert [(line["event"], line["value"]) for line in lines_in(stream)][-2:] == [("saved", told)] * 2
    assert CANARY not in stream.getvalue()


@pytest.mark.usefixtures("log")
def test_warnings_are_told_by_place_and_class(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"odd value {CANARY}", UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    line = only(stream)
    assert (line["logger"], line["event"].rpartition(" ")[2]) == ("py.warnings", "UserWarning")
    assert CANARY not in stream.getvalue()


@pytest.mark.usefixtures("log")
def test_a_warning_of_another_form_is_written_as_it_is(stream: io.StringIO) -> None:
    logging.getLogger("py.warnings").warning("form feed")
    assert only(stream)["event"] == "form feed"


@pytest.mark.usefixtures("log")
async def test_a_task_that_nobody_waits_for_is_told_without_its_exception(stream: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError(CANARY)

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task
    gc.collect()
    line = only(stream)
    assert (line["logger"], line["event"]) == ("asyncio", "Task exception was never retrieved")
    assert [link["type"] for link in line["exception"]] == ["builtins.ValueError"]
    assert CANARY not in stream.getvalue()


@pytest.mark.usefixtures("log")
def test_loggers_of_structlog_write_the_same_frame(stream: io.StringIO) -> None:
    logger = structlog.get_logger("team.shop", shelf="A")
    logger.debug("not heard")
    logger.info("three books", person=Person(CANARY), level="mine", logger="mine")
    logger.warn("fewer")
    lines = lines_in(stream)
    assert tuple(lines[0]) == (*RECORD_FRAME, "shelf", "person")
    assert [(line["event"], line["level"], line["logger"]) for line in lines] == [
        ("three books", "info", "team.shop"),
        ("fewer", "warning", "team.shop"),
    ]
    assert lines[0]["person"] == "<Person>"


@pytest.mark.usefixtures("log")
def test_exceptions_through_structlog_are_told_in_the_same_way(stream: io.StringIO) -> None:
    logger, error = structlog.get_logger(), raised()
    logger.error("given", exc_info=error)
    logger.error("given as three", exc_info=(type(error), error, None))
    try:
        raise error
    except ValueError:
        logger.exception("handled")
    lines = lines_in(stream)
    assert [line["exception"][0]["type"] for line in lines] == ["builtins.ValueError"] * 3
    assert [line["level"] for line in lines] == ["error"] * 3
    assert CANARY not in stream.getvalue()


def test_calls_go_to_the_same_stream(log: CallLog, stream: io.StringIO) -> None:
    recorder = Recorder()
    log.watch(recorder)
    recorder.put((next(recorder.lane("serve").numbers), Kind("getTrip", "serve"), 0.0, 0.1, HERE, None))
    recorder.close()
    assert tuple(only(stream)) == CALL_FRAME


def test_setting_up_again_replaces_what_was_there(log: CallLog, stream: io.StringIO) -> None:
    again = io.StringIO()
    configure_logging(service="other", stream=again, level="WARNING")
    logging.getLogger("team").info("not heard")
    logging.getLogger("team").warning("heard once")
    assert lines_in(stream) == []
    assert only(again)["trace_id"] is None


def test_a_level_that_is_none_is_refused_and_changes_nothing(stream: io.StringIO) -> None:
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    with pytest.raises(ValueError, match="Unknown level: 'LOUD'"):
        configure_logging(service="diary", stream=stream, level="LOUD")
    assert (root.level, list(root.handlers)) == before


@pytest.mark.usefixtures("log")
def test_libraries_that_write_addresses_are_held_back(stream: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET http://x/?q=%s", CANARY)
    assert lines_in(stream) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("nan"), None),
        (1.5, 1.5),
        (True, True),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Path("a/b"), "a/b"),
        ({1: b"x", "y": (None,)}, {"1": "<bytes>", "y": [None]}),
        ("\ud800\u2028", "\ud800\u2028"),
    ],
)
def test_values_are_written_as_json_or_by_their_class(value: object, told: object) -> None:
    assert json.loads(line_of({"value": value})) == {"value": told}


def test_what_contains_itself_ends_somewhere() -> None:
    circle: list[object] = []
    circle.append(circle)
    assert line_of({"value": circle}).count("[") == 7
