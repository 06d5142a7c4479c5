"""What a process tells of its calls, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from livetrip_adapters.telemetry.otlp import EXTRA, has_api, has_exporter
from livetrip_adapters.telemetry.settings import LogFormat, TelemetrySettings


def described(settings: TelemetrySettings) -> list[str]:
    """A line for each subject. Of keys there are only ids, of addresses no more than the host."""
    return [*_events(), *_logs(settings), *_metrics(settings), *_traces(settings), _sql(settings)]


def is_cut_off(settings: TelemetrySettings) -> bool:
    """Is there a collector that nothing will reach?"""
    return settings.otlp_endpoint is not None and not has_exporter()


def _events() -> Iterator[str]:
    yield "of each call: operation, wiring, reason, outcome, duration, trace; never arguments, results or texts of errors"


def _logs(settings: TelemetrySettings) -> Iterator[str]:
    if settings.log_format is LogFormat.TEXT:
        yield "logs: text on standard error, a line for each call, nobody named (LIVETRIP_LOG_FORMAT=text)"
        return
    yield "logs: JSON lines on standard error, one for each call" + (
        ""
        if settings.log_format is not None
        else "; `livetrip call` and `livetrip up` only with LIVETRIP_LOG_FORMAT=json"
    )
    keys = settings.pseudonym_keys
    if keys is None:
        yield "people in logs: not named at all (LIVETRIP_PSEUDONYM_KEYS_FILE is not set)"
    else:
        older = ", ".join(sorted(set(keys.keys) - {keys.current}))
        yield f"people in logs: pseudonyms under key {keys.current}" + (f"; known as well: {older}" if older else "")


def _metrics(settings: TelemetrySettings) -> Iterator[str]:
    yield "metrics: at /metrics of livetrip-api, for whoever it lets in"
    if settings.metrics_port is not None:
        port = settings.metrics_port or "a free port"
        yield f"metrics: at 127.0.0.1, {port}, of each service, open to this machine (LIVETRIP_METRICS_PORT)"
    if settings.metrics_directory is not None:
        yield f"metrics: all workers of a service together, in {settings.metrics_directory}"
    else:
        yield "metrics: of each process for itself (LIVETRIP_METRICS_DIRECTORY is not set)"


def _traces(settings: TelemetrySettings) -> Iterator[str]:
    yield f"traces: each call has its place in one; {settings.trace_share:.4g} of those that begin here are sampled"
    if not has_api():
        yield "spans: none, OpenTelemetry is not installed"
    elif settings.otlp_endpoint is None:
        yield "spans: for the OpenTelemetry SDK that the process sets, if any; OTEL_EXPORTER_OTLP_ENDPOINT is not set"
    elif is_cut_off(settings):
        yield f"spans: none, OTEL_EXPORTER_OTLP_ENDPOINT is set and the exporter is not installed ({EXTRA})"
    else:
        yield f"spans: sent by OTLP to {urlsplit(settings.otlp_endpoint).hostname}"


def _sql(settings: TelemetrySettings) -> str:
    which = {
        "always": "all statements within a call tell the database their trace",
        "sampled": "statements of sampled calls tell the database their trace",
        "off": "statements tell the database no trace",
    }
    return f"SQL: {which[settings.sql_comments]} (LIVETRIP_SQL_COMMENTS={settings.sql_comments})"
