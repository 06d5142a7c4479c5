"""API keys: several live ones for each service, known by their digests alone."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchover import ApiKey, ApiKeyVerifier, IpAllowlist, Principal
from switchover.errors import Forbidden, Unauthenticated
from switchover.port.wire import WireRequest
from switchover.trust import Incoming, key_hash

OLD = "an-old-key-of-web-0123456789abcdefgh"
NEW = "a-new-key-of-web-0123456789abcdefghi"
JOB = "a-key-of-the-job-0123456789abcdefghi"
WEB_PRINCIPAL = Principal("web", may_act_for_users=True)
JOB_PRINCIPAL = Principal("job", may_act_for_users=False)
VERIFIER = ApiKeyVerifier({WEB_PRINCIPAL: [OLD, key_hash(NEW)], JOB_PRINCIPAL: JOB})
CALL = WireRequest("GET", "/api/trips")


def incoming(key: bytes | None, peer: str | None = None, name: bytes = b"x-api-key") -> Incoming:
    return Incoming("GET", "/api/trips", {} if key is None else {name: key}, peer, nothing)


async def nothing() -> bytes:
    return b""


@pytest.mark.parametrize(("key", "principal"), [(OLD, WEB_PRINCIPAL), (NEW, WEB_PRINCIPAL), (JOB, JOB_PRINCIPAL)])
async def test_every_live_key_is_its_principals(key: str, principal: Principal) -> None:
    [(name, value)] = ApiKey(key).headers(CALL)
    assert name == "x-api-key"
    request = incoming(value.encode())
    assert VERIFIER.is_addressed(request)
    assert await VERIFIER.verify(request) == principal


async def test_the_header_may_be_another() -> None:
    verifier = ApiKeyVerifier({WEB_PRINCIPAL: OLD}, header="X-Diary-Key")
    [(name, value)] = ApiKey(OLD, header="X-Diary-Key").headers(CALL)
    assert name == "x-diary-key"
    assert await verifier.verify(incoming(value.encode(), name=b"x-diary-key")) == WEB_PRINCIPAL
    assert not verifier.is_addressed(incoming(OLD.encode()))
    with pytest.raises(Unauthenticated):
        await verifier.verify(incoming(OLD.encode()))


async def test_there_is_nothing_to_fetch() -> None:
    source = ApiKey(OLD)
    assert source.is_ready()
    source.refresh_blocking()
    await source.refresh()


@given(st.none() | st.binary() | st.sampled_from([OLD, NEW, JOB]).map(lambda key: key.encode() + b"x"))
@example(b"")
@example(OLD.upper().encode())
@example(f"{OLD}, {OLD}".encode())
@example(f" {OLD}".encode())
@example(key_hash(OLD).encode())
@example(hashlib.sha256(OLD.encode()).digest())
async def test_everything_else_is_refused_in_the_same_words(key: bytes | None) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await VERIFIER.verify(incoming(key))
    assert caught.value.reason == ("missing" if key is None else "unknown_key")
    assert caught.value.challenge == "ApiKey"
    assert str(caught.value) == "unauthenticated: Valid service credentials are required."


@pytest.mark.parametrize("key", [OLD, NEW, JOB, "unknown", None])
async def test_every_key_is_compared_whichever_it_is(key: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    compare = hmac.compare_digest

    def counting(left: bytes, right: bytes) -> bool:
        compared.append(right)
        return compare(left, right)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    try:
        await VERIFIER.verify(incoming(None if key is None else key.encode()))
    except Unauthenticated:
        assert key in ("unknown", None)
    assert compared == [hashlib.sha256(known.encode()).digest() for known in (OLD, NEW, JOB)]


async def test_keys_count_only_from_where_they_may_come() -> None:
    verifier = ApiKeyVerifier({WEB_PRINCIPAL: OLD}, allow=IpAllowlist(["10.0.0.0/8"]))
    assert await verifier.verify(incoming(OLD.encode(), "10.1.2.3")) == WEB_PRINCIPAL
    with pytest.raises(Unauthenticated):
        await verifier.verify(incoming(NEW.encode(), "10.1.2.3"))
    for key in (OLD.encode(), NEW.encode(), None):  # nobody elsewhere learns whether a key is right
        with pytest.raises(Forbidden) as caught:
            await verifier.verify(incoming(key, "192.0.2.1"))
        assert caught.value.reason == "address"
    assert verifier.described() == [
        "an API key in x-api-key: web (1 key), which may act for users",
        "only from 10.0.0.0/8, as the connection says",
    ]


def test_both_halves_say_what_they_are_without_the_keys() -> None:
    assert ApiKey(OLD).described() == ["an API key, in the header x-api-key"]
    assert repr(ApiKey(OLD)) == "ApiKey(…)"
    assert VERIFIER.described() == [
        "an API key in x-api-key: web (2 keys), which may act for users",
        "an API key in x-api-key: job (1 key), which may not act for users",
    ]
    assert repr(VERIFIER) == "ApiKeyVerifier(web, job: …)"
    kept = " ".join(str(getattr(VERIFIER, name)) for name in ApiKeyVerifier.__slots__)
    assert not any(key in kept for key in (OLD, NEW, JOB))


@pytest.mark.parametrize("key", ["", "short", "x" * 31, "x" * 40 + " ", "x" * 40 + "\n", "é" * 40, "x" * 40 + ",y"])
def test_a_weak_key_is_refused_and_not_repeated(key: str) -> None:
    for make in (ApiKey, key_hash, lambda key: ApiKeyVerifier({WEB_PRINCIPAL: key})):
        with pytest.raises(ValueError, match="at least 32 visible ASCII characters") as caught:
            make(key)
        assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "detail"),
    [
        ({}, "without any key nobody could call"),
        ({WEB_PRINCIPAL: []}, "a name and at least one key"),
        ({Principal("", may_act_for_users=False): OLD}, "a name and at least one key"),
        ({WEB_PRINCIPAL: [OLD, OLD]}, "a key of web is there twice"),
        ({WEB_PRINCIPAL: [OLD, key_hash(OLD)]}, "a key of web is there twice"),
        ({WEB_PRINCIPAL: OLD, JOB_PRINCIPAL: OLD}, "a key of job is there twice"),
        ({WEB_PRINCIPAL: "sha256:" + "A" * 64}, "64 digits of lower-case hexadecimal"),
        ({WEB_PRINCIPAL: "sha256:" + "0" * 63}, "64 digits of lower-case hexadecimal"),
        ({WEB_PRINCIPAL: "sha256:a-key-that-starts-like-a-hash-0123"}, "64 digits of lower-case hexadecimal"),
    ],
)
def test_a_table_of_keys_that_makes_no_sense_is_refused(keys: dict[Principal, Any], detail: str) -> None:
    with pytest.raises(ValueError, match=detail) as caught:
        ApiKeyVerifier(keys)
    assert OLD not in str(caught.value)


@pytest.mark.parametrize("header", ["", "x api key", "Authorization", "host", "x-switchover-caller", "x-é", "a:b"])
def test_a_header_that_means_something_else_is_refused(header: str) -> None:
    for make in (lambda: ApiKey(OLD, header), lambda: ApiKeyVerifier({WEB_PRINCIPAL: OLD}, header=header)):
        with pytest.raises(ValueError, match="is no header for a key"):
            make()
