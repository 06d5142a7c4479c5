"""What the environment says about logs, metrics and traces; the same variables for every process of LiveTrip."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SkipValidation, ValidationError
from pydantic_core import PydanticCustomError

from livetrip_adapters.telemetry.files import PseudonymKeys, objectives, pseudonym_keys
from switchover.telemetry.metrics.workers import require_private
from switchover.telemetry.objectives import Objectives


def _for_collectors(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        # Not repeated: a password may be in it.
        raise PydanticCustomError("endpoint", "has to be http://host[:port] or https://host[:port]")
    return url


def _of_our_own(directory: Path) -> Path:
    try:
        require_private(directory)
    except ValueError as error:
        raise PydanticCustomError("directory", "{why}", {"why": str(error)}) from None
    return directory


SqlCommented = Literal["sampled", "always", "off"]
"""The words of `livetrip_bff.SqlComments`, which a process without a backend has not got."""


class LogFormat(Enum):
    """How a process writes what it logs, to standard error."""

    JSON = "json"
    TEXT = "text"


class TelemetrySettings(BaseModel):
    """What a process is told about telling; `read_telemetry` reads it from an environment.

    Attributes:
        log_format: `LIVETRIP_LOG_FORMAT`: JSON lines, or text for a terminal; None leaves it to the process.
        pseudonym_keys: `LIVETRIP_PSEUDONYM_KEYS_FILE`: what people are called in logs; None leaves them out.
        metrics_port: `LIVETRIP_METRICS_PORT`: where metrics are shown on 127.0.0.1, open to this machine; 0 takes a free port.
        metrics_directory: `LIVETRIP_METRICS_DIRECTORY`: where the workers of one service tell each other their numbers.
        objectives: `LIVETRIP_OBJECTIVES_FILE`: what the bounds of histograms lie around; an empty `slo.toml` if none is named.
        trace_share: `LIVETRIP_TRACE_SHARE`: of the traces that begin here, how many are sampled, 0 to 1.
        sql_comments: `LIVETRIP_SQL_COMMENTS`: which statements tell the database their trace.
        otlp_endpoint, otlp_protocol: OpenTelemetry's own `OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT` and `…_PROTOCOL`: where spans go, and how.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)

    log_format: LogFormat | None = None
    pseudonym_keys: SkipValidation[PseudonymKeys | None] = None
    metrics_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    metrics_directory: Annotated[Path, AfterValidator(_of_our_own)] | None = None
    objectives: SkipValidation[Objectives] = Objectives()
    trace_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    sql_comments: SqlCommented = "sampled"
    otlp_endpoint: Annotated[Annotated[str, AfterValidator(_for_collectors)] | None, Field(repr=False)] = None
    otlp_protocol: Literal["http/protobuf"] = "http/protobuf"


_VALUES: Final = {
    "LIVETRIP_LOG_FORMAT": "log_format",
    "LIVETRIP_METRICS_PORT": "metrics_port",
    "LIVETRIP_METRICS_DIRECTORY": "metrics_directory",
    "LIVETRIP_TRACE_SHARE": "trace_share",
    "LIVETRIP_SQL_COMMENTS": "sql_comments",
}
_FILES: Final = {
    "LIVETRIP_PSEUDONYM_KEYS_FILE": ("pseudonym_keys", pseudonym_keys),
    "LIVETRIP_OBJECTIVES_FILE": ("objectives", objectives),
}
_OTLP: Final = {
    "otlp_endpoint": ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    "otlp_protocol": ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"),
}


def read_telemetry(environment: Mapping[str, str]) -> tuple[TelemetrySettings, list[str]]:
    """What the environment says, and all that is wrong with it, a line each. Keys are never repeated, and nothing is opened but files."""
    values = {name.upper(): value for name, value in environment.items()}
    given: dict[str, object] = {}
    variables: dict[str, str] = {}
    problems: list[str] = []
    for variable, field in _VALUES.items():
        if variable in values:
            given[field], variables[field] = values[variable], variable
    for field, names in _OTLP.items():
        # For OpenTelemetry, a variable that is set to nothing is not set.
        if named := [name for name in names if values.get(name)]:
            given[field], variables[field] = values[named[0]], named[0]
    for variable, (field, read) in _FILES.items():
        if variable in values:
            try:
                given[field] = read(values[variable])
            except ValueError as error:
                problems.append(f"{variable}: {error}")
    try:
        return TelemetrySettings.model_validate(given), problems
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        wrong = {str(item["loc"][0]): item["msg"] for item in found}
        problems += [f"{variables[field]}: {message}" for field, message in wrong.items()]
        kept = {field: value for field, value in given.items() if field not in wrong}
        return TelemetrySettings.model_validate(kept), problems
