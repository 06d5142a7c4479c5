"""The documented tokens and keys of mainstream issuers, each with the settings that its family needs.

Times are seconds from now. Keys are made here; a family says what stands beside `kty`, `n`, `e` and `x`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from support.signing import SigningKey
from switchover.trust.oidc import AllowedService, FixedKeys, OidcIssuer, OidcVerifier
from unit.trust.oidc.tokens import NOW, Clock

TENANT = "8f1d6a6e-1111-2222-3333-444455556666"
APP = "6731de76-14a6-49ae-97bc-6eba6914391e"
EKS = "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
UAA = "https://sub.authentication.eu10.hana.ondemand.com"


@dataclass(frozen=True)
class Family:
    """An issuer, one of its tokens, and its keys; the token is signed by the one that its `kid` names."""

    issuer: OidcIssuer
    audience: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    known_by: Mapping[str, str]
    keys: Sequence[Mapping[str, Any]] = ()
    times: tuple[int, int] = (0, 3600)
    later: Mapping[str, int] = field(default_factory=dict)

    def token(self) -> str:
        """The token, as its issuer signs it."""
        issued, expires = self.times
        times = {"iat": NOW + issued, "exp": NOW + expires}
        times |= {name: NOW + seconds for name, seconds in self.later.items()}
        said = {"iss": self.issuer.identifier, **self.claims, **times}
        header = {"typ": None, **self.header}
        return signing(str(header["alg"])).token(said, header)

    def verifier(self) -> OidcVerifier:
        """A verifier with the settings of this family."""
        service = AllowedService(name="caller", may_act_for_users=False, **self.known_by)
        return OidcVerifier(
            self.issuer,
            audience=self.audience,
            services=[service],
            keys=FixedKeys({"keys": published(self.keys or [_plain(self.header)])}),
            clock=Clock(),
        )


def published(shapes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A key set with the material of the keys of this test."""
    return [{**_material(shape), **shape} for shape in shapes]


@cache
def signing(algorithm: str) -> SigningKey:
    """The key that the family's tokens of an algorithm are signed with."""
    return SigningKey.make("named-by-the-header", "Ed25519" if algorithm == "EdDSA" else algorithm)


@cache
def _for_encryption() -> SigningKey:
    return SigningKey.make("for-encryption", "RS256")


def _material(shape: Mapping[str, Any]) -> dict[str, Any]:
    if shape.get("use") == "enc":
        made = _for_encryption().public_jwk
    else:
        by_type = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
        made = signing(by_type[shape["kty"]]).public_jwk
    return {name: made[name] for name in ("n", "e", "x", "y", "crv") if name in made}


def _plain(header: Mapping[str, Any]) -> dict[str, Any]:
    return {"kty": "RSA", "kid": header["kid"], "use": "sig", "alg": "RS256"}


def _jwt(kid: str, **more: Any) -> dict[str, Any]:
    return {"alg": "RS256", "typ": "JWT", "kid": kid, **more}


def _untyped(kid: str) -> dict[str, Any]:
    return {"alg": "RS256", "kid": kid}


_ENTRA_KID = "nOo3ZDrODXEK1jKWhXslHR_KXEg"
_ENTRA_KEYS = [
    {"kty": "RSA", "kid": kid, "use": "sig", "x5t": kid, "x5c": ["(a certificate)"], "issuer": "(its own)"}
    for kid in (_ENTRA_KID, "l3sQ-50cCH4xBVZLHTGwnSR7680")
]
_KEYCLOAK_KEYS = [
    {"kty": "RSA", "kid": "kc1", "alg": "RS256", "use": "sig", "x5t": "a", "x5t#S256": "b"},
    {"kty": "RSA", "kid": "kc2", "alg": "RSA-OAEP", "use": "enc"},
    {"kty": "OKP", "kid": "kc3", "alg": "EdDSA", "use": "sig", "crv": "Ed25519"},
    {"kty": "EC", "kid": "kc4", "alg": "ES256", "use": "sig", "crv": "P-256"},
]
_KEYCLOAK = {
    "aud": ["api", "account"],
    "sub": "u-1",
    "typ": "Bearer",
    "azp": "svc",
    "client_id": "svc",
    "email_verified": False,
    "realm_access": {"roles": ["offline_access"]},
}
_V1 = {"aud": f"api://{APP}", "appid": APP, "appidacr": "1", "sub": "b1a3", "tid": TENANT, "ver": "1.0"}
_V2 = {"aud": APP, "azp": APP, "azpacr": "1", "sub": "b1a3", "tid": TENANT, "ver": "2.0"}
_POD = {"aud": ["https://api"], "sub": "system:serviceaccount:d:s", "kubernetes.io": {"namespace": "d"}}
_GROUPS = {"groups": [f"00000000-0000-0000-0000-{number:012}" for number in range(200)]}


