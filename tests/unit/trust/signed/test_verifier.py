"""The serving side: what is signed comes in once, and everything else is refused in the same words."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover import NonceMemory, SigningKey
from switchover.errors import PayloadTooLarge, Unauthenticated
from switchover.port.wire import WireRequest
from switchover.trust import Principal
from switchover.trust.signed import Claim
from switchover.trust.signed.signer import fresh_nonce
from unit.trust.signed.messages import (
    ED25519,
    GET,
    KEYS,
    NOW,
    OTHER_ED25519,
    POST,
    PRIVATE,
    SECRET,
    Clock,
    Message,
    reason,
    signed,
    signer,
    verifier,
)


@pytest.mark.parametrize("request_", [GET, POST])
@pytest.mark.parametrize("key_id", PRIVATE)
async def test_what_is_signed_comes_in(key_id: str, request_: WireRequest) -> None:
    message = signed(request_, signer(key_id))
    by = verifier()
    assert by.is_addressed(message.incoming())
    assert await by.verify(message.incoming()) == Principal("web", may_act_for_users=True)


async def test_a_key_says_whose_it_is_and_what_it_may() -> None:
    keys = {**KEYS, "job": SigningKey("job", False, OTHER_ED25519.public_key())}
    message = signed(POST, signer("job", key=OTHER_ED25519))
    assert await verifier(keys=keys).verify(message.incoming()) == Principal("job", may_act_for_users=False)


TOKEN = st.text("abcdefghij-1_.!", min_size=1, max_size=8)
VISIBLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
REQUESTS = st.builds(
    WireRequest,
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
    st.text("abc/%2F?&=.;~+é:@").map(lambda text: "/" + text.replace("é", "%C3%A9")),
    st.lists(st.tuples(TOKEN.map("x-{}".format), VISIBLE), max_size=4, unique_by=lambda pair: pair[0]),
    st.none() | st.binary(max_size=200),
)
BY_ED, BY_HMAC = signer("ed", nonce=fresh_nonce), signer("hmac", nonce=fresh_nonce)
ROUND_TRIPS = verifier()


@given(REQUESTS, st.sampled_from([BY_ED, BY_HMAC]))
async def test_whatever_is_asked_comes_in_as_it_was_signed(request_: WireRequest, by: Any) -> None:
    assert (await ROUND_TRIPS.verify(signed(request_, by).incoming())).name == "web"


@given(REQUESTS, REQUESTS, st.data())
async def test_a_signature_is_good_for_the_request_it_was_made_for_alone(
    one: WireRequest, other: WireRequest, data: st.DataObject
) -> None:
    part = data.draw(st.sampled_from(["method", "target", "body"]))
    message = signed(one, BY_HMAC)
    moved = message.changed(**{part: getattr(other, part) or (b"" if part == "body" else "")})
    if moved == message:
        await ROUND_TRIPS.verify(moved.incoming())
    else:
        assert await reason(moved, ROUND_TRIPS) == ("digest" if part == "body" else "signature")


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "method": ({"method": "PUT"}, "signature"),
    "method in small letters": ({"method": "post"}, "signature"),
    "path": ({"target": "/api/trips/2/entries?b=2&a=%2F1"}, "signature"),
    "trailing slash": ({"target": "/api/trips/1/entries/?b=2&a=%2F1"}, "signature"),
    "query": ({"target": "/api/trips/1/entries?b=3&a=%2F1"}, "signature"),
    "query order": ({"target": "/api/trips/1/entries?a=%2F1&b=2"}, "signature"),
    "query left out": ({"target": "/api/trips/1/entries"}, "signature"),
    "case of percent-encoding": ({"target": "/api/trips/1/entries?b=2&a=%2f1"}, "signature"),
    "percent-encoding undone": ({"target": "/api/trips/1/entries?b=2&a=/1"}, "signature"),
    "percent-encoding added": ({"target": "/api/trips/%31/entries?b=2&a=%2F1"}, "signature"),
    "line feed in the target": ({"target": "/api/trips/1/entries?b=2&a=%2F1\n"}, "components"),
    "body": ({"body": b'{"text":"Mass."}'}, "digest"),
    "body left out": ({"body": b""}, "digest"),
    "digest": ({"content_digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"}, "signature"),
    "body and digest": (
        {"body": b"", "content_digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"},
        "signature",
    ),
    "digest left out": ({"content_digest": None}, "components"),
    "caller": ({"x_switchover_caller": "eyJ1c2VyIjoiYmVuIn0"}, "signature"),
    "caller left out": ({"x_switchover_caller": None}, "components"),
    "idempotency key": ({"idempotency_key": "key-2"}, "signature"),
    "idempotency key left out": ({"idempotency_key": None}, "components"),
    "authorization": ({"authorization": "Bearer another"}, "signature"),
    "authorization left out": ({"authorization": None}, "components"),
    "content type": ({"content_type": "text/plain"}, "signature"),
    "content type left out": ({"content_type": None}, "components"),
    "header of the contract": ({"x_color": "blue"}, "signature"),
    "header of the contract left out": ({"x_color": None}, "components"),
    "header with a line feed": ({"x_color": "red\n"}, "components"),
    "header that is no ASCII": ({"x_color": "réd"}, "components"),
    "cookie added": ({"cookie": "theme=dark"}, "components"),
    "signature left out": ({"signature": None}, "missing"),
    "input left out": ({"signature_input": None}, "missing"),
    "both left out": ({"signature_input": None, "signature": None}, "missing"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_was_changed_on_the_way_is_refused(change: str) -> None:
    parts, why = CHANGES[change]
    by, message = verifier(), signed()
    assert await reason(message.changed(**parts), by) == why
    assert (await by.verify(message.incoming())).name == "web"


@pytest.mark.parametrize(
    "added", ["authorization", "content-type", "cookie", "x-switchover-caller", "idempotency-key", "x-flavour"]
)
async def test_a_header_that_decides_something_cannot_be_added(added: str) -> None:
    by, message = verifier(covered=["X-Flavour"]), signed(GET)
    assert await reason(message.changed(**{added.replace("-", "_"): "x"}), by) == "components"
    assert (await by.verify(message.incoming())).name == "web"


async def test_what_a_proxy_may_change_does_not_matter() -> None:
    message = signed().changed(traceparent="00-1-2-3", tracestate="a=b", accept="*/*", via="1.1 gate", host="elsewhere")
    assert (await verifier().verify(message.incoming())).name == "web"


async def test_spaces_around_a_value_do_not_matter() -> None:
    message = signed(replace(POST, headers=[*POST.headers, ("x-padded", " a  b\t")]))
    assert (await verifier().verify(message.changed(x_padded="a  b").incoming())).name == "web"


async def test_a_header_that_is_there_twice_is_signed_as_one() -> None:
    by = signer()
    twice = replace(GET, headers=[("x-color", "red "), ("x-color", "blue")])
    proof = dict(by.headers(twice))
    message = Message("GET", twice.target, {"x-color": "red, blue", **proof}, b"")
    assert (await verifier().verify(message.incoming())).name == "web"


# -- when and how often


@pytest.mark.parametrize(("off", "why"), [(29, ""), (30, ""), (31, "not_yet"), (30.5, "not_yet")])
async def test_the_callers_clock_may_be_ahead_by_the_leeway(off: float, why: str) -> None:
    by, message = verifier(clock=Clock(NOW - off)), signed()
    if why:
        assert await reason(message, by) == why
    else:
        await by.verify(message.incoming())


@pytest.mark.parametrize(("off", "why"), [(29, ""), (30, ""), (31, "expired"), (30.5, "expired")])
async def test_a_signature_may_be_over_by_the_leeway(off: float, why: str) -> None:
    by, message = verifier(clock=Clock(NOW + 30 + off)), signed()
    if why:
        assert await reason(message, by) == why
    else:
        await by.verify(message.incoming())


async def test_without_leeway_the_clocks_have_to_agree() -> None:
    assert await reason(signed(), verifier(clock=Clock(NOW - 1), leeway_seconds=0)) == "not_yet"
    assert await reason(signed(), verifier(clock=Clock(NOW + 31), leeway_seconds=0)) == "expired"
    await verifier(clock=Clock(NOW + 30), leeway_seconds=0).verify(signed().incoming())


async def test_a_signature_may_not_claim_to_be_good_for_long() -> None:
    await verifier().verify(signed(by=signer(lifetime_seconds=60)).incoming())
    assert await reason(signed(by=signer(lifetime_seconds=61))) == "lifetime"
    assert await reason(signed(by=signer(lifetime_seconds=11)), verifier(max_age_seconds=10)) == "lifetime"


async def test_a_request_comes_in_once() -> None:
    clock = Clock()
    by, message = verifier(clock=clock), signed()
    await by.verify(message.incoming())
    for passed in (0, 29, 60):
        clock.now = NOW + passed
        assert await reason(message, by) == "replayed"
    clock.now = NOW + 61
    assert await reason(message, by) == "expired"


async def test_a_replay_is_refused_before_its_body_is_read() -> None:
    by, message = verifier(), signed()
    await by.verify(message.incoming())
    again = message.changed()
    assert await reason(again, by) == "replayed"
    assert again.reads == []


async def test_a_body_that_was_changed_does_not_use_up_the_nonce_of_the_true_request() -> None:
    by, message = verifier(), signed()
    for body in (b"", b"{}", message.body + b" "):
        assert await reason(message.changed(body=body), by) == "digest"
    await by.verify(message.incoming())
    assert await reason(message, by) == "replayed"


async def test_a_body_that_is_still_on_its_way_does_not_hold_the_nonce() -> None:
    by, message, gate = verifier(), signed(), asyncio.Event()

    async def slowly() -> bytes:
        await gate.wait()
        return b"{}"

    held = asyncio.create_task(by.verify(replace(message.incoming(), body=slowly)))
    await asyncio.sleep(0)
    await by.verify(message.incoming())
    gate.set()
    with pytest.raises(Unauthenticated):
        await held


async def test_of_two_true_requests_at_the_same_time_one_comes_in() -> None:
    by, message, gate = verifier(), signed(), asyncio.Event()

    async def slowly() -> bytes:
        await gate.wait()
        return message.body

    incoming = replace(message.incoming(), body=slowly)
    both = [asyncio.create_task(by.verify(incoming)) for _ in range(2)]
    await asyncio.sleep(0)
    gate.set()
    found = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["Principal", "Unauthenticated"]


async def test_a_signature_that_ends_while_its_body_arrives_is_refused() -> None:
    clock = Clock()
    by, message = verifier(clock=clock), signed()

    async def late() -> bytes:
        clock.now = NOW + 61
        return message.body

    with pytest.raises(Unauthenticated) as caught:
        await by.verify(replace(message.incoming(), body=late))
    assert caught.value.reason == "expired"


async def test_nonces_that_cannot_be_looked_up_still_take_a_message_once() -> None:
    class Plain:
        """Nonces of a team's own, with `claim` alone."""

        def __init__(self) -> None:
            self.memory = NonceMemory()

        async def claim(self, key_id: str, nonce: str, *, until: float, now: float) -> Claim:
            return await self.memory.claim(key_id, nonce, until=until, now=now)

    by, message = verifier(nonces=Plain()), signed()
    assert await reason(message.changed(body=b"{}"), by) == "digest"
    await by.verify(message.incoming())
    assert await reason(message, by) == "replayed"


