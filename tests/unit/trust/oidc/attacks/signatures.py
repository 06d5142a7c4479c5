"""Tokens whose signature is none, or another's, or of another kind."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from cryptography.hazmat.primitives import serialization

from support.signing import SigningKey, base64url, compact_json
from unit.trust.oidc.attacks.rows import Rows, bearer, unsigned
from unit.trust.oidc.tokens import claims, key


def _without_signature() -> Rows:
    right = key().token(claims()).rpartition(".")[2]
    for name in ("none", "None", "NONE", "nOnE", "none ", "\u0000none", "", "null", "NULL", "nonee", "ｎｏｎｅ"):
        for signature in ("", right):
            header: dict[str, Any] = {"alg": name, "typ": "at+jwt", "kid": "rs256"}
            yield f"alg {name!r} {bool(signature)}", "algorithm", bearer(unsigned(header, signature))
    for value in (None, True, 0, [], ["none"], ["RS256"], {"alg": "none"}):
        header = {"alg": value, "typ": "at+jwt", "kid": "rs256"}
        yield f"alg of type {value!r}", "algorithm", bearer(unsigned(header, right))
    yield "no alg", "algorithm", bearer(unsigned({"typ": "at+jwt", "kid": "rs256"}, right))
    yield "signature left out", "signature", bearer(key().token(claims()).rpartition(".")[0] + ".")
    yield "signature cut off", "malformed", bearer(key().token(claims()).rpartition(".")[0])
    for algorithm, zeros in (("RS256", 256), ("ES256", 64), ("Ed25519", 64), ("PS256", 256)):
        header = {"alg": algorithm, "typ": "at+jwt", "kid": algorithm.lower()}
        yield f"{algorithm} of zeros", "signature", bearer(unsigned(header, base64url(bytes(zeros))))
        yield f"{algorithm} of nothing", "signature", bearer(unsigned(header, ""))
    # ECDSA with r and s the order of the curve, or one of them zero
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    es256 = {"alg": "ES256", "typ": "at+jwt", "kid": "es256"}
    for r, s in ((order, order), (1, 0), (0, 1), (order, 1)):
        signature = base64url(r.to_bytes(32) + s.to_bytes(32))
        yield f"ES256 r={r} s={s}", "signature", bearer(unsigned(es256, signature))
    der = base64url(key("ES256").private.sign(b"x", _ecdsa()))
    yield "ES256 in DER", "signature", bearer(unsigned(es256, der))


def _ecdsa() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    return ec.ECDSA(SHA256())


def _confused() -> Rows:
    """The public key as the secret of an HMAC, in every form it is published in; and keys used as what they are not."""
    public = key().private.public_key()
    encodings, formats = serialization.Encoding, serialization.PublicFormat
    secrets = {
        "pem": public.public_bytes(encodings.PEM, formats.SubjectPublicKeyInfo),
        "pem, stripped": public.public_bytes(encodings.PEM, formats.SubjectPublicKeyInfo).strip(),
        "pkcs1": public.public_bytes(encodings.PEM, formats.PKCS1),
        "der": public.public_bytes(encodings.DER, formats.SubjectPublicKeyInfo),
        "jwk": compact_json(key().public_jwk),
        "n": key().public_jwk["n"].encode(),
        "nothing": b"",
    }
    for form, secret in secrets.items():
        for name, digest in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384), ("hs256", hashlib.sha256)):
            signed = unsigned({"alg": name, "typ": "at+jwt", "kid": "rs256"})[:-1]
            signature = base64url(hmac.new(secret, signed.encode(), digest).digest())
            yield f"{name} with {form}", "algorithm", bearer(f"{signed}.{signature}")
    signed = unsigned({"alg": "RS256", "typ": "at+jwt", "kid": "rs256"})[:-1]
    mac = base64url(hmac.new(secrets["pem"], signed.encode(), hashlib.sha256).digest())
    yield "an HMAC called RS256", "signature", bearer(f"{signed}.{mac}")
    for claimed in ("RS384", "PS256", "ES256", "Ed25519", "EdDSA"):
        yield f"RS256 key as {claimed}", "algorithm", bearer(key().token(claims(), {"alg": claimed}))
    for claimed in ("rs256", "RS256 ", "Rs256", "RS-256", "RSA", "ES256K", "RS1"):
        yield f"RS256 spelled {claimed!r}", "algorithm", bearer(key().token(claims(), {"alg": claimed}))
    for other in ("ES256", "Ed25519", "PS256"):
        yield f"kid of RS256, signed by {other}", "algorithm", bearer(key(other).token(claims(), {"kid": "rs256"}))
    yield "kid of PS256, signed by RS256", "algorithm", bearer(key().token(claims(), {"kid": "ps256"}))
    stranger = SigningKey.make("rs256", "RS256")
    yield "another key of the same name", "signature", bearer(stranger.token(claims()))


def rows() -> Rows:
    """All of them."""
    yield from _without_signature()
    yield from _confused()
