"""The issuers of tokens, with the settings that each one's documented tokens need.

The defaults are strict. A preset changes what its issuer documents, and nothing else: Okta, Cognito
and Kubernetes send no `typ`; Entra's tokens live for a day and carry 200 groups; Cognito's access
tokens have no `aud`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import quote

from switchover.trust.oidc.documents import is_safe_address
from switchover.trust.oidc.token import ALGORITHMS

HOUR: Final = 3600.0
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")
_POOL: Final = re.compile(r"([a-z]{2}(?:-[a-z]+)+-[0-9])_[A-Za-z0-9]+")
_NAME: Final = re.compile(r"[A-Za-z0-9._~-]+")
_CLIENT_NAMES: Final = ("sub", "azp", "client_id")


@dataclass(frozen=True, slots=True)
class OidcIssuer:
    """An issuer and what its tokens look like. The presets below know those of mainstream issuers.

    Attributes:
        identifier: exactly the `iss` of its tokens.
        discovery: the address that `/.well-known/openid-configuration` is below, where that is not
            the identifier. The document found there has to name the identifier.
        requires_typ: whether a token without `typ` is refused. A wrong `typ` always is.
        max_lifetime_seconds: the longest that a token may live, from `iat` to `exp`.
        max_token_bytes: the longest token that is looked at.
        algorithms: what its tokens may be signed with. An RSA key that names no algorithm serves all
            of RSA's that are listed.
        has_audience: whether its tokens carry `aud`. Where they do not, one of the scopes has to
            begin with the audience and a slash (`api/read`), and every allowed service has to be
            known by `client_id`.
        required_claims: claims that every token has to have, with exactly this text.
        client_claims: under which name the issuer writes `sub`, `azp` or `client_id`, where a token
            lacks that claim: `{"azp": "appid"}`.

    Raises:
        ValueError: a setting is invalid.
    """

    identifier: str
    discovery: str | None = field(default=None, kw_only=True)
    requires_typ: bool = field(default=True, kw_only=True)
    max_lifetime_seconds: float = field(default=HOUR, kw_only=True)
    max_token_bytes: int = field(default=8192, kw_only=True)
    algorithms: Collection[str] = field(default=ALGORITHMS, kw_only=True)
    has_audience: bool = field(default=True, kw_only=True)
    required_claims: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    client_claims: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        if not self.identifier:
            raise ValueError("the issuer must be the `iss` of its tokens, got an empty text")
        if not 0 < self.max_lifetime_seconds < float("inf") or self.max_token_bytes < 1:
            raise ValueError("max_lifetime_seconds and max_token_bytes must be positive and finite")
        given = {self.algorithms} if isinstance(self.algorithms, str) else set(self.algorithms)
        if not given or not given <= ALGORITHMS:
            raise ValueError(f"algorithms must be some of {', '.join(sorted(ALGORITHMS))}, got {sorted(given)}")
        object.__setattr__(self, "algorithms", frozenset(given))
        if unknown := sorted(self.client_claims.keys() - set(_CLIENT_NAMES)):
            raise ValueError(f"client_claims stand for {', '.join(_CLIENT_NAMES)}, got {', '.join(unknown)}")
        if self.discovery is not None and (not is_safe_address(self.discovery) or "?" in self.discovery):
            raise ValueError("discovery must be https://host[:port][/path], the issuer's address")

    def described(self) -> list[str]:
        """Say where the settings are less strict than the defaults, a line each."""
        lines = {
            "a token without `typ` is accepted": not self.requires_typ,
            "a token without `aud` is for the service whose audience begins a scope": not self.has_audience,
        }
        aliases = (f"`{alias}` stands for a missing `{name}`" for name, alias in self.client_claims.items())
        return [*(line for line, is_so in lines.items() if is_so), *aliases]

    @classmethod
    def entra(cls, *, tenant: str, version: int = 2) -> Self:
        """Return Microsoft Entra ID (Azure AD): app tokens and managed identities.

        Args:
            tenant: the directory (tenant) ID, a GUID; `common` and domain names are not in `iss`.
            version: 1 or 2, the API's `requestedAccessTokenVersion`. Version 1 writes `appid` for `azp`.
        """
        if not _GUID.fullmatch(tenant):
            raise ValueError("tenant must be the directory (tenant) ID, a GUID; `common` or a domain is not in `iss`")
        if version not in (1, 2):
            raise ValueError(f"version must be 1 or 2 (requestedAccessTokenVersion), got {version!r}")
        base = f"https://login.microsoftonline.com/{tenant.lower()}"
        v1, v2 = f"https://sts.windows.net/{tenant.lower()}/", f"{base}/v2.0"
        # Up to 28 h with continuous access evaluation, and `iat` is five minutes before the issue.
        return cls(
            v2 if version == 2 else v1,
            discovery=None if version == 2 else base,
            max_lifetime_seconds=29 * HOUR,
            max_token_bytes=16 * 1024,
            algorithms=("RS256",),
            client_claims={} if version == 2 else {"azp": "appid"},
        )

    @classmethod
    def auth0(cls, domain: str) -> Self:
        """Return an Auth0 tenant: `acme.eu.auth0.com`, or its custom domain."""
        return cls(
            f"https://{_host(domain, 'domain')}/",
            max_lifetime_seconds=24 * HOUR,
            algorithms=("RS256", "RS512", "PS256"),
        )

    @classmethod
    def okta(cls, domain: str, *, server: str = "default") -> Self:
        """Return a custom authorization server of Okta's.

        Tokens of the org authorization server are for Okta alone and cannot be verified by others.
        """
        identifier = f"https://{_host(domain, 'domain')}/oauth2/{_name(server, 'server')}"
        return cls(identifier, requires_typ=False, algorithms=("RS256",), client_claims={"client_id": "cid"})

    @classmethod
    def cognito(cls, *, pool: str) -> Self:
        """Return an AWS Cognito user pool, for access tokens.

        They have no `aud`: the audience is the identifier of a resource server, which begins the scopes.
        ID tokens are refused (`token_use`).

        Args:
            pool: the user pool ID, `us-east-1_AbC123`.
        """
        found = _POOL.fullmatch(pool)
        if found is None:
            raise ValueError("pool must be a user pool ID like us-east-1_AbC123")
        return cls(
            f"https://cognito-idp.{found[1]}.amazonaws.com/{pool}",
            requires_typ=False,
            max_lifetime_seconds=24 * HOUR,
            algorithms=("RS256",),
            has_audience=False,
            required_claims={"token_use": "access"},
        )

    @classmethod
    def google(cls) -> Self:
        """Return Google: identity tokens of service accounts."""
        return cls("https://accounts.google.com", algorithms=("RS256",))

    @classmethod
    def kubernetes(cls, issuer: str) -> Self:
        """Return a cluster (EKS, GKE, AKS, any other): projected tokens of service accounts.

        Args:
            issuer: the cluster's `--service-account-issuer`.
        """
        return cls(
            issuer,
            requires_typ=False,
            max_lifetime_seconds=24 * HOUR,
            algorithms=("RS256", "ES256", "ES384", "ES512"),
        )

    @classmethod
    def keycloak(cls, url: str, *, realm: str) -> Self:
        """Return a realm of Keycloak's.

        Args:
            url: where Keycloak is, with `/auth` for versions before 17: `https://sso.example`.
            realm: its name.
        """
        return cls(f"{url.rstrip('/')}/realms/{quote(realm, safe='')}")

    @classmethod
    def github_actions(cls, *, enterprise: str | None = None) -> Self:
        """Return GitHub Actions: the tokens of workflow runs.

        Args:
            enterprise: the slug, if the enterprise has its own issuer.
        """
        suffix = f"/{_name(enterprise, 'enterprise')}" if enterprise is not None else ""
        return cls(f"https://token.actions.githubusercontent.com{suffix}", algorithms=("RS256",))


def _host(text: str, what: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError(f"{what} must be a host name without https:// and without a path, got {text!r}")
    return text


def _name(text: str, what: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"{what} must be one name of letters, digits and ._~-, got {text!r}")
    return text
