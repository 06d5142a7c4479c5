"""What the environment says about telemetry, what is wrong with it, and what that means in plain words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from livetrip_adapters import SettingsError, TelemetrySettings, load_settings
from livetrip_adapters.configuration import telemetry as told
from livetrip_adapters.telemetry import LogFormat, read_telemetry
from livetrip_api import load_api_settings
from support.processes import KEY
from unit.adapters.telemetry_files import KEYS, SECRET, written


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
