"""Which keys are believed, and for what."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.signing import SigningKey, base64url
from switchover.trust.oidc import FixedKeys
from switchover.trust.oidc.key_set import MAX_KEYS, KeySet
from switchover.trust.oidc.token import ALGORITHMS
from switchover.trust.oidc.untrusted import Untrusted
from switchover.trust.oidc.verification_key import read_key
from unit.trust.oidc.tokens import ABSENT, key

DATA = b"what is signed"
RSA_NAMES = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}


def changed(jwk: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**jwk, **changes}.items() if value is not ABSENT}


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS - {"EdDSA"}))
def test_a_key_is_for_one_algorithm(algorithm: str) -> None:
    signing = key(algorithm)
    found = read_key(signing.public_jwk)
    assert found.algorithms == {algorithm}
    signature = signing.signature(DATA)
    assert found.is_signature(signature, DATA, algorithm)
    assert not found.is_signature(signature, DATA + b".", algorithm)
    assert not found.is_signature(signature[:-1], DATA, algorithm)
    assert not found.is_signature(bytes([signature[0] ^ 1]) + signature[1:], DATA, algorithm)
    assert not found.is_signature(b"", DATA, algorithm)
    assert not found.is_signature(bytes(len(signature)), DATA, algorithm)


@pytest.mark.parametrize(
    ("algorithm", "names"),
    [("RS256", RSA_NAMES), ("ES256", {"ES256"}), ("ES384", {"ES384"}), ("Ed25519", {"Ed25519", "EdDSA"})],
)
def test_a_key_that_does_not_say_is_for_that_of_its_kind(algorithm: str, names: set[str]) -> None:
    assert read_key(changed(key(algorithm).public_jwk, alg=ABSENT)).algorithms == names


@pytest.mark.parametrize("algorithm", sorted(RSA_NAMES))
def test_an_rsa_key_that_does_not_say_checks_each_algorithm_by_its_own_rules(algorithm: str) -> None:
    signing = key(algorithm)
    found = read_key(changed(signing.public_jwk, alg=ABSENT))
    signature = signing.signature(DATA)
    assert [name for name in found.algorithms if found.is_signature(signature, DATA, name)] == [algorithm]
    assert not found.is_signature(signature, DATA, "ES256")


def test_ed25519_may_have_its_older_name() -> None:
    assert read_key(changed(key("Ed25519").public_jwk, alg="EdDSA")).algorithms == {"EdDSA"}


def test_a_signature_of_another_hash_or_padding_is_none() -> None:
    signing = key("RS256")
    for algorithm in ("RS384", "PS256"):
        other = read_key(changed(signing.public_jwk, alg=algorithm))
        assert not other.is_signature(signing.signature(DATA), DATA, algorithm)


RSA, EC, ED = "RS256", "ES256", "Ed25519"


@pytest.mark.parametrize(
    ("algorithm", "changes", "reason"),
    [
        (RSA, {"use": "enc"}, "key_use"),
        (RSA, {"use": ["sig"]}, "key_use"),
        (RSA, {"use": None}, "key_use"),
        (RSA, {"key_ops": ["sign"]}, "key_use"),
        (RSA, {"key_ops": ["verify", "encrypt"]}, "key_use"),
        (RSA, {"key_ops": ["verify", "verify"]}, "key_use"),
        (RSA, {"key_ops": []}, "key_use"),
        (RSA, {"key_ops": "verify"}, "key_use"),
        (RSA, {"d": "AQ"}, "key_private"),
        (EC, {"d": "AQ"}, "key_private"),
        (RSA, {"k": "AQ"}, "key_private"),
        (RSA, {"kty": "oct"}, "key_unusable"),
        (RSA, {"kty": "EC"}, "key_unusable"),
        (RSA, {"kty": ABSENT}, "key_unusable"),
        (RSA, {"kty": ["RSA"]}, "key_unusable"),
        (RSA, {"alg": "HS256"}, "key_unusable"),
        (RSA, {"alg": "ES256"}, "key_unusable"),
        (RSA, {"alg": "none"}, "key_unusable"),
        (RSA, {"alg": ["RS256"]}, "key_unusable"),
        (RSA, {"alg": None}, "key_unusable"),
        (RSA, {"n": ABSENT}, "key_unusable"),
        (RSA, {"n": 1}, "key_unusable"),
        (RSA, {"n": ""}, "key_unusable"),
        (RSA, {"n": "é"}, "key_unusable"),
        (RSA, {"n": base64url(b"\xff" * 1025)}, "key_weak"),
        (RSA, {"n": base64url(b"\xff" * 255)}, "key_weak"),
        (RSA, {"n": base64url(b"\0" + b"\xff" * 256)}, "key_unusable"),
        (RSA, {"n": base64url(b"\xff" * 255 + b"\xfe")}, "key_weak"),
        (RSA, {"e": "Aw"}, "key_weak"),
        (RSA, {"e": base64url((2**32 + 1).to_bytes(5))}, "key_weak"),
        (RSA, {"e": base64url((2**16 + 2).to_bytes(3))}, "key_unusable"),
        (EC, {"crv": "secp256k1"}, "key_unusable"),
        (EC, {"crv": "P-384"}, "key_unusable"),
        (EC, {"crv": ABSENT}, "key_unusable"),
        (EC, {"alg": "ES384"}, "key_unusable"),
        (EC, {"x": base64url(bytes(32))}, "key_unusable"),
        (EC, {"x": base64url(bytes(31))}, "key_unusable"),
        (EC, {"y": ABSENT}, "key_unusable"),
        (ED, {"crv": "X25519"}, "key_unusable"),
        (ED, {"crv": "Ed448"}, "key_unusable"),
        (ED, {"x": base64url(bytes(31))}, "key_unusable"),
        (ED, {"alg": "ES256"}, "key_unusable"),
    ],
)
def test_a_key_for_something_else_or_none_is_refused(algorithm: str, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Untrusted) as caught:
        read_key(changed(key(algorithm).public_jwk, **changes))
    assert caught.value.reason == reason


def test_short_rsa_keys_are_refused() -> None:
    with pytest.raises(Untrusted) as caught:
        read_key(SigningKey.make("short", "RS256", bits=2040).public_jwk)
    assert caught.value.reason == "key_weak"


ANYTHING = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=4), max_size=2)


@given(
    st.sampled_from([RSA, EC, ED]),
    st.dictionaries(
        st.sampled_from(["kty", "crv", "alg", "use", "key_ops", "n", "e", "x", "y", "kid"]), ANYTHING, max_size=3
    ),
)
def test_any_members_make_a_key_or_none(algorithm: str, members: dict[str, Any]) -> None:
    try:
        found = read_key({**key(algorithm).public_jwk, **members})
    except Untrusted:
        return
    assert found.algorithms <= ALGORITHMS


# -- sets of them


def reason_of(keys: KeySet, kid: str) -> str:
    with pytest.raises(Untrusted) as caught:
        keys.find(kid)
    return caught.value.reason


def test_one_key_that_cannot_be_used_does_no_harm_to_the_others() -> None:
    jwk = key().public_jwk
    keys = KeySet({"keys": [jwk, changed(jwk, kid="other", use="enc"), changed(jwk, kid=ABSENT), changed(jwk, kid=7)]})
    assert keys.find("rs256").algorithms == {"RS256"}
    assert reason_of(keys, "other") == "key_use"
    assert reason_of(keys, "7") == "key_unknown"
    assert ("rs256" in keys, "other" in keys, "7" in keys) == (True, True, False)
    assert keys.unusable() == {"other": "key_use"}


def test_two_keys_of_one_name_are_neither() -> None:
    one, other = key().public_jwk, changed(key("ES256").public_jwk, kid="rs256")
    stranger = changed(SigningKey.make("rs256", "RS256").public_jwk)
    faulty = changed(one, d="AQ")
    for listed in (
        [one, other],
        [other, one],
        [one, other, one],
        [one, stranger],
        [one, one, stranger],
        [one, faulty],
        [faulty, one],
        [one, changed(one, alg="PS256")],
    ):
        assert reason_of(KeySet({"keys": listed}), "rs256") == "key_ambiguous"


def test_the_same_key_twice_is_one() -> None:
    one = key().public_jwk
    for listed in ([one, one], [one, changed(one, x5c=["a certificate"], x5t="a")]):
        assert KeySet({"keys": listed}).find("rs256").algorithms == {"RS256"}
        assert KeySet({"keys": listed}).unusable() == {}


@pytest.mark.parametrize(
    "beside",
    [
        {"use": "enc"},
        {"use": "enc", "alg": "RSA-OAEP"},
        {"use": ABSENT, "alg": "RSA-OAEP-256"},
        {"kty": "oct", "k": "AQ"},
        {"kty": "AKP"},
        {"kty": "EC", "crv": "secp256k1", "alg": "ES256K"},
        {"kty": "OKP", "crv": "X25519", "alg": ABSENT},
    ],
)
def test_a_key_for_something_else_does_not_make_a_name_ambiguous(beside: dict[str, Any]) -> None:
    one = key().public_jwk
    for listed in ([one, changed(one, **beside)], [changed(one, **beside), one]):
        assert KeySet({"keys": listed}).find("rs256").algorithms == {"RS256"}
        assert FixedKeys({"keys": listed}).current is not None
    alone = KeySet({"keys": [changed(one, **beside)]})
    assert "rs256" in alone
    assert reason_of(alone, "rs256") in ("key_use", "key_private", "key_unusable")
    with pytest.raises(ValueError, match="may not be used: rs256"):
        FixedKeys({"keys": [changed(one, **beside)]})


@pytest.mark.parametrize(
    "document", [{}, {"keys": None}, {"keys": {}}, {"keys": ["a"]}, {"keys": [{}] * (MAX_KEYS + 1)}]
)
def test_what_is_no_key_set_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a key set is"):
        KeySet(document)


async def test_keys_may_be_configured() -> None:
    keys = FixedKeys({"keys": [key().public_jwk]})
    assert (await keys.key("rs256")).algorithms == {"RS256"}
    assert keys.described() == ["keys: as configured; a new one takes a new configuration"]


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ([], "the key set is empty"),
        ([changed(key().public_jwk, kid=ABSENT)], "needs an identifier"),
        ([key().private_jwk], r"may not be used: rs256 \(key_private\)"),
        (
            [key().public_jwk, changed(key("PS256").public_jwk, kid="rs256")],
            r"may not be used: rs256 \(key_ambiguous\)",
        ),
    ],
)
def test_configured_keys_are_right_or_nothing_starts(listed: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FixedKeys({"keys": listed})
