"""Attacks on settings that let more in than the strict ones: what each is for comes in, and nothing else.

A row is the verifier, the reason, and what the `Authorization` header says.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from switchover.trust.oidc import AllowedService, FixedKeys, OidcIssuer, OidcVerifier
from unit.trust.oidc.attacks.headers import brought_along
from unit.trust.oidc.attacks.rows import bearer, unsigned
from unit.trust.oidc.tokens import ABSENT, AUDIENCE, ISSUER, NOW, WEB, Clock, claims, key, verifier

TENANT = "8f1d6a6e-1111-2222-3333-444455556666"
POOL = "us-east-1_EXAMPLE"
M2M = AllowedService(name="web", may_act_for_users=True, client_id="web-service")
APP = AllowedService(name="web", may_act_for_users=True, azp="web-service")

Row = tuple[str, OidcVerifier, str, str]


def attacks() -> dict[str, tuple[OidcVerifier, str, str]]:
    """All of them."""
    rows = [row for kind in (_types, _keys, _cognito, _entra, _okta) for row in kind()]
    found = {name: (judge, reason, authorization) for name, judge, reason, authorization in rows}
    assert len(found) == len(rows)
    return found


def controls() -> dict[str, tuple[OidcVerifier, str]]:
    """What the settings are for."""
    found = {
        "no typ, where that is set": (untyped(), key().token(claims(), {"typ": None})),
        "typ, where it may be missing": (untyped(), key().token(claims())),
        "typ application/jwt": (verifier(), key().token(claims(), {"typ": "application/JWT"})),
        "RSA key without alg": (no_alg("RS256"), key().token(claims())),
        "cognito": (cognito(), key().token(access(), {"typ": None})),
        "cognito, bound to a resource": (cognito(), key().token(access(aud="api", scope=ABSENT))),
        "entra v1 by appid": (entra(1), key().token(app(1))),
        "entra for a day": (entra(2), key().token(app(2, exp=NOW + 86_400))),
        "entra, version 2": (entra(2), key().token(app(2, appid="somebody"))),
        "okta by cid": (okta(), key().token(client(cid="web-service"))),
        "times with a fraction of zero": (
            verifier(),
            key().token(claims(iat=float(NOW), nbf=float(NOW), exp=NOW + 600.0)),
        ),
        "azp null": (verifier(), key().token(claims(azp=None))),
        "azp and jti empty": (verifier(), key().token(claims(azp="", jti=""))),
    }
    for name, value in brought_along(key("PS256")).items():
        found[f"{name} that is not looked at"] = verifier(), key().token(claims(), {name: value})
    return {name: (judge, bearer(token)) for name, (judge, token) in found.items()}


def untyped() -> OidcVerifier:
    return _judge(OidcIssuer(ISSUER, requires_typ=False), AUDIENCE, WEB)


def no_alg(*algorithms: str) -> OidcVerifier:
    """A verifier of an issuer whose RSA key does not name its algorithm."""
    jwk = {name: value for name, value in key().public_jwk.items() if name != "alg"}
    issuer = OidcIssuer(ISSUER, algorithms=algorithms)
    return _judge(issuer, AUDIENCE, WEB, FixedKeys({"keys": [jwk]}))


def cognito() -> OidcVerifier:
    return _judge(OidcIssuer.cognito(pool=POOL), "api", M2M)


def entra(version: int) -> OidcVerifier:
    return _judge(OidcIssuer.entra(tenant=TENANT, version=version), AUDIENCE, APP)


def okta() -> OidcVerifier:
    return _judge(OidcIssuer.okta("acme.okta.com"), AUDIENCE, M2M)


def access(**changes: Any) -> dict[str, Any]:
    """Claims of an access token of Cognito's."""
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{POOL}"
    own = {"iss": issuer, "aud": ABSENT, "token_use": "access", "scope": "other/write api/read"}
    return claims(**{**own, **changes})


def app(version: int, **changes: Any) -> dict[str, Any]:
    """Claims of an app token of Entra's."""
    v1, v2 = f"https://sts.windows.net/{TENANT}/", f"https://login.microsoftonline.com/{TENANT}/v2.0"
    by = {"appid": "web-service"} if version == 1 else {"azp": "web-service"}
    return claims(**{"iss": v1 if version == 1 else v2, "client_id": ABSENT, **by, **changes})


def client(**changes: Any) -> dict[str, Any]:
    """Claims of an access token of Okta's."""
    return claims(**{"iss": "https://acme.okta.com/oauth2/default", "client_id": ABSENT, **changes})


@cache
def _fixed() -> FixedKeys:
    return FixedKeys({"keys": [key(name).public_jwk for name in ("RS256", "ES256", "PS256")]})


def _judge(issuer: OidcIssuer, audience: str, service: AllowedService, keys: FixedKeys | None = None) -> OidcVerifier:
    return OidcVerifier(issuer, audience=audience, services=[service], keys=keys or _fixed(), clock=Clock())


