"""What the claims of a token have to be (RFC 7519, section 4.1; RFC 9068, section 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from switchover.trust.oidc.issuers import OidcIssuer
from switchover.trust.oidc.untrusted import Untrusted

LATEST: Final = 2**53
"""Seconds since 1970: whole numbers that every reader of JSON reads alike (RFC 8259, section 6)."""

SERVICE_CLAIMS: Final = ("sub", "azp", "client_id")
"""Those that name who calls."""


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """What is demanded.

    Attributes:
        issuer: exactly the `iss`.
        audience: exactly the `aud`, or one of several.
        leeway_seconds: how far clocks may differ.
        max_lifetime_seconds: from `iat` to `exp`, at most.
        has_audience: whether a token without `aud` is refused; otherwise one of its scopes begins
            with the audience.
        required: claims that have to be there, with exactly this text.
        aliases: claims that name who calls under the issuer's own name: read like the others.
    """

    issuer: str
    audience: str
    leeway_seconds: float
    max_lifetime_seconds: float
    has_audience: bool = True
    required: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        issuer: OidcIssuer,
        audience: str,
        *,
        leeway_seconds: float,
        max_lifetime_seconds: float | None = None,
    ) -> Self:
        """Return the rules of an issuer; a lifetime that is given replaces the issuer's."""
        return cls(
            issuer.identifier,
            audience,
            leeway_seconds,
            issuer.max_lifetime_seconds if max_lifetime_seconds is None else max_lifetime_seconds,
            issuer.has_audience,
            issuer.required_claims,
            tuple(issuer.client_claims.values()),
        )

    def check(self, claims: Mapping[str, Any], now: float) -> int:
        """Check the claims of a token whose signature is right.

        Returns:
            When they end, in seconds since 1970.

        Raises:
            Untrusted: `claims` (something is of the wrong type, or missing), `issuer`, `audience`,
                `expired`, `not_yet_valid`, `lifetime`.
        """
        self.check_issuer(claims)
        self.check_audience(claims)
        self.check_names(claims)
        return self.check_times(claims, now)

    def check_issuer(self, claims: Mapping[str, Any]) -> None:
        """Raise Untrusted for the token of another issuer."""
        if claims.get("iss") != self.issuer:
            raise Untrusted("issuer")

    def check_audience(self, claims: Mapping[str, Any]) -> None:
        """Raise Untrusted for a token that was made for another service."""
        given = claims.get("aud")
        if not self.has_audience and _is_absent(given):
            self._check_scope(claims.get("scope"))
        elif self.audience not in _audiences(given):
            raise Untrusted("audience")

    def check_names(self, claims: Mapping[str, Any]) -> None:
        """Raise Untrusted for names that are not text, and for required claims that are not so.

        An empty name and null say the same as none at all, and fit no allowed service.
        """
        for name in (*SERVICE_CLAIMS, *self.aliases, "jti"):
            if name in claims and not isinstance(claims[name], str) and claims[name] is not None:
                raise Untrusted("claims", rule="claim_names", found=f"{name} of type {type(claims[name]).__name__}")
        for name, wanted in self.required.items():
            if claims.get(name) != wanted:
                raise Untrusted("claims", rule="required_claim", found=f"{name} is not {wanted!r}")

    def check_times(self, claims: Mapping[str, Any], now: float) -> int:
        """Return when a token ends; raise Untrusted for one that is not to be used now."""
        expires, issued = _time(claims, "exp"), _time(claims, "iat")
        begins = _time(claims, "nbf") if "nbf" in claims else issued
        if now >= expires + self.leeway_seconds:
            raise Untrusted("expired", found=f"it ended {now - expires:.0f} s ago")
        if max(issued, begins) > now + self.leeway_seconds:
            raise Untrusted("not_yet_valid", found=f"it begins in {max(issued, begins) - now:.0f} s")
        if expires > issued + self.max_lifetime_seconds:
            raise Untrusted("lifetime", found=f"it lives {expires - issued} s of {self.max_lifetime_seconds:g} s")
        if not max(issued, begins) < expires:
            raise Untrusted("lifetime", rule="lifetime_empty")
        return expires

    def _check_scope(self, value: Any) -> None:
        scopes = value.split(" ") if isinstance(value, str) else []
        prefix = f"{self.audience}/"
        if not any(scope.startswith(prefix) and scope != prefix for scope in scopes):
            raise Untrusted("audience", rule="audience_by_scope")


def _is_absent(value: Any) -> bool:
    return value is None or value in ("", [])


def _audiences(value: Any) -> list[str]:
    if value is None:
        raise Untrusted("claims", rule="audience_missing")
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in listed):
        raise Untrusted("claims", rule="audience")
    return listed


def _time(claims: Mapping[str, Any], name: str) -> int:
    """Whole seconds, also where they are written with a fraction of zero (`1800000000.0`).

    Another fraction is rounded in another direction by every library, and is refused.
    """
    value = claims.get(name)
    if type(value) is float and value > 0 and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value < LATEST:
        raise Untrusted("claims", rule="times", found=name)
    return value
