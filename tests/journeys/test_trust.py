"""Every kind of trust from a shell to the service and back, as processes: what proves itself is let in, and nothing else."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from journeys.trusted import NEW, OLD, Environment, World
from support.processes import KEY
from support.trust import written

KYOTO = {"title": "Kyoto", "startDate": "2026-11-20", "endDate": "2026-11-24"}
REFUSED = {"code": "unauthenticated", "detail": "Valid service credentials are required."}


def api_key(key: str) -> Environment:
    return {"LIVETRIP_TRUST": "api-key", "LIVETRIP_TRUST_API_KEY": key}


def problem(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What a refused call says, but for the trace, which differs."""
    assert done.returncode == 1, done.stderr
    said: dict[str, Any] = json.loads(done.stderr)
    assert said.pop("traceId")
    return said


# -- who proves itself


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("issuer", "oidc RS256"),
        ("issuer", "oidc ES256"),
        ("issuer", "API key of yesterday"),
        ("issuer", "API key of today"),
        ("issuer", "signed"),
        ("own", "private-key JWT"),
    ],
)
def test_whoever_proves_itself_writes_and_reads(world: World, at: str, name: str) -> None:
    environment = {
        "oidc RS256": world.oidc("web-rs256"),
        "oidc ES256": world.oidc("web-es256"),
        "API key of yesterday": api_key(OLD),
        "API key of today": api_key(NEW),
        "signed": world.signed(world.web),
        "private-key JWT": world.own_token(world.web),
    }[name]
    user = name.replace(" ", "-")
    created = world.call(environment, "createTrip", {"body": KYOTO}, user=user, at=at)
    assert created.returncode == 0, created.stderr
    listed = world.call(environment, "listTrips", user=user, at=at)
    assert [trip["id"] for trip in json.loads(listed.stdout)["items"]] == [json.loads(created.stdout)["id"]]


def test_whoever_does_not_is_refused_with_the_same_answer(world: World) -> None:
    refused = {
        "no such API key": world.call(api_key("x" * 40), "listTrips"),
        "a key as a bearer token": world.call({"LIVETRIP_SERVICE_KEY": KEY}, "listTrips"),
        "a token of nobody's": world.call(world.own_token(world.web), "listTrips"),
        "signed with another key": world.call(world.signed(world.stranger), "listTrips"),
        "signed with an unknown key id": world.call(
            world.signed(world.web, KEY_ID="web-2"), "listTrips"
        ),
        "signed for another service": world.call(world.signed(world.web, BASE_URL="https://other"), "listTrips"),
        "own token, another key": world.call(world.own_token(world.stranger), "listTrips", at="own"),
        "own token, another audience": world.call(world.own_token(world.web, AUDIENCE="x"), "listTrips", at="own"),
        "own token, another issuer": world.call(world.own_token(world.web, ISSUER="x"), "listTrips", at="own"),
        "a token for another service": world.call(world.oidc("web-rs256"), "listTrips", at="own"),
    }  # fmt: skip
    assert {name: problem(done) for name, done in refused.items()} == dict.fromkeys(refused, REFUSED)


def test_a_service_that_is_not_allowed_is_refused_although_its_token_is_right(world: World) -> None:
    for environment, at in ((world.oidc("job-rs256"), "issuer"), (world.own_token(world.web, SUBJECT="x"), "own")):
        said = problem(world.call(environment, "listTrips", at=at))
        assert said == {"code": "forbidden", "detail": "This service may not call."}


def test_a_client_that_the_issuer_refuses_is_told_before_anything_is_sent(world: World) -> None:
    wrong = written(world.folder / "wrong.secret", "not-the-secret-0123456789")
    environment = world.oidc("web-rs256", LIVETRIP_TRUST_OIDC_CLIENT_SECRET_FILE=str(wrong))
    done = world.call(environment, "listTrips")
    assert done.returncode == 1
    assert json.loads(done.stderr[done.stderr.index("{") :])["code"] == "credential_unavailable"
    assert "not-the-secret" not in done.stderr


# -- for whom


def test_a_service_that_may_not_act_for_users_cannot_name_one(world: World) -> None:
    job = world.oidc("job-es256")
    for operation, arguments in (("getSession", {}), ("listTrips", {}), ("createTrip", {"body": KYOTO})):
        said = problem(world.call(job, operation, arguments))
        assert said["code"] == "forbidden"
    assert world.call(job, "getHealth").returncode == 0
    assert json.loads(world.call(api_key(NEW), "listTrips", user="nobody-yet").stdout)["items"] == []