def _types() -> Iterator[Row]:
    wrong: tuple[Any, ...] = ("dpop+jwt", "logout+jwt", "id_token", "", "JWT ", 1, ["JWT"], {})
    for kind in wrong:
        token = key().token(claims(), {"typ": kind})
        yield f"typ {kind!r} where it may be missing", untyped(), "type", bearer(token)
    null = key().token_of(b'{"alg":"RS256","typ":null,"kid":"rs256"}', b"{}")
    yield "typ null where it may be missing", untyped(), "type", bearer(null)
    for name, value in {"crit": ["exp"], "b64": False, "enc": "A256GCM", "zip": "DEF"}.items():
        token = key().token(claims(), {"typ": None, name: value})
        yield f"{name} where typ may be missing", untyped(), "header", bearer(token)
    nothing = unsigned({"alg": "none", "kid": "rs256"})
    yield "alg none where typ may be missing", untyped(), "algorithm", bearer(nothing)


def _keys() -> Iterator[Row]:
    for name in ("PS256", "RS512", "PS512"):
        header = {"alg": name, "kid": "rs256"}
        token = bearer(key(name).token(claims(), header))
        yield f"{name} where the issuer signs by RS256", no_alg("RS256"), "algorithm", token
        yield f"{name} by another key", no_alg("RS256", name), "signature", token
    for name in ("ES256", "Ed25519"):
        token = bearer(key(name).token(claims(), {"kid": "rs256"}))
        yield f"{name} by an RSA key without alg", no_alg("RS256", name), "algorithm", token
    swapped = bearer(key().token(claims(), {"alg": "PS256"}))
    yield "RS256 called PS256", no_alg("RS256", "PS256"), "algorithm", bearer(key().token(claims(), {"alg": "HS256"}))
    yield "a signature of RS256 called PS256", no_alg("RS256", "PS256"), "signature", swapped


def _cognito() -> Iterator[Row]:
    changes: dict[str, tuple[str, dict[str, Any]]] = {
        "an ID token": ("claims", {"token_use": "id"}),
        "no token_use": ("claims", {"token_use": ABSENT}),
        "token_use of a list": ("claims", {"token_use": ["access"]}),
        "token_use in capitals": ("claims", {"token_use": "Access"}),
        "aud of another": ("audience", {"aud": "other"}),
        "aud of another in a list": ("audience", {"aud": ["other"]}),
        "aud of a number": ("claims", {"aud": 1}),
        "no scope": ("audience", {"scope": ABSENT}),
        "scope of another": ("audience", {"scope": "other/read"}),
        "scope of a longer name": ("audience", {"scope": "api2/read xapi/read"}),
        "scope without a right": ("audience", {"scope": "api api/"}),
        "scope inside another": ("audience", {"scope": "other/api/read"}),
        "scope after a tab": ("audience", {"scope": "other\tapi/read"}),
        "scope of a list": ("audience", {"scope": ["api/read"]}),
        "another client": ("not_allowed", {"client_id": "other"}),
        "no client": ("not_allowed", {"client_id": ABSENT}),
        "an empty client": ("not_allowed", {"client_id": ""}),
    }
    for name, (reason, changed) in changes.items():
        yield f"cognito: {name}", cognito(), reason, bearer(key().token(access(**changed)))
    ps256 = bearer(key("PS256").token(access()))
    yield "cognito: by PS256", cognito(), "algorithm", ps256


def _entra() -> Iterator[Row]:
    changes: dict[str, tuple[int, str, dict[str, Any]]] = {
        "another appid": (1, "not_allowed", {"appid": "somebody"}),
        "appid of a list": (1, "claims", {"appid": ["web-service"]}),
        "azp of a stranger beside appid": (1, "not_allowed", {"azp": "somebody"}),
        "appid in version 2": (2, "not_allowed", {"azp": ABSENT, "appid": "web-service"}),
        "version 1 as version 2": (2, "issuer", {"iss": f"https://sts.windows.net/{TENANT}/"}),
        "another tenant": (
            2,
            "issuer",
            {"iss": f"https://login.microsoftonline.com/{TENANT.replace('8', '9')}/v2.0"},
        ),
        "longer than a day": (2, "lifetime", {"exp": NOW + 29 * 3600 + 1}),
        "a thousand groups": (2, "too_long", {"groups": ["0" * 36] * 1000}),
    }
    for name, (version, reason, changed) in changes.items():
        token = key().token(app(version, **changed))
        yield f"entra: {name}", entra(version), reason, bearer(token)
    appid = claims(client_id=ABSENT, sub=ABSENT, appid="web-service")
    yield "appid where nothing says so", verifier(), "not_allowed", bearer(key().token(appid))


def _okta() -> Iterator[Row]:
    for name, reason, changed in (
        ("another cid", "not_allowed", {"cid": "somebody"}),
        ("cid beside another client_id", "not_allowed", {"cid": "web-service", "client_id": "somebody"}),
        ("cid of a number", "claims", {"cid": 1}),
        ("longer than an hour", "lifetime", {"cid": "web-service", "exp": NOW + 3601}),
    ):
        yield f"okta: {name}", okta(), reason, bearer(key().token(client(**changed)))
