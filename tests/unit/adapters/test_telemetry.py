"""What a process tells of its calls: how that is opened and closed."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from opentelemetry import trace as otel
from opentelemetry.sdk.trace import TracerProvider
from pydantic import SecretStr

from livetrip_adapters import Settings, SettingsError, TelemetrySettings, load_settings, open_live_trip, open_telemetry
from livetrip_adapters.telemetry import LogFormat, otlp, read_telemetry
from livetrip_contract import Caller, TripNotFound
from support.otlp import receiver
from support.processes import clean_environment
from switchover import calling
from switchover.telemetry import TraceContext
from unit.adapters.telemetry_files import KEYS, written


@pytest.fixture
def unlogged() -> Iterator[None]:
    """Logging as it was, afterwards."""
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    yield
    root.handlers[:] = kept
    root.setLevel(level)
    logging.captureWarnings(capture=False)


@pytest.mark.usefixtures("unlogged")
async def test_a_call_is_a_line_a_number_and_a_span(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKEND_MODE", "monolith")
    monkeypatch.setenv("LIVETRIP_DATABASE_URL", f"sqlite:///{tmp_path / 'x.sqlite3'}")
    monkeypatch.setenv("LIVETRIP_PSEUDONYM_KEYS_FILE", written(tmp_path, KEYS))
    monkeypatch.setenv("LIVETRIP_METRICS_PORT", "0")
    trace = TraceContext(7, 8, flags=1)
    with receiver() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.endpoint)
        settings = load_settings()
        with open_telemetry(settings.telemetry, service="livetrip-test") as telemetry:
            async with open_live_trip(settings, telemetry.recorder) as live_trip:
                with calling(trace=trace):
                    await live_trip.get_session(Caller("aiko"))
            assert telemetry.metrics_address is not None
            async with httpx.AsyncClient(timeout=30) as client:
                shown = (await client.get(f"{telemetry.metrics_address.url}/metrics")).text
        spans = collector.spans
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if '"event":"call"' in line]
    assert [(line["service"], line["operation"], line["trace_id"]) for line in lines] == [
        ("livetrip-test", "getSession", trace.trace_id)
    ]
    assert lines[0]["user_id"].startswith("k2:")
    assert 'switchover_calls_total{operation="getSession",outcome="ok",wiring="direct"} 1.0' in shown
    assert [(span.service, span.name, span.trace) for span in spans] == [
        ("livetrip-test", "getSession", trace.trace_id)
    ]


@pytest.mark.usefixtures("unlogged")
@pytest.mark.parametrize(
    "variables", [{"OTEL_SERVICE_NAME": "mine"}, {"OTEL_RESOURCE_ATTRIBUTES": "service.name=mine"}]
)
def test_the_name_that_opentelemetry_is_told_counts(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with receiver() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.endpoint)
        settings, _ = read_telemetry({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": collector.endpoint})
        with open_telemetry(settings, service="x", log_format=None, has_metrics=False) as telemetry:
            assert telemetry.metrics is None
            tracing = telemetry.recorder.tracing
            assert tracing is not None
            otel_span = tracing._tracer.start_span("a span")  # type: ignore[attr-defined]
            otel_span.end()
        assert [(span.service, span.name) for span in collector.spans] == [("mine", "a span")]


def test_an_sdk_that_the_process_has_set_is_left_to_export(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    monkeypatch.setattr(otel, "_TRACER_PROVIDER", provider)
    assert not otlp._is_ours_to_send()


def test_a_collector_without_an_exporter_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    settings, _ = read_telemetry({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"})
    with open_telemetry(settings, service="x", log_format=None, has_metrics=False) as telemetry:
        assert telemetry.recorder.tracing is not None
    assert "no spans are exported" in caplog.text


def test_without_opentelemetry_calls_have_positions_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with open_telemetry(TelemetrySettings(), service="x", log_format=None, has_metrics=False) as telemetry:
        assert telemetry.recorder.tracing is None
        assert telemetry.recorder.spans


@pytest.mark.parametrize(
    ("missing", "part"),
    [
        ("structlog", "LIVETRIP_LOG_FORMAT=json needs structlog"),
        ("prometheus_client", "metrics need prometheus_client"),
    ],
)
def test_an_extra_that_is_missing_is_named(missing: str, part: str) -> None:
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from livetrip_adapters import SettingsError, TelemetrySettings, open_telemetry\n"
        "try:\n    open_telemetry(TelemetrySettings(), service='x').__enter__()\n"
        "except SettingsError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, env=clean_environment()
    )
    assert done.stdout.startswith(part)
    assert "livetrip-adapters[telemetry]" in done.stdout


def test_pseudonyms_need_an_extra_too(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['structlog'] = None\n"
        "from livetrip_adapters.telemetry import read_telemetry\n"
        "print(*read_telemetry({'LIVETRIP_PSEUDONYM_KEYS_FILE': sys.argv[1]})[1])"
    )
    command = [sys.executable, "-c", program, written(tmp_path, KEYS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=clean_environment())
    assert "needs structlog, which is not installed here" in done.stdout


def test_metrics_that_cannot_be_shown_or_kept_are_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = TelemetrySettings(metrics_port=taken.getsockname()[1])
        with (
            pytest.raises(SettingsError, match="LIVETRIP_METRICS_PORT: "),
            open_telemetry(busy, service="x", log_format=None),
        ):
            raise AssertionError("it opened")
    no_folder = TelemetrySettings(metrics_directory=tmp_path / "file")
    (tmp_path / "file").touch()  # since then
    with (
        pytest.raises(SettingsError, match="LIVETRIP_METRICS_DIRECTORY: "),
        open_telemetry(no_folder, service="x", log_format=None),
    ):
        raise AssertionError("it opened")


async def test_a_call_is_a_line_of_text_for_a_terminal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings = Settings(database_url=SecretStr(f"sqlite:///{tmp_path / 'x.sqlite3'}"))
    text = TelemetrySettings(log_format=LogFormat.TEXT)
    with open_telemetry(text, service="x", has_metrics=False) as telemetry:
        async with open_live_trip(settings, telemetry.recorder) as live_trip:
            await live_trip.get_session(Caller("aiko"))
            with pytest.raises(TripNotFound):
                await live_trip.get_trip(Caller("aiko"), UUID(int=7))
    said = [record.getMessage() for record in caplog.records if record.name == "livetrip.calls"]
    assert [line.partition(" ms")[0].rpartition(" ")[0] for line in said] == [
        "getSession direct ok",
        "getTrip direct refused (TripNotFound)",
    ]
    assert "aiko" not in "".join(said)
