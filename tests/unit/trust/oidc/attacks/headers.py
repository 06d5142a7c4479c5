"""What a token brings along in its header, and calls its key."""

from __future__ import annotations

import base64
from typing import Any

from support.signing import SigningKey
from unit.trust.oidc.attacks.rows import Rows, bearer
from unit.trust.oidc.tokens import claims, key


def brought_along(stranger: SigningKey) -> dict[str, Any]:
    """Members of a header that name a key, or say where one is: all of somebody else's."""
    return {
        "jwk": stranger.public_jwk,
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/chain.pem",
        "x5c": [base64.b64encode(b"certificate").decode()],
        "x5t": base64.urlsafe_b64encode(bytes(20)).decode(),
        "x5t#S256": base64.urlsafe_b64encode(bytes(32)).decode(),
    }


def _headers() -> Rows:
    """Extensions and encryption: signed well all the same. Keys of a stranger's, and where they are."""
    stranger = SigningKey.make("rs256", "RS256")
    other = SigningKey.make("other", "RS256")
    for name, value in brought_along(stranger).items():
        yield f"{name} by stranger", "signature", bearer(stranger.token(claims(), {name: value}))
        named = {name: value, "kid": "other"}
        yield f"{name} by stranger, under its own name", "key_unknown", bearer(other.token(claims(), named))
        without = {name: value, "kid": None}
        yield f"{name} by stranger, without a name", "header", bearer(other.token(claims(), without))
    secret = {"jwk": {"kty": "oct", "k": "c2VjcmV0"}, "alg": "HS256"}
    yield "jwk that is a secret", "algorithm", bearer(stranger.token(claims(), secret))
    extra: dict[str, Any] = {
        "crit": ["exp"],
        "b64": False,
        "enc": "A256GCM",
        "zip": "DEF",
    }
    for name, value in extra.items():
        for signer, who in ((key(), "issuer"), (stranger, "stranger")):
            yield f"{name} by {who}", "header", bearer(signer.token(claims(), {name: value}))
    yield (
        "crit of nothing",
        "header",
        bearer(key().token_of(b'{"alg":"RS256","typ":"JWT","kid":"rs256","crit":[]}', b"{}")),
    )
    yield (
        "crit null",
        "header",
        bearer(key().token_of(b'{"alg":"RS256","typ":"JWT","kid":"rs256","crit":null}', b"{}")),
    )
    for kind in (
        "dpop+jwt",
        "logout+jwt",
        "id_token",
        "application/jws",
        "application/application/jwt",
        "text/jwt",
        "application/jwt; a=b",
        "",
        "JWT ",
        "jws",
        1,
        ["JWT"],
        {"typ": "JWT"},
    ):
        yield f"typ {kind!r}", "type", bearer(key().token(claims(), {"typ": kind}))
    yield "no typ", "type", bearer(key().token(claims(), {"typ": None}))


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
        yield f"kid {kid!r}", "key_unknown", bearer(key().token(claims(), {"kid": kid}))
    for value in (1, True, 1.5, ["rs256"], {"kid": "rs256"}, "", "k" * 257):
        yield f"kid of type {str(value)[:12]!r}", "header", bearer(key().token(claims(), {"kid": value}))
    yield "no kid", "header", bearer(key().token(claims(), {"kid": None}))


def rows() -> Rows:
    """All of them."""
    yield from _headers()
    yield from _kids()
