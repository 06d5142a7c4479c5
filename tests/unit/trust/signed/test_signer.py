"""The calling side: what is sent, what it covers, and what is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from switchover import MessageSigner
from switchover.errors import InvalidRequest
from switchover.port.wire import WireRequest
from switchover.trust.signed.fields import read_signature_inputs
from switchover.trust.signed.signer import fresh_nonce
from unit.trust.signed.messages import BASE_URL, ED25519, GET, NOW, POST, SECRET, Clock, signer


def test_a_request_is_signed_with_everything_that_is_asked() -> None:
    headers = dict(signer().headers(POST))
    assert list(headers) == ["content-digest", "signature-input", "signature"]
    [(label, given)] = read_signature_inputs(headers["signature-input"]).items()
    assert label == "s"
    assert given.components == (
        '"@method"',
        '"@target-uri"',
        '"content-digest"',
        '"content-type"',
        '"x-switchover-caller"',
        '"idempotency-key"',
        '"authorization"',
        '"x-color"',
    )
    assert given.parameters == {
        "created": NOW,
        "expires": NOW + 30,
        "nonce": "nonce-0",
        "keyid": "ed",
        "alg": "ed25519",
        "tag": "switchover",
    }


def test_a_request_without_a_body_has_the_digest_of_none() -> None:
    headers = dict(signer().headers(GET))
    assert headers["content-digest"] == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    given = read_signature_inputs(headers["signature-input"])["s"]
    assert given.components == ('"@method"', '"@target-uri"', '"content-digest"')


def test_each_time_is_another_signature() -> None:
    clock = Clock(NOW + 0.9)
    made = signer(clock=clock, lifetime_seconds=5, nonce=fresh_nonce)
    first, second = (dict(made.headers(GET)) for _ in range(2))
    assert first["signature-input"] != second["signature-input"]
    clock.now += 60
    given = read_signature_inputs(dict(made.headers(GET))["signature-input"])["s"]
    assert (given.parameters["created"], given.parameters["expires"]) == (NOW + 60, NOW + 65)
    assert len({fresh_nonce() for _ in range(100)}) == 100
    assert all(len(fresh_nonce()) == 22 for _ in range(100))


def test_names_and_ids_are_written_so_that_they_can_be_read() -> None:
    headers = dict(signer("ed", key=ED25519, key_id='a "b" \\c').headers(WireRequest("GET", "/", [("X-Color", "red")])))
    given = read_signature_inputs(headers["signature-input"])["s"]
    assert given.parameters["keyid"] == 'a "b" \\c'
    assert given.components[-1] == '"x-color"'


async def test_there_is_nothing_to_fetch() -> None:
    source = signer()
    assert source.is_ready()
    source.refresh_blocking()
    await source.refresh()


def test_it_says_what_it_does_without_the_key() -> None:
    assert signer().described() == [
        "a signature of each request (RFC 9421): key ed, ed25519, for https://diary.internal, each good for 30 s"
    ]
    assert repr(signer("hmac")) == "MessageSigner(hmac-sha256, key_id='hmac', base_url='https://diary.internal', …)"


@pytest.mark.parametrize("name", ["signature", "Signature-Input", "content-digest"])
def test_a_request_that_is_signed_already_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match=f"header.{name.lower()} is written by what signs"):
        signer().headers(WireRequest("GET", "/", [(name, "x")]))


@pytest.mark.parametrize("value", ["a\nb", "é", "\x00"])
def test_a_header_that_is_not_one_line_of_ascii_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(InvalidRequest, match="one line of ASCII") as caught:
        signer().headers(WireRequest("GET", "/", [("x-color", value)]))
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"key": b"short"}, "at least 32 bytes"),
        ({"key_id": ""}, "a key id is not empty"),
        ({"key_id": "schlüssel"}, "ASCII"),
        ({"base_url": "unix:/run/s"}, "scheme, host and path alone"),
        ({"lifetime_seconds": 0}, "at least 1 second"),
    ],
)
def test_what_could_never_sign_is_refused_at_once(changed: dict[str, Any], what: str) -> None:
    made: dict[str, Any] = {"key": SECRET, "key_id": "k", "base_url": BASE_URL, **changed}
    with pytest.raises(ValueError, match=what):
        MessageSigner(made.pop("key"), **made)
