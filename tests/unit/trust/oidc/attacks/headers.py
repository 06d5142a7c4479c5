"""What a token brings along in its header, and calls its key."""

from __future__ import annotations

import base64
from typing import Any

from support.signing import SigningKey
from unit.trust.oidc.attacks.rows import Rows, bearer
from unit.trust.oidc.tokens import claims, key


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
        "application/jwt",
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
