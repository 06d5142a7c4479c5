"""Identity tokens of Google Cloud's metadata server, from one of our own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.clock import OwnedClock
from support.loopback import Asked, Loopback, Told, loopback
from support.signing import SigningKey
from switchover import GcpIdentityToken, Renewal
from switchover.errors import CredentialUnavailable
from switchover.port.wire import WireRequest
from switchover.trust import Revocable

AUDIENCE = "https://diary-abc.a.run.app"
KEY = SigningKey.make("k", "RS256")
FLAVOR = {"Metadata-Flavor": "Google", "content-type": "text/html"}
CALL = WireRequest("GET", "/")


class MetadataServer:
    """What the platform runs beside a service."""

    def __init__(self, clock: OwnedClock) -> None:
        self.clock = clock
        self.claims: dict[str, Any] = {}
        self.answer: Told | None = None

    def token(self) -> str:
        now = int(self.clock.now)
        return KEY.token({"aud": AUDIENCE, "iat": now, "exp": now + 3600, **self.claims})

    def __call__(self, asked: Asked) -> Told:
        if asked.headers.get("metadata-flavor") != "Google":
            return Told(403)
        return self.answer or Told(200, self.token().encode(), FLAVOR)


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock()


@pytest.fixture
def metadata(clock: OwnedClock) -> MetadataServer:
    return MetadataServer(clock)


@pytest.fixture
def server(metadata: MetadataServer) -> Iterator[Loopback]:
    with loopback(metadata) as running:
        yield running


def source_of(server: Loopback, clock: OwnedClock) -> GcpIdentityToken:
    return GcpIdentityToken(AUDIENCE, host=server.host, renewal=Renewal(clock=clock))


async def test_the_token_of_the_platform_is_sent(server: Loopback, metadata: MetadataServer, clock: OwnedClock) -> None:
    source = source_of(server, clock)
    assert not source.is_ready()
    await source.refresh()
    assert source.headers(CALL) == (("authorization", f"Bearer {metadata.token()}"),)
    [asked] = server.asked
    assert asked.method == "GET"
    assert asked.target == (
        "/computeMetadata/v1/instance/service-accounts/default/identity"
        "?audience=https%3A%2F%2Fdiary-abc.a.run.app&format=full"
    )


def test_it_is_kept_until_it_ends_and_renewed_ahead(
    server: Loopback, metadata: MetadataServer, clock: OwnedClock
) -> None:
    source = source_of(server, clock)
    source.refresh_blocking()
    clock.passes(2699)
    source.refresh_blocking()
    assert len(server.asked) == 1
    clock.passes(1)
    assert source.headers(CALL)
    source.refresh_blocking()
    assert len(server.asked) == 2
    server.close()
    clock.passes(3589)
    assert source.is_ready()
    clock.passes(1)
    assert not source.is_ready()
    with pytest.raises(CredentialUnavailable, match="the metadata server cannot be reached"):
        source.refresh_blocking()


def test_a_refused_token_is_replaced(server: Loopback, clock: OwnedClock) -> None:
    source = source_of(server, clock)
    assert isinstance(source, Revocable)
    source.refresh_blocking()
    clock.passes(60)
    source.refused()
    source.refresh_blocking()
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (Told(200, b"x", {}), "lacks Metadata-Flavor: Google"),
        (Told(200, b"x", {"Metadata-Flavor": "Other"}), "lacks Metadata-Flavor: Google"),
        (Told(404, b"secret", FLAVOR), "answers 404$"),
        (Told(200, b"", FLAVOR), "no JWT"),
        (Told(200, b"a.b", FLAVOR), "no JWT"),
        (Told(200, b"a.b.c", FLAVOR), "no JWT"),
        (Told(200, b"a.bb.c", FLAVOR), "no JWT"),
        (Told(200, b"a.W10.c", FLAVOR), "no JWT"),
        (Told(200, b"a.e30=.c", FLAVOR), "no JWT"),
        (Told(200, b"a.e30.c\r\nx: y", FLAVOR), "no JWT"),
        (Told(200, b"\xff.e30.c", FLAVOR), "no JWT"),
        (Told(200, b"a.e30.c", FLAVOR), "another audience"),
    ],
)
def test_what_is_no_metadata_server_is_not_believed(
    server: Loopback, metadata: MetadataServer, clock: OwnedClock, answer: Told, detail: str
) -> None:
    metadata.answer = answer
    with pytest.raises(CredentialUnavailable, match=detail) as caught:
        source_of(server, clock).refresh_blocking()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("claims", "detail"),
    [
        ({"aud": [AUDIENCE]}, "another audience"),
        ({"exp": None}, "has ended, or does not say"),
        ({"exp": "9999999999"}, "has ended, or does not say"),
        ({"exp": True}, "has ended, or does not say"),
        ({"exp": 1_799_999_999}, "has ended, or does not say"),
        ({"exp": 1_800_000_000}, "has ended, or does not say"),
    ],
)
def test_a_token_that_cannot_be_used_is_refused(
    server: Loopback, metadata: MetadataServer, clock: OwnedClock, claims: dict[str, Any], detail: str
) -> None:
    metadata.claims = claims
    with pytest.raises(CredentialUnavailable, match=detail):
        source_of(server, clock).refresh_blocking()


def test_a_token_of_years_is_fetched_anew_every_day(
    server: Loopback, metadata: MetadataServer, clock: OwnedClock
) -> None:
    metadata.claims = {"exp": int(clock.now) + 10**8}
    source = source_of(server, clock)
    source.refresh_blocking()
    clock.passes(86_400)
    assert not source.is_ready()


@pytest.mark.parametrize("host", ["", "http://metadata", "meta data", "metadata/x", "metadata:", "metadata:123456"])
def test_the_metadata_server_is_a_host(host: str) -> None:
    with pytest.raises(ValueError, match=r"host\[:port\]"):
        GcpIdentityToken(AUDIENCE, host=host)


def test_it_has_an_audience_and_says_it() -> None:
    with pytest.raises(ValueError, match="has an audience"):
        GcpIdentityToken("")
    source = GcpIdentityToken(AUDIENCE)
    assert source.described() == [f"identity tokens of Google Cloud's metadata server for {AUDIENCE}"]
    assert repr(source) == f"GcpIdentityToken('{AUDIENCE}')"
