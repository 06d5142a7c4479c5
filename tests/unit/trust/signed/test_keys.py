"""Keys: the key says the algorithm, and what is no key or a weak one is refused."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from switchover.trust.signed.keys import signing_key, verifying_key
from unit.trust.signed.messages import ALGORITHMS, ED25519, P256, PRIVATE, RSA, SECRET

SMALL_RSA = rsa.generate_private_key(65537, 1024)
P384 = ec.generate_private_key(ec.SECP384R1())


def private_pem(key: Any, encryption: KeySerializationEncryption | None = None) -> str:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    return pem.decode()


def public_pem(key: Any) -> str:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


@pytest.mark.parametrize("key_id", PRIVATE)
def test_a_key_signs_and_its_other_half_verifies(key_id: str) -> None:
    key = PRIVATE[key_id]
    pairs = [(key, key)] if isinstance(key, bytes) else [(key, key.public_key()), (private_pem(key), public_pem(key))]
    for private, public in pairs:
        signing, verifying = signing_key(private), verifying_key(public)
        assert signing.algorithm == verifying.algorithm == ALGORITHMS[key_id]
        signature = signing.sign(b"text")
        assert verifying.verify(b"text", signature)
        assert not verifying.verify(b"another text", signature)
        for other in (b"", b"\x00" * 64, signature + b"\x00", signature[:-1], b"\xff" * len(signature)):
            assert not verifying.verify(b"text", other)


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (b"", "at least 32 bytes"),
        (b"x" * 31, "at least 32 bytes"),
        (public_pem(RSA).encode(), "a PEM is given as text"),
        (b"\n" + public_pem(ED25519).encode(), "a PEM is given as text"),
        ("a shared secret, given as text, of 32 characters", "a shared secret is given as bytes"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "no PEM that can be read"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "no PEM that can be read"),
    ],
)
def test_what_is_no_key_is_refused_on_either_side(key: Any, what: str) -> None:
    for make in (signing_key, verifying_key):
        with pytest.raises(ValueError, match=what) as caught:
            make(key)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (private_pem(ED25519, BestAvailableEncryption(b"password")), "without a password"),
        (public_pem(ED25519), "no PEM that can be read"),
        (ED25519.public_key(), "with a private key"),
        (ed448.Ed448PrivateKey.generate(), "with a private key: Ed25519"),
        (private_pem(x25519.X25519PrivateKey.generate()), "with a private key: Ed25519"),
        (P384, "P-256"),
        (SMALL_RSA, "at least 2048 bits"),
        (None, "with a private key"),
    ],
)
def test_what_cannot_sign_is_refused(key: Any, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        signing_key(key)


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (private_pem(ED25519), "no PEM that can be read"),
        (ED25519, "with a public key"),
        (public_pem(x25519.X25519PrivateKey.generate()), "with a public key: Ed25519"),
        (P384.public_key(), "P-256"),
        (SMALL_RSA.public_key(), "at least 2048 bits"),
        (None, "with a public key"),
    ],
)
def test_what_cannot_verify_is_refused(key: Any, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        verifying_key(key)


def test_a_key_is_in_no_representation() -> None:
    for made in (signing_key(SECRET), verifying_key(SECRET), signing_key(P256)):
        assert repr(made).count("algorithm=") == 1
        assert "secret" not in repr(made)
        assert "function" not in repr(made)
