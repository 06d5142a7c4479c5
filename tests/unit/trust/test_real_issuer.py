"""Tokens of a real issuer, as the calling side gets and keeps them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import jwt
import pytest

from support.clock import OwnedClock
from support.issuer import AUDIENCE, TOKEN_SECONDS, Issuer
from switchover import OidcClientCredentials, Renewal
from switchover.errors import CredentialUnavailable
from switchover.port.wire import WireRequest

CALL = WireRequest("GET", "/api/trips")


def source_of(issuer: Issuer, client: str, **given: Any) -> OidcClientCredentials:
    known = issuer.clients[client]
    proof: dict[str, Any] = {"client_secret": known.secret}
    if known.key is not None:
        proof = {"private_key": known.key.private, "kid": known.key.kid}
    return OidcClientCredentials(issuer.url, **{"client_id": client, "resource": AUDIENCE, **proof, **given})


def token_of(source: OidcClientCredentials) -> str:
    [(_, value)] = source.headers(CALL)
    return value.removeprefix("Bearer ")


@pytest.mark.parametrize("client", ["web-rs256", "web-es256", "job-rs256", "job-es256"])
def test_every_kind_of_client_gets_its_token(issuer: Issuer, client: str) -> None:
    source = source_of(issuer, client, scope="diary")
    asyncio.run(source.refresh())
    token = token_of(source)
    keys = jwt.PyJWKSet.from_dict(httpx.get(f"{issuer.url}/jwks", timeout=10).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    algorithm = issuer.clients[client].algorithm
    claims = jwt.decode(token, key, [algorithm], audience=AUDIENCE, issuer=issuer.url)
    assert (claims["sub"], claims["scope"]) == (client, "diary")


def test_a_secret_may_go_in_the_body(issuer: Issuer) -> None:
    source = source_of(issuer, "web-rs256", authentication="client_secret_post")
    source.refresh_blocking()
    assert source.is_ready()


def test_by_its_endpoint_alone_it_is_had_from_a_thread(issuer: Issuer) -> None:
    known = issuer.clients["web-rs256"]
    source = OidcClientCredentials(
        token_endpoint=issuer.token_endpoint, client_id=known.id, client_secret=known.secret, resource=AUDIENCE
    )
    source.refresh_blocking()
    assert jwt.decode(token_of(source), options={"verify_signature": False})["sub"] == known.id


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({"client_secret": "a-wrong-secret-of-web-rs256-012345"}, r"answers 401 \(invalid_client\)"),
        ({"client_id": "nobody"}, r"answers 401 \(invalid_client\)"),
        ({"resource": "https://elsewhere"}, r"answers 400 \(invalid_target\)"),
    ],
)
def test_its_refusals_are_told_by_their_codes(issuer: Issuer, given: dict[str, Any], detail: str) -> None:
    with pytest.raises(CredentialUnavailable, match=detail) as caught:
        source_of(issuer, "web-rs256", **given).refresh_blocking()
    assert "secret" not in str(caught.value).replace("client_secret", "")


def test_while_it_is_away_the_token_goes_on_and_afterwards_there_is_a_new_one(issuer: Issuer) -> None:
    clock = OwnedClock()
    source = source_of(issuer, "web-rs256", renewal=Renewal(clock=clock))
    source.refresh_blocking()
    first = token_of(source)
    issuer.stop()
    try:
        clock.passes(TOKEN_SECONDS * 0.8)
        assert token_of(source) == first  # and its renewal is set off, in vain
        source.refresh_blocking()
        assert token_of(source) == first
        clock.passes(TOKEN_SECONDS * 0.2)
        assert not source.is_ready()
        with pytest.raises(CredentialUnavailable, match="cannot be reached"):
            source.refresh_blocking()
    finally:
        issuer.start()
    clock.passes(60)
    source.refresh_blocking()
    assert token_of(source) != first
