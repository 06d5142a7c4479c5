"""Access tokens of an OIDC issuer: what is asked, and what is believed of the answer."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from support.certificates import certificate_of, self_signed
from support.clock import OwnedClock
from support.loopback import Asked, Loopback, Told, loopback, told
from support.signing import SigningKey
from switchover import OidcClientCredentials, Renewal
from switchover.errors import CredentialUnavailable
from switchover.port.wire import WireRequest
from switchover.trust import Revocable

SECRET = "s3cr3t:of the+client%"
TIMELESS: Any = {"verify_exp": False, "verify_iat": False}
CALL = WireRequest("GET", "/api/trips")
TOKEN = {"access_token": "an-access-token", "token_type": "Bearer", "expires_in": 600}


class FakeIssuer:
    """An issuer whose every word a test may change."""

    def __init__(self) -> None:
        self.url = ""
        self.discovery: dict[str, Any] = {}
        self.token: Told = told(TOKEN)

    def __call__(self, asked: Asked) -> Told:
        if asked.target.endswith("/.well-known/openid-configuration"):
            document = {"issuer": self.url, "token_endpoint": f"{self.url}/token", **self.discovery}
            return told({name: value for name, value in document.items() if value is not None})
        return self.token


@pytest.fixture
def fake() -> FakeIssuer:
    return FakeIssuer()


@pytest.fixture
def server(fake: FakeIssuer) -> Iterator[Loopback]:
    with loopback(fake) as running:
        fake.url = running.url
        yield running


def client(issuer: str | None, **given: Any) -> OidcClientCredentials:
    settings = {"client_id": "web", "client_secret": SECRET, "renewal": Renewal(clock=OwnedClock()), **given}
    return OidcClientCredentials(issuer, **settings)


def asked_for_token(server: Loopback) -> Asked:
    return next(asked for asked in server.asked if asked.method == "POST")


async def test_the_token_of_the_issuer_is_sent(server: Loopback, fake: FakeIssuer) -> None:
    source = client(fake.url)
    assert not source.is_ready()
    await source.refresh()
    assert source.is_ready()
    assert source.headers(CALL) == (("authorization", "Bearer an-access-token"),)
    assert isinstance(source, Revocable)
    assert [(asked.method, asked.target) for asked in server.asked] == [
        ("GET", "/.well-known/openid-configuration"),
        ("POST", "/token"),
    ]
    asked = asked_for_token(server)
    assert asked.form == [("grant_type", "client_credentials")]
    pair = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == "web:s3cr3t%3Aof+the%2Bclient%25"


def test_it_serves_threads(server: Loopback, fake: FakeIssuer) -> None:
    source = client(fake.url)
    source.refresh_blocking()
    assert source.headers(CALL) == (("authorization", "Bearer an-access-token"),)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"audience": "diary"}, [("audience", "diary")]),
        ({"resource": "https://diary"}, [("resource", "https://diary")]),
        ({"resource": ["https://a", "https://b"]}, [("resource", "https://a"), ("resource", "https://b")]),
        ({"scope": "read write"}, [("scope", "read write")]),
        ({"scope": ("read", "write")}, [("scope", "read write")]),
    ],
)
def test_what_is_wanted_of_the_token_is_asked(
    server: Loopback, fake: FakeIssuer, given: dict[str, Any], fields: list[tuple[str, str]]
) -> None:
    source = client(fake.url, **given)
    source.refresh_blocking()
    assert asked_for_token(server).form == [("grant_type", "client_credentials"), *fields]
    assert source.described()[1] == ", ".join(f"{name} {value}" for name, value in fields)


@pytest.mark.parametrize(
    ("supported", "method", "is_in_body"),
    [
        (None, None, False),
        (["client_secret_post"], None, True),
        (["client_secret_post", "client_secret_basic", 3], None, False),
        (None, "client_secret_post", True),
        ("nonsense", "client_secret_basic", False),
    ],
)
def test_a_secret_goes_where_the_issuer_takes_it(
    server: Loopback, fake: FakeIssuer, supported: Any, method: Any, is_in_body: bool
) -> None:
    fake.discovery = {"token_endpoint_auth_methods_supported": supported}
    client(fake.url, authentication=method).refresh_blocking()
    asked = asked_for_token(server)
    assert ("authorization" in asked.headers) is not is_in_body
    proof = [("client_id", "web"), ("client_secret", SECRET)] if is_in_body else []
    assert asked.form == [("grant_type", "client_credentials"), *proof]


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "Ed25519"])
@pytest.mark.parametrize("wanted", [None, "https://audience"])
def test_a_key_signs_an_assertion_for_the_issuer(
    server: Loopback, fake: FakeIssuer, algorithm: str, wanted: str | None
) -> None:
    key, clock = SigningKey.make("k", algorithm), OwnedClock()
    source = client(
        fake.url, client_secret=None, private_key=key.private, kid="k", assertion_audience=wanted,
        renewal=Renewal(clock=clock),
    )  # fmt: skip
    source.refresh_blocking()
    form = dict(asked_for_token(server).form)
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert form["client_id"] == "web"
    assertion = form["client_assertion"]
    assert jwt.get_unverified_header(assertion) == {"alg": algorithm, "typ": "JWT", "kid": "k"}
    claims = json.loads(base64.urlsafe_b64decode(assertion.split(".")[1] + "=="))
    assert {name: claims[name] for name in ("iss", "sub", "aud", "iat", "exp")} == {
        "iss": "web", "sub": "web", "aud": wanted or fake.url, "iat": int(clock.now), "exp": int(clock.now) + 60,
    }  # fmt: skip
    assert len(claims["jti"]) >= 16
    assert f"private_key_jwt, {algorithm}, kid k" in source.described()[0]


def test_a_certificate_names_the_key_as_entra_wants_it(server: Loopback, fake: FakeIssuer, tmp_path: Path) -> None:
    certificate, private = self_signed(tmp_path)
    endpoint = f"{fake.url}/token"
    source = client(
        fake.url, client_secret=None, private_key=private.read_text(), certificate=certificate.read_text(),
        assertion_algorithm=None, assertion_audience=endpoint,
    )  # fmt: skip
    source.refresh_blocking()
    assertion = dict(asked_for_token(server).form)["client_assertion"]
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    digest = base64.urlsafe_b64encode(read.fingerprint(SHA256())).rstrip(b"=").decode()
    header = jwt.get_unverified_header(assertion)
    assert header == {"alg": "ES256", "typ": "JWT", "x5t#S256": digest}
    public: Any = read.public_key()
    said = jwt.decode(assertion, public, algorithms=["ES256"], audience=endpoint, options=TIMELESS)
    assert (said["iss"], said["sub"]) == ("web", "web")
    assert f"private_key_jwt, ES256, x5t#S256 {digest}" in source.described()[0]


@pytest.mark.parametrize(
    ("given", "algorithm"),
    [({}, "RS256"), ({"assertion_algorithm": "PS256"}, "PS256"), ({"assertion_algorithm": "RS256"}, "RS256")],
)
def test_an_rsa_key_signs_by_the_algorithm_that_the_issuer_takes(
    server: Loopback, fake: FakeIssuer, given: dict[str, Any], algorithm: str
) -> None:
    key = SigningKey.make("k", "RS256")
    client(fake.url, client_secret=None, private_key=key.private, kid="k", **given).refresh_blocking()
    assertion = dict(asked_for_token(server).form)["client_assertion"]
    public = key.private.public_key()
    jwt.decode(assertion, public, algorithms=[algorithm], audience=fake.url, options=TIMELESS)
    assert jwt.get_unverified_header(assertion)["alg"] == algorithm


def test_an_rsa_key_with_a_certificate_signs_by_ps256(server: Loopback, fake: FakeIssuer) -> None:
    key = SigningKey.make("k", "RS256")
    own = certificate_of(key.private)
    client(fake.url, client_secret=None, private_key=key.private, certificate=own).refresh_blocking()
    assertion = dict(asked_for_token(server).form)["client_assertion"]
    header = jwt.get_unverified_header(assertion)
    assert (header["alg"], sorted(header)) == ("PS256", ["alg", "typ", "x5t#S256"])
    public = key.private.public_key()
    jwt.decode(assertion, public, algorithms=["PS256"], audience=fake.url, options=TIMELESS)


def test_without_an_issuer_the_endpoint_is_the_audience_and_nothing_is_discovered(server: Loopback) -> None:
    key = SigningKey.make("k", "ES256")
    source = client(None, token_endpoint=f"{server.url}/token", client_secret=None, private_key=key.private)
    source.refresh_blocking()
    [asked] = server.asked
    claims = jwt.decode(dict(asked.form)["client_assertion"], options={"verify_signature": False})
    assert claims["aud"] == f"{server.url}/token"
    server.close()
    down = client(None, token_endpoint=f"{server.url}/token")
    with pytest.raises(CredentialUnavailable, match=r"the token endpoint at 127\.0\.0\.1:\d+ cannot be reached"):
        down.refresh_blocking()


@pytest.mark.parametrize(
    ("discovery", "detail"),
    [
        ({"issuer": "https://other"}, "names another issuer"),
        ({"issuer": None}, "names another issuer"),
        ({"token_endpoint": None}, "cannot be used: the token endpoint has to be https"),
        ({"token_endpoint": 7}, "cannot be used"),
        ({"token_endpoint": "http://issuer.example/token"}, "plain http is for this machine alone"),
        ({"token_endpoint": "https://user:hunter2@issuer.example/token"}, "no user, no password"),
        ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "does not take client_secret_basic or"),
        ({"token_endpoint_auth_methods_supported": ["tls_client_auth"]}, "but none that is known here"),
    ],
)
def test_an_issuer_that_is_not_what_it_should_be_gets_no_secret(
    server: Loopback, fake: FakeIssuer, discovery: dict[str, Any], detail: str
) -> None:
    fake.discovery = discovery
    with pytest.raises(CredentialUnavailable, match=detail) as caught:
        client(fake.url).refresh_blocking()
    assert all(asked.method == "GET" for asked in server.asked)
    assert "hunter2" not in str(caught.value)


def test_the_issuer_is_matched_to_the_last_slash(server: Loopback, fake: FakeIssuer) -> None:
    with pytest.raises(CredentialUnavailable, match="names another issuer"):
        client(f"{fake.url}/").refresh_blocking()
    fake.url = f"{fake.url}/"
    client(fake.url).refresh_blocking()


def test_the_endpoint_is_found_once_and_again_after_a_failure(server: Loopback, fake: FakeIssuer) -> None:
    clock = OwnedClock()
    source = client(fake.url, renewal=Renewal(clock=clock))
    for failed in (False, False, True, False):
        fake.token = Told(404) if failed else told(TOKEN)
        clock.passes(1000)
        if failed:
            with pytest.raises(CredentialUnavailable, match="answers 404"):
                source.refresh_blocking()
        else:
            source.refresh_blocking()
    assert [asked.method for asked in server.asked] == ["GET", "POST", "POST", "POST", "GET", "POST"]


NO_SECONDS: list[Any] = [0, -1, "0", "-1", "600s", " 600", "6e2", "600.0", "\u0666", "", "9" * 10, True, None, [], 1e13]
GARBAGE: list[tuple[Told, str]] = [
    (Told(500, b"oops"), "answers 500$"),
    (Told(302, b"", {"location": "https://elsewhere"}), "answers 302$"),
    (told({"error": "invalid_client", "error_description": SECRET}, 401), r"answers 401 \(invalid_client\)$"),
    (told({"error": SECRET}, 400), "answers 400$"),
    (told({"error": ["invalid_client"]}, 400), "answers 400$"),
    (Told(200, b"{}", {"content-type": "text/html"}), "does not answer application/json"),
    (Told(200, b"{}", {}), "does not answer application/json"),
    (Told(200, b""), "no JSON object"),
    (Told(200, b"\xff{}"), "no JSON object"),
    (Told(200, b"[]"), "no JSON object"),
    (Told(200, b"[" * 100_000), "no JSON object"),
    (Told(200, b'{"access_token":"a","access_token":"b","token_type":"Bearer","expires_in":9}'), "no JSON object"),
    (Told(200, b'{"access_token":"a","token_type":"Bearer","expires_in":NaN}'), "no JSON object"),
    (Told(200, b'{"access_token":"a","token_type":"Bearer","expires_in":' + b"9" * 5000 + b"}"), "no JSON object"),
    (Told(200, b'{"access_token":"a","token_type":"Bearer","expires_in":1e999}'), "expires_in"),
    (told({**TOKEN, "token_type": "DPoP"}), "not of the type Bearer"),
    (told({**TOKEN, "token_type": None}), "not of the type Bearer"),
    (told({**TOKEN, "access_token": None}), "no access token"),
    (told({**TOKEN, "access_token": ""}), "no access token"),
    (told({**TOKEN, "access_token": "a\r\nx-admin: 1"}), "no access token"),
    (told({**TOKEN, "access_token": "a b"}), "no access token"),
    (told({**TOKEN, "access_token": "é"}), "no access token"),
    (told({**TOKEN, "access_token": "x" * 16385}), "no access token"),
    *[(told({**TOKEN, "expires_in": value}), "expires_in") for value in NO_SECONDS],
    (told({"access_token": "a", "token_type": "Bearer"}), "expires_in"),
]


@pytest.mark.parametrize(("answer", "detail"), GARBAGE)
def test_an_answer_that_is_none_is_refused_and_not_repeated(
    server: Loopback, fake: FakeIssuer, answer: Told, detail: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.token = answer
    with pytest.raises(CredentialUnavailable, match=detail) as caught:
        client(fake.url).refresh_blocking()
    written = str(caught.value) + repr(caught.value) + caplog.text
    assert "s3cr3t" not in written
    assert caught.value.detail.startswith(f"the token endpoint of {fake.url} ")


@pytest.mark.parametrize(
    ("answer", "given", "lifetime"),
    [
        ({**TOKEN, "token_type": "bEARER"}, {}, 600),
        ({**TOKEN, "token_type": "bearer"}, {}, 600),
        ({**TOKEN, "token_type": "BEARER"}, {}, 600),
        ({**TOKEN, "expires_in": 60.5}, {}, 60.5),
        ({**TOKEN, "expires_in": "3599"}, {}, 3599),
        ({**TOKEN, "expires_in": "999999999"}, {}, 86_400),
        ({**TOKEN, "expires_in": None}, {"assumed_lifetime_seconds": 100}, 100),
        ({**TOKEN, "expires_in": 10_000_000}, {}, 86_400),
        ({"access_token": "a", "token_type": "Bearer"}, {"assumed_lifetime_seconds": 100}, 100),
        ({**TOKEN, "refresh_token": "unused", "scope": "x"}, {"assumed_lifetime_seconds": 100}, 600),
    ],
)
def test_how_long_a_token_lives_is_the_issuers_word_within_reason(
    server: Loopback, fake: FakeIssuer, answer: dict[str, Any], given: dict[str, Any], lifetime: float
) -> None:
    clock = OwnedClock()
    fake.token = told(answer)
    source = client(fake.url, renewal=Renewal(clock=clock, margin_seconds=0.001), **given)
    source.refresh_blocking()
    clock.passes(lifetime - 1)
    assert source.is_ready()
    clock.passes(1)
    assert not source.is_ready()


async def test_a_refused_token_is_replaced(server: Loopback, fake: FakeIssuer) -> None:
    clock = OwnedClock()
    source = client(fake.url, renewal=Renewal(clock=clock))
    await source.refresh()
    clock.passes(60)
    fake.token = told({**TOKEN, "access_token": "another"})
    source.refused()
    await source.refresh()
    assert source.headers(CALL) == (("authorization", "Bearer another"),)


def test_it_says_what_it_is_without_the_secret(server: Loopback, fake: FakeIssuer) -> None:
    source = client(fake.url)
    assert source.described() == [
        f"access tokens of {fake.url} for the client web, which proves itself by a client secret "
        "(client_secret_basic or client_secret_post)"
    ]
    source.refresh_blocking()
    key = SigningKey.make("k", "ES256")
    other = client(None, token_endpoint=fake.url, client_secret=None, private_key=key.private)
    for text in (repr(source), str(source), repr(other), *other.described(), *source.described()):
        assert "s3cr3t" not in text
        assert "an-access-token" not in text
    assert repr(other) == "OidcClientCredentials('access tokens of a fixed token endpoint for the client web', …)"
