"""What has been tried against verifiers of tokens: each by name, with the reason that our counters should see.

A row is the reason, and what the `Authorization` header says.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives import serialization

from support.signing import SigningKey, base64url, compact_json
from unit.trust.oidc.tokens import ABSENT, AUDIENCE, ISSUER, NOW, claims, key

Attack = tuple[str, str]


def attacks() -> dict[str, Attack]:
    """All of them."""
    rows = [
        *_without_signature(),
        *_confused(),
        *_headers(),
        *_kids(),
        *_shapes(),
        *_encodings(),
        *_json(),
        *_claims(),
        *_times(),
        *_strangers(),
    ]
    found = {name: (reason, authorization) for name, reason, authorization in rows}
    assert len(found) == len(rows)
    return found


Rows = Iterator[tuple[str, str, str]]


def _bearer(token: str) -> str:
    return f"Bearer {token}"


def _unsigned(header: dict[str, Any], signature: str = "") -> str:
    return f"{base64url(compact_json(header))}.{base64url(compact_json(claims()))}.{signature}"


def _without_signature() -> Rows:
    right = key().token(claims()).rpartition(".")[2]
    for name in ("none", "None", "NONE", "nOnE", "none ", "\u0000none", "", "null", "NULL", "nonee", "ｎｏｎｅ"):
        for signature in ("", right):
            header: dict[str, Any] = {"alg": name, "typ": "at+jwt", "kid": "rs256"}
            yield f"alg {name!r} {bool(signature)}", "algorithm", _bearer(_unsigned(header, signature))
    for value in (None, True, 0, [], ["none"], ["RS256"], {"alg": "none"}):
        header = {"alg": value, "typ": "at+jwt", "kid": "rs256"}
        yield f"alg of type {value!r}", "algorithm", _bearer(_unsigned(header, right))
    yield "no alg", "algorithm", _bearer(_unsigned({"typ": "at+jwt", "kid": "rs256"}, right))
    yield "signature left out", "signature", _bearer(key().token(claims()).rpartition(".")[0] + ".")
    yield "signature cut off", "malformed", _bearer(key().token(claims()).rpartition(".")[0])
    for algorithm, zeros in (("RS256", 256), ("ES256", 64), ("Ed25519", 64), ("PS256", 256)):
        header = {"alg": algorithm, "typ": "at+jwt", "kid": algorithm.lower()}
        yield f"{algorithm} of zeros", "signature", _bearer(_unsigned(header, base64url(bytes(zeros))))
        yield f"{algorithm} of nothing", "signature", _bearer(_unsigned(header, ""))
    # ECDSA with r and s the order of the curve, or one of them zero
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    es256 = {"alg": "ES256", "typ": "at+jwt", "kid": "es256"}
    for r, s in ((order, order), (1, 0), (0, 1), (order, 1)):
        signature = base64url(r.to_bytes(32) + s.to_bytes(32))
        yield f"ES256 r={r} s={s}", "signature", _bearer(_unsigned(es256, signature))
    der = base64url(key("ES256").private.sign(b"x", _ecdsa()))
    yield "ES256 in DER", "signature", _bearer(_unsigned(es256, der))


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
            signed = _unsigned({"alg": name, "typ": "at+jwt", "kid": "rs256"})[:-1]
            signature = base64url(hmac.new(secret, signed.encode(), digest).digest())
            yield f"{name} with {form}", "algorithm", _bearer(f"{signed}.{signature}")
    signed = _unsigned({"alg": "RS256", "typ": "at+jwt", "kid": "rs256"})[:-1]
    mac = base64url(hmac.new(secrets["pem"], signed.encode(), hashlib.sha256).digest())
    yield "an HMAC called RS256", "signature", _bearer(f"{signed}.{mac}")
    for claimed in ("RS384", "PS256", "ES256", "Ed25519", "EdDSA"):
        yield f"RS256 key as {claimed}", "algorithm", _bearer(key().token(claims(), {"alg": claimed}))
    for claimed in ("rs256", "RS256 ", "Rs256", "RS-256", "RSA", "ES256K", "RS1"):
        yield f"RS256 spelled {claimed!r}", "algorithm", _bearer(key().token(claims(), {"alg": claimed}))
    for other in ("ES256", "Ed25519", "PS256"):
        yield f"kid of RS256, signed by {other}", "algorithm", _bearer(key(other).token(claims(), {"kid": "rs256"}))
    yield "kid of PS256, signed by RS256", "algorithm", _bearer(key().token(claims(), {"kid": "ps256"}))
    stranger = SigningKey.make("rs256", "RS256")
    yield "another key of the same name", "signature", _bearer(stranger.token(claims()))


def _headers() -> Rows:
    """Keys and addresses of keys that the token brings along, extensions, encryption: signed well all the same."""
    stranger = SigningKey.make("rs256", "RS256")
    extra: dict[str, Any] = {
        "jwk": stranger.public_jwk,
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/chain.pem",
        "x5c": [base64.b64encode(b"certificate").decode()],
        "crit": ["exp"],
        "b64": False,
        "enc": "A256GCM",
        "zip": "DEF",
    }
    for name, value in extra.items():
        for signer, who in ((key(), "issuer"), (stranger, "stranger")):
            yield f"{name} by {who}", "header", _bearer(signer.token(claims(), {name: value}))
    yield (
        "crit of nothing",
        "header",
        _bearer(key().token_of(b'{"alg":"RS256","typ":"JWT","kid":"rs256","crit":[]}', b"{}")),
    )
    yield (
        "crit null",
        "header",
        _bearer(key().token_of(b'{"alg":"RS256","typ":"JWT","kid":"rs256","crit":null}', b"{}")),
    )
    for kind in (
        "dpop+jwt",
        "logout+jwt",
        "id_token",
        "application/jwt",
        "",
        "JWT ",
        "jws",
        1,
        ["JWT"],
        {"typ": "JWT"},
    ):
        yield f"typ {kind!r}", "type", _bearer(key().token(claims(), {"typ": kind}))
    yield "no typ", "type", _bearer(key().token(claims(), {"typ": None}))


def _kids() -> Rows:
    for kid in (
        "../../../../etc/passwd",
        "/dev/null",
        "file:///dev/null",
        "https://evil.example/key",
        "rs256' OR '1'='1",
        "'; DROP TABLE keys; --",
        "rs256' UNION SELECT 'secret",
        "rs256\u0000",
        "RS256",
        " rs256",
        "$(id)",
        "{{7*7}}",
        "%s%n",
        "__class__",
        "\u202ers256",
    ):
        yield f"kid {kid!r}", "key_unknown", _bearer(key().token(claims(), {"kid": kid}))
    for value in (1, True, 1.5, ["rs256"], {"kid": "rs256"}, "", "k" * 257):
        yield f"kid of type {str(value)[:12]!r}", "header", _bearer(key().token(claims(), {"kid": value}))
    yield "no kid", "header", _bearer(key().token(claims(), {"kid": None}))


def _shapes() -> Rows:
    token = key().token(claims())
    header, payload, signature = token.split(".")
    shapes = {
        "nothing": "",
        "dots": "..",
        "many dots": "." * 100,
        "one part": header,
        "four parts": f"{token}.",
        "five parts": f"{token}.{payload}.{signature}",
        "empty header": f".{payload}.{signature}",
        "empty payload": f"{header}..{signature}",
        "two tokens": f"{token} {token}",
        "a comma": f"{token},{token}",
        "quoted": f'"{token}"',
        "twice the scheme": f"Bearer {token}",
        "two spaces": f" {token}",
        "space at the end": f"{token} ",
        "line feed at the end": f"{token}\n",
        "nul at the end": f"{token}\0",
        "byte order mark": f"\u00ef\u00bb\u00bf{token}",
        "reversed": token[::-1],
    }
    for name, text in shapes.items():
        reason = "signature" if name == "empty payload" else "malformed"
        yield f"shape: {name}", reason, _bearer(text)
    for name, text in {
        "megabyte": "A" * 1_000_000,
        "megabyte of dots": "." * 1_000_000,
        "long signature": f"{header}.{payload}.{'A' * 9000}",
        "long claim": key().token(claims(padding="x" * 9000)),
        "long header": key().token(claims(), {"padding": "x" * 9000}),
    }.items():
        yield f"size: {name}", "too_long", _bearer(text)
    for scheme in ("Basic", "Bearer:", "JWT", "Token", "Bear", "", "Bearer\t", "\u00a0Bearer"):
        yield f"scheme {scheme!r}", "scheme", f"{scheme} {token}"
    yield "no token", "scheme", "Bearer"


def _encodings() -> Rows:
    header, payload, signature = key().token(claims()).split(".")
    last = "AEIMQUYcgkosw048"
    # 256 bytes are 342 characters: the last one has four bits that mean nothing.
    other = "".join(chr(ord(signature[-1]) + 1) if signature[-1] in "AQgw" else "B" for _ in "x")
    yield "signature, last bits set", "malformed", _bearer(f"{header}.{payload}.{signature[:-1]}{other}")
    yield "signature padded", "malformed", _bearer(f"{header}.{payload}.{signature}==")
    yield "signature in plain base64", "malformed", _bearer(f"{header}.{payload}.+/{signature[2:]}")
    yield "signature with a space", "malformed", _bearer(f"{header}.{payload}.{signature[:9]} {signature[9:]}")
    yield "signature with a line", "malformed", _bearer(f"{header}.{payload}.{signature[:9]}\n{signature[9:]}")
    yield "payload padded", "malformed", _bearer(f"{header}.{payload}=.{signature}")
    yield "header of one character", "malformed", _bearer(f"A.{payload}.{signature}")
    yield "header not ASCII", "malformed", _bearer(f"\u00e9{header}.{payload}.{signature}")
    for text in (b'{"alg":"RS256","typ":"JWT","kid":"rs256"}', b'{"alg":"RS256","typ":"JWT","kid":"rs256"} '):
        spelled = base64url(text)
        if spelled[-1] in last and len(spelled) % 4:
            changed = spelled[:-1] + chr(ord(spelled[-1]) + 1)
            yield f"header, last bits set {len(text)}", "malformed", _bearer(f"{changed}.{payload}.{signature}")
    assert base64.urlsafe_b64decode(f"{signature[:-1]}{other}==") == base64.urlsafe_b64decode(f"{signature}==")


def _json() -> Rows:
    """JSON that two readers could take differently; well signed, where it is the payload."""
    right = compact_json(claims())
    good = b'{"alg":"RS256","typ":"JWT","kid":"rs256"}'
    texts = {
        "a name twice": right[:-1] + b',"sub":"web-service"}',
        "a name twice, escaped": right[:-1] + b',"s\\u0075b":"admin"}',
        "a name twice, inside": right[:-1] + b',"x":{"a":1,"a":2}}',
        "NaN": right[:-1] + b',"x":NaN}',
        "Infinity": right[:-1] + b',"x":-Infinity}',
        "a huge number": right[:-1] + b',"x":' + b"9" * 4500 + b"}",
        "half a character": right[:-1] + b',"x":"\\ud800"}',
        "more than one value": right + right,
        "a comment": right[:-1] + b"/* */}",
        "a list": b"[" + right + b"]",
        "text": b'"text"',
        "null": b"null",
        "a number": b"1",
        "nothing": b"",
        "UTF-16": right.decode().encode("utf-16"),
        "not UTF-8": right[:-1] + b',"x":"\xff"}',
        "a byte order mark": b"\xef\xbb\xbf" + right,
        "deep lists": right[:-1] + b',"x":' + b"[" * 2000 + b"]" * 2000 + b"}",
        "deep objects": right[:-1] + b',"x":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
        "open brackets": b"[" * 5000,
        "a little too deep": right[:-1] + b',"x":' + b"[" * 16 + b"]" * 16 + b"}",
    }
    for name, text in texts.items():
        yield f"payload: {name}", "malformed", _bearer(key().token_of(good, text))
    for name, text in {
        "alg twice": b'{"alg":"none","alg":"RS256","typ":"JWT","kid":"rs256"}',
        "kid twice": b'{"alg":"RS256","typ":"JWT","kid":"rs256","kid":"es256"}',
        "a list": b'["RS256"]',
        "text": b'"RS256"',
        "null": b"null",
        "deep": b'{"x":' + b"[" * 2000 + b"]" * 2000 + b"}",
        "not JSON": b"alg=RS256",
        "nothing": b"",
    }.items():
        yield f"header: {name}", "malformed", _bearer(key().token_of(text, right))


_TYPES: tuple[Any, ...] = (None, True, False, 1.5, -1, 10**400, 2**53, "", [], {}, [[]], [1], {"a": 1}, [None])
_TIMES: tuple[Any, ...] = (f"{NOW}", float(NOW), NOW + 0.5, 1e300, -0.0, [NOW], {"t": NOW}, "soon", f"{NOW}s")


def _claims() -> Rows:
    for name in ("exp", "iat", "nbf"):
        for value in (*_TYPES, *_TIMES):
            yield f"{name} of {_short(value)}", "claims", _bearer(key().token(claims(**{name: value})))
    for name in ("sub", "azp", "client_id"):
        for value in (*_TYPES, 0, NOW, ["web-service"], {"web-service": 1}):
            yield f"{name} of {_short(value)}", "claims", _bearer(key().token(claims(**{name: value})))
    for value in (*_TYPES, 0, [ISSUER], {"iss": ISSUER}):
        yield f"iss of {_short(value)}", "issuer", _bearer(key().token(claims(iss=value)))
    for value in (*_TYPES, 0, [AUDIENCE, 1], [AUDIENCE, None], [[AUDIENCE]], {AUDIENCE: 1}):
        reason = "audience" if value in ("", []) else "claims"
        yield f"aud of {_short(value)}", reason, _bearer(key().token(claims(aud=value)))
    for name, reason in {"exp": "claims", "iat": "claims", "iss": "issuer", "aud": "claims"}.items():
        yield f"no {name}", reason, _bearer(key().token(claims(**{name: ABSENT})))
    yield "no claims", "issuer", _bearer(key().token({}))
    infinite = compact_json(claims()).replace(b'"exp":%d' % (NOW + 600), b'"exp":1e999')
    yield "exp of 1e999", "claims", _bearer(key().token(infinite))


def _short(value: Any) -> str:
    text = json.dumps(value)
    return f"{type(value).__name__} {text[:24]} ({len(text)})"


def _times() -> Rows:
    times: dict[str, tuple[str, dict[str, Any]]] = {
        "expired 31 s ago": ("expired", {"iat": NOW - 631, "exp": NOW - 31}),
        "expired 30 s ago": ("expired", {"iat": NOW - 630, "exp": NOW - 30}),
        "issued in 31 s": ("not_yet_valid", {"iat": NOW + 31, "exp": NOW + 631}),
        "begins in 31 s": ("not_yet_valid", {"nbf": NOW + 31}),
        "lives a second too long": ("lifetime", {"exp": NOW + 3601}),
        "lives for ever": ("lifetime", {"exp": 2**53 - 1}),
        "issued in 1970": ("lifetime", {"iat": 0}),
        "ends before it begins": ("lifetime", {"iat": NOW + 20, "exp": NOW + 10}),
        "ends before it may be used": ("lifetime", {"nbf": NOW + 25, "exp": NOW + 20}),
    }
    for name, (reason, changes) in times.items():
        yield f"time: {name}", reason, _bearer(key().token(claims(**changes)))


def _strangers() -> Rows:
    """Somebody else's name, spelled nearly like ours."""
    for spelled in (
        f"{ISSUER}/",
        f"{ISSUER} ",
        f" {ISSUER}",
        ISSUER.upper(),
        "https://Issuer.example",
        "http://issuer.example",
        "https://issuer.example:443",
        "https://issuer.example.evil.example",
        "https://issuer.exampl\u0435",
        "https://issuer.example#",
        "https://issuer.example@evil.example",
        f"{ISSUER}\u0000",
        "//issuer.example",
        "issuer.example",
    ):
        yield f"iss {spelled!r}", "issuer", _bearer(key().token(claims(iss=spelled)))
    for spelled in (
        f"{AUDIENCE}/",
        AUDIENCE[:-1],
        AUDIENCE.upper(),
        f"{AUDIENCE} other",
        "*",
        "https://diary.example",
        f"{AUDIENCE}\u200b",
    ):
        yield f"aud {spelled!r}", "audience", _bearer(key().token(claims(aud=spelled)))
        yield f"aud [{spelled!r}]", "audience", _bearer(key().token(claims(aud=[spelled, "other"])))
