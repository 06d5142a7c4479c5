"""What LiveTrip says of its own trust, on both sides."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from livetrip_adapters import configuration as calling
from livetrip_api import configuration as serving
from support.processes import KEY
from support.trust import written

SERVICE = {"BACKEND_MODE": "service", "LIVETRIP_SERVICE_URL": "http://x"}
SECRET = "a-secret-that-must-not-show-anywhere"


def said(function: object, environment: Mapping[str, str]) -> tuple[str, str]:
    assert callable(function)
    [(topic, state, lines)] = function(environment)
    assert topic == "trust"
    text = "\n".join(lines)
    assert SECRET not in text
    assert KEY not in text
    return state, text


@pytest.mark.parametrize(
    ("environment", "state", "part"),
    [
        ({}, "ok", "BACKEND_MODE is not service"),
        ({"BACKEND_MODE": "monolith", "LIVETRIP_TRUST": "nonsense"}, "ok", "nothing is called"),
        (SERVICE, "not set", "set LIVETRIP_SERVICE_KEY, or LIVETRIP_TRUST and what it needs"),
        ({**SERVICE, "LIVETRIP_SERVICE_KEY": KEY}, "ok", "a shared key, as a bearer token"),
        ({**SERVICE, "LIVETRIP_TRUST": "open"}, "warning", "prove nothing (LIVETRIP_TRUST=open)"),
        ({**SERVICE, "LIVETRIP_TRUST": "oidc"}, "failed", "LIVETRIP_TRUST_OIDC_ISSUER: is missing"),
        (
            {**SERVICE, "LIVETRIP_SERVICE_KEY": SECRET[:9]},
            "failed",
            "LIVETRIP_SERVICE_KEY: a service key must be at least",
        ),
    ],
)
def test_the_calling_side(environment: dict[str, str], state: str, part: str) -> None:
    found, text = said(calling.trust, environment)
    assert found == state
    assert part in text


@pytest.mark.parametrize(
    ("environment", "state", "part"),
    [
        ({}, "not set", "LIVETRIP_SERVICE_KEY is missing, so anyone could call as anyone"),
        ({"LIVETRIP_SERVICE_KEY": KEY}, "ok", "a shared key, as a bearer token: livetrip-web, which may act for users"),
        ({"LIVETRIP_TRUST": "open"}, "warning", "whoever reaches it, for any user it names (LIVETRIP_TRUST=open)"),
        ({"LIVETRIP_TRUST": "oidc"}, "failed", "LIVETRIP_TRUST_CALLERS_FILE: is missing"),
        ({**SERVICE, "LIVETRIP_TRUST": "oidc"}, "not set", "is not for this environment, which is one of its callers'"),
        (
            {**SERVICE, "LIVETRIP_TRUST": "oidc", "LIVETRIP_TRUST_LEEWAY_SECONDS": "5"},
            "failed",
            "LIVETRIP_TRUST_CALLERS_FILE: is missing",
        ),
        (
            {"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_TRUST_ALLOW": "10.0.0.0/8", "LIVETRIP_API_SOCKET": "/run/x"},
            "failed",
            "nobody could call",
        ),
    ],
)
def test_the_serving_side(environment: dict[str, str], state: str, part: str) -> None:
    found, text = said(serving.trust, environment)
    assert found == state
    assert part in text


def test_every_bound_of_tokens_is_told_without_asking_the_issuer(tmp_path: Path) -> None:
    callers = written(tmp_path / "callers.toml", '[web]\nmay_act_for_users = true\noidc = { sub = "web" }\n')
    state, text = said(
        serving.trust,
        {
            "LIVETRIP_TRUST": "oidc",
            "LIVETRIP_TRUST_OIDC_ISSUER": "https://login.example",
            "LIVETRIP_TRUST_OIDC_AUDIENCE": "https://diary.example/api",
            "LIVETRIP_TRUST_CALLERS_FILE": str(callers),
            "LIVETRIP_TRUST_ALLOW": "10.0.0.0/8",
        },
    )
    assert state == "ok"
    for part in (
        "livetrip-api accepts",
        "https://login.example for https://diary.example/api",
        "it lives 3600 s at most; clocks may differ by 30 s",
        "web, by sub 'web', may act for users",
        "only from 10.0.0.0/8, as the connection says",
    ):
        assert part in text


def test_the_environment_of_the_process_is_what_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LIVETRIP_") or name == "BACKEND_MODE"]:
        monkeypatch.delenv(name)
    assert serving.trust()[0][1] == "not set"
    monkeypatch.setenv("BACKEND_MODE", "service")
    monkeypatch.setenv("LIVETRIP_TRUST", "open")
    assert serving.trust()[0][1] == "warning"
    assert [state for _, state, _ in calling.trust()] == ["warning"]
