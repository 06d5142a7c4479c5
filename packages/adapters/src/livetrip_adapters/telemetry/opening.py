"""All that a process tells of its calls, opened together and closed in reverse; the same for whoever calls and whoever serves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from livetrip_adapters.errors import SettingsError
from livetrip_adapters.port import live_trip_port
from livetrip_adapters.telemetry.files import EXTRA
from livetrip_adapters.telemetry.otlp import tracing
from livetrip_adapters.telemetry.settings import LogFormat, TelemetrySettings
from livetrip_adapters.telemetry.text import write_last_resort, write_text
from livetrip_contract import LiveTrip
from switchover import Port, Recorder, configure_logging

if TYPE_CHECKING:
    from switchover.port.listening import Address
    from switchover.telemetry.metrics.exporter import Metrics


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What is open.

    Attributes:
        recorder: has one event for each call; give it to `open_live_trip`.
        port: LiveTrip's, with that recorder.
        metrics: counts the calls, unless nobody would ask.
        metrics_address: where the metrics are at a port of their own.
    """

    recorder: Recorder
    port: Port[LiveTrip]
    metrics: Metrics | None = None
    metrics_address: Address | None = None


@contextmanager
def open_telemetry(
    settings: TelemetrySettings,
    *,
    service: str,
    log_format: LogFormat | None = LogFormat.JSON,
    has_metrics: bool = True,
) -> Iterator[Telemetry]:
    """Logs, metrics and traces of a process, for as long as the block runs. At its end everything that happened has been told.

    Args:
        settings: see `read_telemetry`.
        service: name of the process in logs and spans, such as `livetrip-web`.
        log_format: how it logs if the settings do not say; None leaves the handlers of `logging` as they are, and writes no lines of calls.
        has_metrics: count calls, and show them where the settings say. False for a command, which nobody scrapes.

    Raises:
        SettingsError: the port or the directory of the metrics cannot be used, or an extra is not installed.
    """
    with ExitStack() as stack:
        watch = _logging(settings, service, settings.log_format or log_format, stack)
        # Every call has a position, so that its line and its statements name it; sampled ones are spans as well.
        recorder = Recorder(spans=True, tracing=tracing(settings, service, stack))
        stack.callback(recorder.close)
        watch(recorder)
        port = live_trip_port(recorder)
        metrics = _counting(port, settings, stack) if has_metrics else None
        address = _showing(metrics, settings.metrics_port, stack) if metrics is not None else None
        yield Telemetry(recorder, port, metrics, address)


def _logging(
    settings: TelemetrySettings, service: str, log_format: LogFormat | None, stack: ExitStack
) -> Callable[[Recorder], object]:
    """Set logs up; what has the calls of a recorder written."""
    if log_format is None:
        write_last_resort()
        return lambda _: None
    # At every start it tells what it is made of; what is done to the database is told by whoever has it done.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if log_format is LogFormat.TEXT:
        return write_text
    keys = settings.pseudonym_keys
    try:
        log = configure_logging(service=service, pseudonyms=keys.pseudonyms() if keys is not None else None)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"LIVETRIP_LOG_FORMAT=json needs {error.name}, which is not installed here ({EXTRA})"
        ) from error

    def watch(recorder: Recorder) -> None:
        log.watch(recorder)
        stack.callback(log.close)

    return watch


def _counting(port: Port[LiveTrip], settings: TelemetrySettings, stack: ExitStack) -> Metrics:
    try:
        metrics = port.metrics(settings.objectives, directory=settings.metrics_directory)
    except (ValueError, OSError) as error:
        raise SettingsError(f"LIVETRIP_METRICS_DIRECTORY: {error}") from error
    except ModuleNotFoundError as error:
        raise SettingsError(f"metrics need {error.name}, which is not installed here ({EXTRA})") from error
    stack.callback(metrics.close)
    return metrics


def _showing(metrics: Metrics, number: int | None, stack: ExitStack) -> Address | None:
    if number is None:
        return None
    # An extra, imported where it is used.
    from switchover import serve_metrics  # noqa: PLC0415
    from switchover.port.listening import Address  # noqa: PLC0415

    try:
        return stack.enter_context(serve_metrics(metrics, Address("127.0.0.1", number), trust="open"))
    except OSError as error:
        raise SettingsError(f"LIVETRIP_METRICS_PORT: {error}") from error