FOREIGN = [
    'sig1=("@method" "@authority");created=1.5;alg="ed25519"',
    "sig1=();seen=@1659578233;tag=other",
    'sig1=("date");note=%"caf%c3%a9"',
    'sig1=("x";sf=?1);ok=?1;no=?0',
]


@pytest.mark.parametrize("foreign", FOREIGN)
async def test_a_foreign_signature_beside_ours_does_not_matter(foreign: str) -> None:
    message = signed()
    given, signature = message.headers["signature-input"], message.headers["signature"]
    for inputs, signatures in (
        (f"{foreign}, {given}", f"sig1=:AAEC:, {signature}"),
        (f"{given}, {foreign}", f"{signature}, sig1=:AAEC:"),
    ):
        both = message.changed(signature_input=inputs, signature=signatures)
        assert (await verifier().verify(both.incoming())).name == "web"
        assert await reason(both.changed(method="PUT")) == "signature"


@pytest.mark.parametrize("foreign", FOREIGN)
async def test_a_foreign_signature_alone_lets_nobody_in(foreign: str) -> None:
    message = signed().changed(signature_input=foreign, signature="sig1=:AAEC:")
    assert await reason(message) == "missing"


@pytest.mark.parametrize("value", ["1.5", "@1795000000", '%"1795000000"', "?1"])
@pytest.mark.parametrize("name", ["created", "expires", "nonce", "keyid", "alg"])
async def test_our_own_parameters_are_of_their_types(name: str, value: str) -> None:
    message = signed()
    given = re.sub(rf';{name}=("[^"]*"|[0-9]+)', f";{name}={value}", message.headers["signature-input"])
    assert value in given
    assert await reason(message.changed(signature_input=given)) == "parameters"


