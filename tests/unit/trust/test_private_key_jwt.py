"""A JWT that a service issues to itself, as a foreign library reads it."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from jwt.algorithms import get_default_algorithms

from support.clock import OwnedClock
from switchover import PrivateKeyJwt
from switchover.port.wire import WireRequest
from switchover.trust.signing_key import SigningKey

CALL = WireRequest("GET", "/")
KEYS: dict[str, Any] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "RS256": rsa.generate_private_key(65537, 2048),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
}
PLAIN = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def source_of(key: Any, **given: Any) -> PrivateKeyJwt:
    return PrivateKeyJwt(key, **{"issuer": "shop", "audience": "diary", **given})


def token_of(source: PrivateKeyJwt) -> str:
    [(name, value)] = source.headers(CALL)
    assert name == "authorization"
    return value.removeprefix("Bearer ")


def believed(token: str, jwks: str, algorithm: str) -> dict[str, Any]:
    """What a library of somebody else's believes of it, given nothing but the key set."""
    [published] = json.loads(jwks)["keys"]
    assert (published["alg"], published["use"]) == (algorithm, "sig")
    assert published["kid"] == jwt.get_unverified_header(token)["kid"]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(published)
    reader = jwt.PyJWS(algorithms=[])
    reader.register_algorithm(algorithm, get_default_algorithms()["EdDSA" if algorithm == "Ed25519" else algorithm])
    key = jwt.PyJWK.from_dict({**published, "alg": "EdDSA" if algorithm == "Ed25519" else algorithm})
    claims = json.loads(reader.decode(token, key.key, algorithms=[algorithm]))
    assert isinstance(claims, dict)
    return claims


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize("is_text", [True, False])
async def test_the_verifying_side_needs_nothing_but_the_key_set(algorithm: str, is_text: bool) -> None:
    clock = OwnedClock()
    key = KEYS[algorithm].private_bytes(*PLAIN).decode() if is_text else KEYS[algorithm]
    source = source_of(key, subject="shop-web", clock=clock)
    assert source.is_ready()
    await source.refresh()
    source.refresh_blocking()
    claims = believed(token_of(source), source.jwks(), algorithm)
    assert len(claims.pop("jti")) >= 16
    now = int(clock.now)
    assert claims == {"iss": "shop", "sub": "shop-web", "aud": "diary", "iat": now, "exp": now + 300}
    assert jwt.get_unverified_header(token_of(source))["alg"] == algorithm


def test_the_issuer_is_the_subject_unless_another_is_said() -> None:
    source = source_of(KEYS["ES256"])
    assert believed(token_of(source), source.jwks(), "ES256")["sub"] == "shop"


def test_a_token_is_used_for_three_quarters_of_its_life() -> None:
    clock = OwnedClock(1_800_000_000.9)
    source = source_of(KEYS["Ed25519"], lifetime_seconds=100, clock=clock)
    first = token_of(source)
    clock.passes(74)
    assert token_of(source) == first
    clock.passes(1)
    second = token_of(source)
    assert second != first
    clock.passes(-100)
    third = token_of(source)
    assert third not in (first, second)
    ids = [believed(token, source.jwks(), "Ed25519")["jti"] for token in (first, second, third)]
    assert len(set(ids)) == 3


def test_many_threads_use_one_token() -> None:
    together = threading.Barrier(8)

    def clock() -> float:
        together.wait(20)  # all of them find that there is no token yet
        return 1_800_000_000.0

    source = source_of(KEYS["RS256"], clock=clock)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: token_of(source), range(8)))) == 1


def test_the_key_is_named_by_its_thumbprint_or_as_one_likes() -> None:
    # RFC 8037, appendix A.3
    public = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    jwk = SigningKey.of(key).public_jwk()
    assert (jwk["x"], jwk["kid"]) == (public, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    assert json.loads(source_of(key, kid="2026-11").jwks())["keys"][0]["kid"] == "2026-11"


def test_it_says_what_it_is_without_the_key() -> None:
    pem = KEYS["ES256"].private_bytes(*PLAIN).decode()
    source = source_of(pem, kid="k")
    assert source.described() == ["a JWT of its own, ES256, good for 300 s: issuer shop, subject shop, audience diary"]
    assert repr(source) == "PrivateKeyJwt(SigningKey(ES256, kid='k'), issuer='shop', …)"


@pytest.mark.parametrize(
    "given",
    [{"issuer": ""}, {"audience": ""}, {"subject": ""}, {"lifetime_seconds": 9}, {"lifetime_seconds": 3601}],
)
def test_names_and_lifetime_have_to_make_sense(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"have to be said|10 to 3600 seconds"):
        source_of(KEYS["ES256"], **given)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "secret",
        KEYS["ES256"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
        KEYS["ES256"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 1024),
        KEYS["ES256"].public_key(),
        None,
    ],
)
def test_a_key_that_cannot_be_used_is_refused_and_not_repeated(key: Any) -> None:
    with pytest.raises(ValueError, match=r"P-256 \(ES256\), RSA of at least 2048 bits") as caught:
        source_of(key)
    assert "secret" not in str(caught.value)
