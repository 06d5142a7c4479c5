"""Tokens of a real issuer, over real HTTP: accepted, rotated while we look on, and still judged when it is down."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from support.issuer import AUDIENCE, TOKEN_SECONDS, Issuer, running_issuer
from support.signing import SigningKey
from switchover import AnyOf, HttpxTransport, SharedKey, SharedKeyVerifier
from switchover.errors import Forbidden, ServiceUnavailable, Unauthenticated
from switchover.trust import Outgoing, Verifier
from switchover.trust.oidc import AllowedService, IssuerKeys, OidcVerifier
from unit.port.desk import AIKO, Desk, InMemoryDesk, desk_port
from unit.port.peers import served
from unit.trust.oidc.tokens import Clock

KEY = "a-key-for-tests-alone-0123456789abcdef"
SERVICES = [
    AllowedService(name=name, may_act_for_users=True, sub=name, client_id=name) for name in ("web-rs256", "web-es256")
]


class Bearer(SharedKey):
    """Sends a token that the test sets."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def headers(self, outgoing: Outgoing) -> list[tuple[str, str]]:
        return [("authorization", f"Bearer {self.token}")]


@asynccontextmanager
async def calling(verifier: Verifier) -> AsyncIterator[tuple[Desk, Bearer]]:
    """A service on a port of this machine, and a caller of it."""
    credentials = Bearer("")
    with served(desk_port().serve(InMemoryDesk(), verifier=verifier)) as address:
        async with HttpxTransport(address) as transport:
            yield desk_port().http(transport=transport, credentials=credentials), credentials


def verifier(issuer: Issuer, **options: Any) -> OidcVerifier:
    return OidcVerifier(issuer.url, **{"audience": AUDIENCE, "services": SERVICES, **options})


@pytest.fixture
def own_issuer(tmp_path: Path) -> Any:
    """An issuer that this test alone stops and changes."""
    with running_issuer(tmp_path) as running:
        yield running


@pytest.mark.parametrize("client", ["web-rs256", "web-es256"])
async def test_a_token_of_the_issuer_comes_in(issuer: Issuer, client: str) -> None:
    async with calling(verifier(issuer)) as (desk, bearer):
        bearer.token = issuer.token(client)
        assert await desk.list_notes(AIKO) == []
        assert await desk.list_notes(AIKO) == []


async def test_a_client_that_is_not_allowed_is_forbidden(issuer: Issuer) -> None:
    async with calling(verifier(issuer, services=SERVICES[:1])) as (desk, bearer):
        bearer.token = issuer.token("web-es256")
        with pytest.raises(Forbidden):
            await desk.list_notes(AIKO)


async def test_a_token_for_another_service_is_not_believed(issuer: Issuer) -> None:
    async with calling(verifier(issuer, audience="https://other.example/api")) as (desk, bearer):
        bearer.token = issuer.token()
        with pytest.raises(Unauthenticated, match=r"Valid service credentials are required\."):
            await desk.list_notes(AIKO)


async def test_a_token_ends(issuer: Issuer) -> None:
    clock = Clock(time.time())
    async with calling(verifier(issuer, clock=clock)) as (desk, bearer):
        bearer.token = issuer.token()
        assert await desk.list_notes(AIKO) == []
        clock.now += TOKEN_SECONDS + 29 - 2  # the issuer's clock went on meanwhile
        assert await desk.list_notes(AIKO) == []
        clock.now += 10
        with pytest.raises(Unauthenticated):
            await desk.list_notes(AIKO)


async def test_a_shared_key_may_do_as_well(issuer: Issuer) -> None:
    both = AnyOf(verifier(issuer), SharedKeyVerifier(KEY, principal="web", may_act_for_users=True))
    async with calling(both) as (desk, bearer):
        for token in (issuer.token(), KEY):
            bearer.token = token
            assert await desk.list_notes(AIKO) == []
        for token in (KEY[:-1], issuer.token()[:-4] + "AAAA"):
            bearer.token = token
            with pytest.raises(Unauthenticated):
                await desk.list_notes(AIKO)


async def test_keys_rotate_while_calls_go_on(own_issuer: Issuer) -> None:
    clock = Clock()
    keys = IssuerKeys(own_issuer.url, clock=clock)
    async with calling(verifier(own_issuer, keys=keys)) as (desk, bearer):
        bearer.token = before = own_issuer.token()
        assert await desk.list_notes(AIKO) == []
        own_issuer.rotate(keep=True)
        clock.now += 10
        for client in ("web-rs256", "web-es256"):
            bearer.token = own_issuer.token(client)
            assert await desk.list_notes(AIKO) == []
        bearer.token = before  # its key is still published
        assert await desk.list_notes(AIKO) == []
        own_issuer.rotate()
        clock.now += 10
        bearer.token = own_issuer.token()
        assert await desk.list_notes(AIKO) == []
        bearer.token = before
        with pytest.raises(Unauthenticated):
            await desk.list_notes(AIKO)


async def test_a_token_signed_by_a_stranger_with_the_issuers_kid_is_refused(issuer: Issuer) -> None:
    now = int(time.time())
    claims = {
        "iss": issuer.url,
        "aud": AUDIENCE,
        "sub": "web-rs256",
        "client_id": "web-rs256",
        "iat": now,
        "exp": now + 60,
    }
    true = issuer.keys["RS256"]
    async with calling(verifier(issuer)) as (desk, bearer):
        bearer.token = true.token(claims)
        assert await desk.list_notes(AIKO) == []
        bearer.token = SigningKey.make(true.kid, "RS256").token(claims)
        with pytest.raises(Unauthenticated):
            await desk.list_notes(AIKO)


async def test_known_keys_go_on_when_the_issuer_is_down(own_issuer: Issuer) -> None:
    clock = Clock()
    judge = verifier(own_issuer, keys=IssuerKeys(own_issuer.url, clock=clock))
    async with calling(judge) as (desk, bearer):
        tokens = [own_issuer.token(client) for client in ("web-rs256", "web-es256", "web-rs256")]
        bearer.token = tokens[0]
        assert await desk.list_notes(AIKO) == []
        own_issuer.stop()
        for token in tokens:
            clock.now += 60
            bearer.token = token
            assert await desk.list_notes(AIKO) == []
        own_issuer.start()
        own_issuer.rotate()
        clock.now += 10
        bearer.token = own_issuer.token()
        assert await desk.list_notes(AIKO) == []


async def test_with_no_keys_known_and_the_issuer_down_nobody_is_judged(own_issuer: Issuer) -> None:
    clock = Clock()
    judge = verifier(own_issuer, keys=IssuerKeys(own_issuer.url, clock=clock))
    async with calling(judge) as (desk, bearer):
        bearer.token = own_issuer.token()
        own_issuer.stop()
        for _ in range(3):
            with pytest.raises(ServiceUnavailable) as caught:
                await desk.list_notes(AIKO)
            assert caught.value.retry_after == 10
        own_issuer.start()
        clock.now += 10
        assert await desk.list_notes(AIKO) == []
