"""Claims that are not what they should be."""

from __future__ import annotations

import json
from typing import Any

from support.signing import compact_json
from unit.trust.oidc.attacks.rows import Rows, bearer
from unit.trust.oidc.tokens import ABSENT, AUDIENCE, ISSUER, NOW, claims, key

_TYPES: tuple[Any, ...] = (None, True, False, 1.5, -1, 10**400, 2**53, "", [], {}, [[]], [1], {"a": 1}, [None])
_TIMES: tuple[Any, ...] = (
    f"{NOW}", NOW + 0.5, float(2**53), 1e300, -0.0, 0.0, [NOW], {"t": NOW}, "soon", f"{NOW}s",
)  # fmt: skip


def _claims() -> Rows:
    for name in ("exp", "iat", "nbf"):
        for value in (*_TYPES, *_TIMES):
            yield f"{name} of {_short(value)}", "claims", bearer(key().token(claims(**{name: value})))
    for name in ("sub", "azp", "client_id"):
        for value in filter(_is_said, (*_TYPES, 0, NOW, ["web-service"], {"web-service": 1})):
            yield f"{name} of {_short(value)}", "claims", bearer(key().token(claims(**{name: value})))
    for name in ("sub", "client_id"):
        for value in (None, ""):  # the same as none at all, so that it fits nobody
            yield f"{name} of {_short(value)}", "not_allowed", bearer(key().token(claims(**{name: value})))
    for value in (*_TYPES, 0, [ISSUER], {"iss": ISSUER}):
        yield f"iss of {_short(value)}", "issuer", bearer(key().token(claims(iss=value)))
    for value in (*_TYPES, 0, [AUDIENCE, 1], [AUDIENCE, None], [[AUDIENCE]], {AUDIENCE: 1}):
        reason = "audience" if value in ("", []) else "claims"
        yield f"aud of {_short(value)}", reason, bearer(key().token(claims(aud=value)))
    for name, reason in {"exp": "claims", "iat": "claims", "iss": "issuer", "aud": "claims"}.items():
        yield f"no {name}", reason, bearer(key().token(claims(**{name: ABSENT})))
    yield "no claims", "issuer", bearer(key().token({}))
    infinite = compact_json(claims()).replace(b'"exp":%d' % (NOW + 600), b'"exp":1e999')
    yield "exp of 1e999", "claims", bearer(key().token(infinite))


def _is_said(value: Any) -> bool:
    """Whether a name is there: an empty one and null say the same as none at all."""
    return value is not None and value != ""


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
        "expired, with a fraction of zero": ("expired", {"iat": NOW - 631.0, "exp": NOW - 31.0}),
        "issued later, with a fraction of zero": ("not_yet_valid", {"iat": NOW + 31.0, "exp": NOW + 631}),
        "begins later, with a fraction of zero": ("not_yet_valid", {"nbf": NOW + 31.0}),
        "too long, with a fraction of zero": ("lifetime", {"exp": NOW + 3601.0}),
        "ends as it begins, with a fraction of zero": ("lifetime", {"exp": float(NOW)}),
        "ends before it may be used": ("lifetime", {"nbf": NOW + 25, "exp": NOW + 20}),
    }
    for name, (reason, changes) in times.items():
        yield f"time: {name}", reason, bearer(key().token(claims(**changes)))


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
        yield f"iss {spelled!r}", "issuer", bearer(key().token(claims(iss=spelled)))
    for spelled in (
        f"{AUDIENCE}/",
        AUDIENCE[:-1],
        AUDIENCE.upper(),
        f"{AUDIENCE} other",
        "*",
        "https://diary.example",
        f"{AUDIENCE}\u200b",
    ):
        yield f"aud {spelled!r}", "audience", bearer(key().token(claims(aud=spelled)))
        yield f"aud [{spelled!r}]", "audience", bearer(key().token(claims(aud=[spelled, "other"])))


def rows() -> Rows:
    """All of them."""
    yield from _claims()
    yield from _times()
    yield from _strangers()