def _entra(version: int, **given: Any) -> Family:
    made = {
        "issuer": OidcIssuer.entra(tenant=TENANT, version=version),
        "audience": APP if version == 2 else f"api://{APP}",
        "header": _jwt(_ENTRA_KID, **({"x5t": _ENTRA_KID} if version == 1 else {})),
        "claims": _V2 if version == 2 else _V1,
        "known_by": {"sub": "b1a3"},
        "keys": _ENTRA_KEYS,
        "times": (-300, 3600),
        "later": {"nbf": -300},
    }
    return Family(**{**made, **given})


FAMILIES: dict[str, Family] = {
    "Auth0, 24 h": Family(
        OidcIssuer.auth0("acme.eu.auth0.com"),
        "https://api.acme",
        _jwt("NjVB"),
        {"aud": ["https://api.acme", "https://acme.eu.auth0.com/userinfo"], "sub": "cid@clients", "azp": "cid"},
        {"sub": "cid@clients", "azp": "cid"},
        times=(0, 86_400),
    ),
    "Entra v2, 90 min": _entra(2, times=(-300, 5400), known_by={"azp": APP, "sub": "b1a3"}),
    "Entra v2, 200 groups": _entra(2, claims={**_V2, **_GROUPS}),
    "Entra v1, managed identity": _entra(1, times=(-300, 86_400)),
    "Entra v1, by appid": _entra(1, known_by={"azp": APP}),
    "Okta": Family(
        OidcIssuer.okta("acme.okta.com"),
        "api://default",
        _untyped("45js"),
        {"ver": 1, "aud": "api://default", "cid": "0oa1", "scp": ["svc"], "sub": "0oa1"},
        {"client_id": "0oa1", "sub": "0oa1"},
    ),
    "AWS Cognito": Family(
        OidcIssuer.cognito(pool="us-east-1_EXAMPLE"),
        "api",
        _untyped("1234example="),
        {"sub": "3n4b", "token_use": "access", "scope": "api/read", "version": 2, "client_id": "3n4b"},
        {"client_id": "3n4b"},
        later={"auth_time": 0},
    ),
    "Kubernetes": Family(
        OidcIssuer.kubernetes(EKS),
        "https://api",
        _untyped("a7c1"),
        _POD,
        {"sub": "system:serviceaccount:d:s"},
        times=(0, 3607),
        later={"nbf": 0},
    ),
    "Keycloak": Family(
        OidcIssuer.keycloak("https://sso.acme", realm="x"),
        "api",
        _jwt("kc1"),
        _KEYCLOAK,
        {"azp": "svc", "client_id": "svc"},
        _KEYCLOAK_KEYS,
        times=(0, 300),
    ),
    "Keycloak, EdDSA": Family(
        OidcIssuer.keycloak("https://sso.acme/", realm="x"),
        "api",
        {**_jwt("kc3"), "alg": "EdDSA"},
        _KEYCLOAK,
        {"azp": "svc"},
        _KEYCLOAK_KEYS,
        times=(0, 300),
    ),
    "Google": Family(
        OidcIssuer.google(),
        "https://svc-abc.a.run.app",
        _jwt("f5f4"),
        {"aud": "https://svc-abc.a.run.app", "azp": "1137", "email": "s@p.example", "sub": "1137"},
        {"sub": "1137"},
    ),
    "GitHub Actions": Family(
        OidcIssuer.github_actions(),
        "https://github.com/octo-org",
        _jwt("3882", x5t="ykNa"),
        {"aud": "https://github.com/octo-org", "sub": "repo:octo-org/octo-repo:environment:prod"},
        {"sub": "repo:octo-org/octo-repo:environment:prod"},
        times=(0, 300),
        later={"nbf": -600},
    ),
    "GitLab": Family(
        OidcIssuer("https://gitlab.com"),
        "https://api",
        _jwt("gl"),
        {"aud": "https://api", "sub": "project_path:g/p:ref_type:branch:ref:main"},
        {"sub": "project_path:g/p:ref_type:branch:ref:main"},
        later={"nbf": -5},
    ),
    "SAP XSUAA": Family(
        OidcIssuer(f"{UAA}/oauth/token", discovery=UAA, max_lifetime_seconds=43_200),
        "sb-app!t1",
        _jwt("default-jwt-key-1", jku=f"{UAA}/token_keys", jid="x"),
        {"aud": ["sb-app!t1", "uaa"], "sub": "sb-app!t1", "client_id": "sb-app!t1", "cid": "sb-app!t1"},
        {"client_id": "sb-app!t1"},
        times=(0, 43_200),
    ),
    "Zitadel": Family(
        OidcIssuer("https://x.zitadel.cloud", max_lifetime_seconds=43_200),
        "1",
        _jwt("z"),
        {"aud": ["1"], "sub": "2", "client_id": "svc"},
        {"sub": "2"},
        times=(0, 43_199),
    ),
    "Dex": Family(
        OidcIssuer("https://dex.acme", requires_typ=False),
        "api",
        _untyped("d"),
        {"aud": "api", "sub": "s", "azp": "", "client_id": None},
        {"sub": "s"},
    ),
}
"""By name: each is accepted with these settings."""
