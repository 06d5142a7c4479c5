"""What the environment has a process tell of its calls, and how that is opened and closed."""

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
from livetrip_adapters.configuration import telemetry as told
from livetrip_adapters.telemetry import LogFormat, otlp, read_telemetry
from livetrip_api import load_api_settings
from livetrip_contract import Caller, TripNotFound
from support.otlp import receiver
from support.processes import KEY, clean_environment
from switchover import calling
from switchover.telemetry import TraceContext

SECRET = "a-secret-that-must-not-show-anywhere"
KEYS = f'current = "k2"\n[keys]\nk1 = "{SECRET}"\nk2 = "{"n" * 43}"\n'


def written(folder: Path, text: str, name: str = "keys.toml") -> str:
    (folder / name).write_text(text, "utf-8")
    return str(folder / name)


@pytest.fixture
def unlogged() -> Iterator[None]:
    """Logging as it was, afterwards."""
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    yield
    root.handlers[:] = kept
    root.setLevel(level)
    logging.captureWarnings(capture=False)


# -- settings


def test_nothing_set_is_the_default() -> None:
    assert read_telemetry({}) == (TelemetrySettings(), [])


def test_everything_that_is_set_is_read(tmp_path: Path) -> None:
    environment = {
        "LIVETRIP_LOG_FORMAT": "text",
        "LIVETRIP_PSEUDONYM_KEYS_FILE": written(tmp_path, KEYS),
        "LIVETRIP_METRICS_PORT": "9464",
        "LIVETRIP_METRICS_DIRECTORY": "/run/livetrip",
        "LIVETRIP_OBJECTIVES_FILE": written(tmp_path, 'p95 = "1s"', "slo.toml"),
        "LIVETRIP_TRACE_SHARE": "0.5",
        "LIVETRIP_SQL_COMMENTS": "always",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://user:{SECRET}@collector:4318",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "",
    }
    settings, problems = read_telemetry(environment)
    assert problems == []
    assert settings.log_format is LogFormat.TEXT
    assert settings.pseudonym_keys is not None
    assert settings.pseudonym_keys.pseudonyms().of("aiko").startswith("k2:")
    assert (settings.metrics_port, settings.metrics_directory) == (9464, Path("/run/livetrip"))
    assert settings.objectives.default.p95.milliseconds == 1000
    assert (settings.trace_share, settings.sql_comments) == (0.5, "always")
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("LIVETRIP_LOG_FORMAT", "xml", "'json' or 'text'"),
        ("LIVETRIP_METRICS_PORT", "http", "valid integer"),
        ("LIVETRIP_METRICS_PORT", "65536", "less than or equal to 65535"),
        ("LIVETRIP_TRACE_SHARE", "1.1", "less than or equal to 1"),
        ("LIVETRIP_TRACE_SHARE", "nan", ""),
        ("LIVETRIP_SQL_COMMENTS", "yes", "'sampled', 'always' or 'off'"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "http/protobuf"),
        ("LIVETRIP_PSEUDONYM_KEYS_FILE", "/nowhere/keys.toml", "cannot be read"),
        ("LIVETRIP_OBJECTIVES_FILE", "/nowhere/slo.toml", "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_name(variable: str, value: str, part: str) -> None:
    _, [problem] = read_telemetry({variable: value})
    assert problem.startswith(f"{variable}: ")
    assert part in problem


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (f"current = {SECRET}", "is no TOML"),
        (f'[keys]\nk1 = "{SECRET}"', 'has to have current = "ID"'),
        (f'current = "k1"\nkey = "{SECRET}"', 'has to have current = "ID"'),
        (f'current = "k1"\nkeys = "{SECRET}"', 'has to have current = "ID"'),
        ('current = "k1"\n[keys]\nk1 = 7', "has to be a text"),
        (f'current = "k1"\n[keys]\nk1 = "{SECRET[:8]}"', "a key has at least 32"),
        (f'current = "k2"\n[keys]\nk1 = "{SECRET}"', "current is one of k1"),
    ],
)
def test_keys_that_cannot_be_used_are_told_and_not_repeated(tmp_path: Path, text: str, part: str) -> None:
    settings, [problem] = read_telemetry({"LIVETRIP_PSEUDONYM_KEYS_FILE": written(tmp_path, text)})
    assert part in problem
    assert SECRET[:8] not in problem
    assert settings.pseudonym_keys is None