async def test_nonces_that_nobody_vouches_for_take_no_place() -> None:
    by, made = verifier(nonces=NonceMemory(1)), signer()
    forged = signed(by=made).changed(method="PUT")
    assert await reason(forged, by) == "signature"
    await by.verify(signed(by=made).incoming())
    assert await reason(signed(by=made), by) == "nonces_full"


# -- whose key


async def test_an_unknown_key_and_a_wrong_one_get_the_same_answer() -> None:
    message = signed(by=signer(key=OTHER_ED25519))
    assert await reason(message) == "signature"
    assert await reason(signed(by=signer("nobody", key=OTHER_ED25519))) == "unknown_key"
    assert await reason(signed(by=signer("nobody", key=ED25519))) == "unknown_key"
    assert await reason(signed(by=signer("hmac", key=SECRET + b"."))) == "signature"


@pytest.mark.parametrize("algorithm", ["ed25519", "hmac-sha256", "rsa-v1_5-sha256", "none", "HMAC-SHA256", ""])
@pytest.mark.parametrize("key_id", PRIVATE)
async def test_a_message_does_not_choose_its_algorithm(key_id: str, algorithm: str) -> None:
    made = signer(key_id)
    made._suffix = f';keyid="{key_id}";alg="{algorithm}";tag="switchover"'
    if algorithm == made._key.algorithm:
        await verifier().verify(signed(by=made).incoming())
    else:
        assert await reason(signed(by=made)) == "algorithm"


