"""Which preset an issuer belongs to, by what it calls itself: to suggest it for a token, and for the
settings of a service, whose operator names the issuer. A running service never chooses by a token.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from switchover.trust.oidc.issuers import OidcIssuer

Preset = tuple[str, OidcIssuer]
"""How it is written, and what it gives."""


def suggest_preset(identifier: str) -> Preset | None:
    """Return the preset whose issuer calls itself so, as code and as settings; None if none does."""
    for pattern, preset in _PRESETS:
        if (found := pattern.fullmatch(identifier)) is not None:
            made = preset(found)
            return made if made[1].identifier == identifier else None
    return None


def issuer_of(identifier: str) -> OidcIssuer:
    """Return the settings of the issuer that an operator named: its preset, or the strict ones."""
    found = suggest_preset(identifier)
    return OidcIssuer(identifier) if found is None else found[1]


def _entra(found: re.Match[str], version: int) -> Preset:
    tenant = found["tenant"]
    return (
        f"OidcIssuer.entra(tenant={tenant!r}, version={version})",
        OidcIssuer.entra(tenant=tenant, version=version),
    )


def _okta(found: re.Match[str]) -> Preset:
    domain, server = found["domain"], found["server"]
    return f"OidcIssuer.okta({domain!r}, server={server!r})", OidcIssuer.okta(domain, server=server)


def _keycloak(found: re.Match[str]) -> Preset:
    url, realm = found["url"], found["realm"]
    return f"OidcIssuer.keycloak({url!r}, realm={realm!r})", OidcIssuer.keycloak(url, realm=realm)


def _github(found: re.Match[str]) -> Preset:
    enterprise = found["enterprise"]
    given = f"enterprise={enterprise!r}" if enterprise else ""
    return f"OidcIssuer.github_actions({given})", OidcIssuer.github_actions(enterprise=enterprise)


_GUID: Final = r"(?P<tenant>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_PRESETS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Preset]], ...]] = (
    (re.compile(rf"https://login\.microsoftonline\.com/{_GUID}/v2\.0"), lambda found: _entra(found, 2)),
    (re.compile(rf"https://sts\.windows\.net/{_GUID}/"), lambda found: _entra(found, 1)),
    (
        re.compile(r"https://(?P<domain>[a-z0-9.-]+\.auth0\.com)/"),
        lambda found: (f"OidcIssuer.auth0({found['domain']!r})", OidcIssuer.auth0(found["domain"])),
    ),
    (
        re.compile(
            r"https://(?P<domain>[a-z0-9.-]+\.(?:okta|oktapreview|okta-emea)\.com)"
            r"/oauth2/(?P<server>[A-Za-z0-9]+)"
        ),
        _okta,
    ),
    (
        re.compile(r"https://cognito-idp\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<pool>(?P=region)_[A-Za-z0-9]+)"),
        lambda found: (f"OidcIssuer.cognito(pool={found['pool']!r})", OidcIssuer.cognito(pool=found["pool"])),
    ),
    (re.compile(r"https://accounts\.google\.com"), lambda _: ("OidcIssuer.google()", OidcIssuer.google())),
    (
        re.compile(
            r"https://oidc\.eks\.[a-z0-9.-]+/id/[A-Z0-9]+"
            r"|https://container\.googleapis\.com/v1/projects/[A-Za-z0-9/_.-]+"
            r"|https://kubernetes\.default\.svc(?:\.cluster\.local)?"
        ),
        lambda found: (f"OidcIssuer.kubernetes({found[0]!r})", OidcIssuer.kubernetes(found[0])),
    ),
    (
        re.compile(r"https://token\.actions\.githubusercontent\.com(?:/(?P<enterprise>[A-Za-z0-9-]+))?"),
        _github,
    ),
    (re.compile(r"(?P<url>https://[A-Za-z0-9./:_-]+)/realms/(?P<realm>[A-Za-z0-9._-]+)"), _keycloak),
)