def test_both_sides_tell_all_that_is_wrong_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETRIP_TRACE_SHARE", "much")
    monkeypatch.setenv("LIVETRIP_SQL_COMMENTS", "much")
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", "short-secret")
    for load in (load_settings, load_api_settings):
        with pytest.raises(SettingsError) as caught:
            load()
        for variable in ("LIVETRIP_TRACE_SHARE", "LIVETRIP_SQL_COMMENTS", "LIVETRIP_SERVICE_KEY"):
            assert f"{variable}: " in str(caught.value)
    monkeypatch.setenv("LIVETRIP_SERVICE_KEY", KEY)
    with pytest.raises(SettingsError, match="LIVETRIP_TRACE_SHARE"):
        load_settings()


# -- open


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


# -- in plain words


@pytest.mark.parametrize(
    ("environment", "state", "parts"),
    [
        (
            {},
            "ok",
            ["JSON lines", "not named at all", "at /metrics of livetrip-api", "of each process for itself", "0.01 of"],
        ),
        ({"LIVETRIP_LOG_FORMAT": "text"}, "ok", ["logs: text"]),
        ({"LIVETRIP_LOG_FORMAT": "json"}, "ok", ["one for each call\n"]),
        ({"LIVETRIP_METRICS_PORT": "9464"}, "ok", ["127.0.0.1, 9464, of each"]),
        ({"LIVETRIP_METRICS_PORT": "0"}, "ok", ["a free port"]),
        ({"LIVETRIP_METRICS_DIRECTORY": "/run/x"}, "ok", ["together, in /run/x"]),
        ({"LIVETRIP_SQL_COMMENTS": "off"}, "ok", ["no trace (LIVETRIP_SQL_COMMENTS=off)"]),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://u:{SECRET}@c:1"}, "ok", ["sent by OTLP to c"]),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": SECRET}, "failed", ["OTEL_EXPORTER_OTLP_ENDPOINT: has to be http://host"]),
        (
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"ftp://{SECRET}@c"},
            "failed",
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "],
        ),
        ({"LIVETRIP_METRICS_DIRECTORY": "/"}, "failed", ["LIVETRIP_METRICS_DIRECTORY: / may be used by others"]),
        ({"LIVETRIP_OBJECTIVES_FILE": "/nowhere/slo.toml"}, "failed", ["slo.toml cannot be read: No such file"]),
        ({"LIVETRIP_TRACE_SHARE": "2"}, "failed", ["does not start", "LIVETRIP_TRACE_SHARE: "]),
    ],
)
def test_the_check_says_it_in_plain_words(environment: dict[str, str], state: str, parts: list[str]) -> None:
    [(topic, found, lines)] = told(environment)
    text = "\n".join(lines) + "\n"
    assert (topic, found) == ("telemetry", state)
    assert [part for part in parts if part not in text] == []
    assert SECRET not in text


def test_of_keys_there_are_only_ids(tmp_path: Path) -> None:
    environment = {"LIVETRIP_PSEUDONYM_KEYS_FILE": written(tmp_path, KEYS)}
    [(_, _, lines)] = told(environment)
    assert "people in logs: pseudonyms under key k2; known as well: k1" in lines
    assert SECRET not in "\n".join(lines)
    alone = written(tmp_path, f'current = "k2"\n[keys]\nk2 = "{SECRET}"', "alone.toml")
    [(_, _, lines)] = told({"LIVETRIP_PSEUDONYM_KEYS_FILE": alone})
    assert "people in logs: pseudonyms under key k2" in lines


def test_the_check_says_where_spans_do_not_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    [(_, state, lines)] = told(environment)
    assert state == "warning"
    assert any("the exporter is not installed" in line for line in lines)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    [(_, _, lines)] = told({})
    assert "spans: none, OpenTelemetry is not installed" in lines


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