async def test_a_public_key_is_no_secret() -> None:
    """HMAC by the public key's bytes, under the key id of a key pair."""
    raw = ED25519.public_key().public_bytes_raw()
    made = signer("ed", key=raw)
    assert await reason(signed(by=made)) == "algorithm"
    made._suffix = made._suffix.replace("hmac-sha256", "ed25519")
    assert await reason(signed(by=made)) == "signature"


async def test_what_reading_the_body_raises_is_passed_on_and_only_to_those_who_signed() -> None:
    async def too_large() -> bytes:
        raise PayloadTooLarge("The body may have at most 1 bytes.")

    with pytest.raises(PayloadTooLarge):
        await verifier().verify(replace(signed().incoming(), body=too_large))
    with pytest.raises(Unauthenticated):
        await verifier().verify(replace(signed().changed(method="PUT").incoming(), body=too_large))


# -- what it is made of


def test_it_says_what_it_demands_without_the_keys() -> None:
    keys = {"ed": KEYS["ed"], "job": SigningKey("job", False, SECRET)}
    made = verifier(keys=keys)
    assert made.described() == [
        "a signature of each request (RFC 9421) for https://diary.internal, good for at most 60 s, "
        "clocks apart by at most 30 s, each taken once",
        "signed with key ed, ed25519: web, which may act for users",
        "signed with key job, hmac-sha256: job, which may not act for users",
    ]
    assert repr(made) == "SignedMessageVerifier(['ed', 'job'], base_url='https://diary.internal', …)"
    assert repr(keys["job"]) == "SigningKey(principal='job', may_act_for_users=False)"


def test_it_is_addressed_by_what_is_signed_alone() -> None:
    message = signed()
    assert verifier().is_addressed(message.incoming())
    assert not verifier().is_addressed(message.changed(signature_input=None).incoming())


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"keys": {}}, "at least one key"),
        ({"keys": {"k": SigningKey("web", True, b"short")}}, "key k: a shared secret has at least 32 bytes"),
        ({"base_url": "unix:/run/s"}, "scheme, host and path alone"),
        ({"max_age_seconds": 0.5}, "at least 1"),
        ({"max_age_seconds": float("inf")}, "at least 1"),
        ({"max_age_seconds": float("nan")}, "at least 1"),
        ({"leeway_seconds": -1}, "at least 0"),
        ({"leeway_seconds": float("inf")}, "at least 0"),
        ({"leeway_seconds": float("nan")}, "at least 0"),
    ],
)
def test_what_could_let_nobody_or_everybody_in_is_refused_at_once(changed: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        verifier(**changed)
