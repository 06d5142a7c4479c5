"""HTTP Basic: users and passwords, known by their digests alone."""

from __future__ import annotations

import base64
import hmac
from typing import Any

import pytest

from switchover import AnyOf, BasicAuth, BasicAuthVerifier, IpAllowlist, Principal, SharedKeyVerifier
from switchover.errors import Forbidden, Unauthenticated
from switchover.port.wire import WireRequest
from switchover.trust import Incoming

WEB, JOB = Principal("web", may_act_for_users=True), Principal("job", may_act_for_users=False)
PASSWORD = "a-password-of-web-0123456789-abcdéf"
KEY = "a-key-of-the-job-0123456789-abcdefghi"
VERIFIER = BasicAuthVerifier({WEB: ("web", PASSWORD), JOB: [(KEY, "")]})
CALL = WireRequest("GET", "/things")


def incoming(authorization: str | None, peer: str | None = None) -> Incoming:
    headers = {} if authorization is None else {b"authorization": authorization.encode("latin-1")}
    return Incoming("GET", "/things", headers, peer, nothing)


async def nothing() -> bytes:
    return b""


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(("login", "principal"), [(("web", PASSWORD), WEB), ((KEY,), JOB)])
async def test_both_halves_understand_each_other(login: Any, principal: Principal) -> None:
    [(name, value)] = BasicAuth(*login).headers(CALL)
    assert name == "authorization"
    request = incoming(value)
    assert VERIFIER.is_addressed(request)
    assert await VERIFIER.verify(request) == principal


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Basic",
        "Basic !",
        "Basic é",
        basic(f"web:{PASSWORD}x"),
        basic(f"job:{PASSWORD}"),
        basic(f"web{PASSWORD}"),
        basic(f":{KEY}"),
        basic(f"web:{PASSWORD}").replace("Basic", "Bearer"),
    ],
)
async def test_everything_else_is_refused_in_the_same_words(
    authorization: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    compare = hmac.compare_digest

    def counting(left: bytes, right: bytes) -> bool:
        compared.append(right)
        return compare(left, right)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    with pytest.raises(Unauthenticated) as caught:
        await VERIFIER.verify(incoming(authorization))
    assert len(compared) == 2  # with every login, whichever it is
    assert caught.value.reason == ("missing" if authorization is None else "unknown_key")
    assert caught.value.challenge == 'Basic realm="service", charset="UTF-8"'
    assert str(caught.value) == "unauthenticated: Valid service credentials are required."


async def test_it_stands_beside_bearer_tokens_and_behind_an_allowlist() -> None:
    shared = SharedKeyVerifier("k" * 32, principal="token", may_act_for_users=False)
    either = AnyOf(BasicAuthVerifier({WEB: ("web", PASSWORD)}, allow=IpAllowlist(["10.0.0.0/8"])), shared)
    assert await either.verify(incoming(basic(f"web:{PASSWORD}"), "10.1.1.1")) == WEB
    assert (await either.verify(incoming("Bearer " + "k" * 32, "192.0.2.1"))).name == "token"
    with pytest.raises(Forbidden):
        await either.verify(incoming(basic(f"web:{PASSWORD}"), "192.0.2.1"))


def test_neither_half_shows_a_secret() -> None:
    assert repr(BasicAuth("web", PASSWORD)) == "BasicAuth(…)"
    assert repr(VERIFIER) == "BasicAuthVerifier(web, job: …)"
    assert BasicAuth("web").described() == ["a user and a password, by HTTP Basic"]
    assert VERIFIER.described() == [
        "a user and a password, by HTTP Basic: web (1 login), which may act for users",
        "a user and a password, by HTTP Basic: job (1 login), which may not act for users",
    ]
    kept = " ".join(str(getattr(VERIFIER, name)) for name in BasicAuthVerifier.__slots__)
    assert PASSWORD not in kept
    assert KEY not in kept


@pytest.mark.parametrize(
    ("logins", "detail"),
    [
        ({}, "without any login nobody could call"),
        ({WEB: []}, "a name and at least one login"),
        ({WEB: ("web", "secret-0")}, "must have at least 32 characters"),
        ({WEB: ("we:b", PASSWORD)}, "must have no colon"),
        ({WEB: ("web", PASSWORD + "\n")}, "no control characters"),
        ({WEB: ("web", PASSWORD), JOB: ("web", PASSWORD)}, "a login of job is there twice"),
    ],
)
def test_logins_that_make_no_sense_are_refused_and_not_repeated(logins: Any, detail: str) -> None:
    with pytest.raises(ValueError, match=detail) as caught:
        BasicAuthVerifier(logins)
    assert PASSWORD not in str(caught.value)
    assert "secret-0" not in str(caught.value)
