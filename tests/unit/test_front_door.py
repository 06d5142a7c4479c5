"""`import switchover`: what it offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import switchover

NAMES = [
    "AiohttpTransport",
    "AllowedService",
    "AnyOf",
    "ApiKey",
    "ApiKeyVerifier",
    "AsgiTransport",
    "BasicAuth",
    "BasicAuthVerifier",
    "BindError",
    "CallContext",
    "CallError",
    "CallLog",
    "CircuitSettings",
    "ConsoleAccess",
    "Contract",
    "ContractError",
    "Explanation",
    "FakeRolloutStore",
    "Fidelity",
    "FidelityError",
    "FileRolloutStore",
    "FixedKeys",
    "FixedRules",
    "Fleet",
    "FleetView",
    "Follower",
    "GcpIdentityToken",
    "HttpxTransport",
    "Inspector",
    "IpAllowlist",
    "MessageSigner",
    "Metrics",
    "NonceMemory",
    "Objectives",
    "ObjectivesError",
    "OidcClientCredentials",
    "OidcIssuer",
    "OidcVerifier",
    "OpenFeatureRollout",
    "OpenTelemetryTracing",
    "OperationRules",
    "Operator",
    "OutcomeWindows",
    "PlanError",
    "Port",
    "PostgresqlRolloutStore",
    "Principal",
    "PrivateKeyJwt",
    "ProbeOutcome",
    "ProbeTarget",
    "Prober",
    "Problem",
    "Pseudonyms",
    "Recorder",
    "Rehearsal",
    "RehearsalReport",
    "Renewal",
    "Reporter",
    "Rollout",
    "RolloutConflict",
    "RolloutPlan",
    "RolloutRefused",
    "RolloutState",
    "RolloutStore",
    "SafeCall",
    "Share",
    "SharedKey",
    "SharedKeyVerifier",
    "SharedNonces",
    "SignedMessageVerifier",
    "SigningKey",
    "StoreUnavailable",
    "SwitchoverError",
    "Timeouts",
    "Upload",
    "WindowSnapshot",
    "asked_side",
    "calling",
    "configure_logging",
    "console_port",
    "current",
    "receiving",
    "respond",
    "serve_console",
    "serve_metrics",
]


def test_the_front_door_offers_these_names() -> None:
    assert switchover.__all__ == NAMES
    assert dir(switchover) == switchover.__all__
    for name in switchover.__all__:
        assert getattr(switchover, name) is not None


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'switchover' has no attribute 'nothing'"):
        switchover.nothing  # noqa: B018


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys, switchover\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'structlog', 'litestar', 'uvicorn', 'httpx', 'httpcore', 'aiohttp', 'pydantic', 'jsonschema_rs', 'cryptography'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
