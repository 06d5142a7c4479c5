"""What the claims of a token have to be (RFC 7519, section 4.1; RFC 9068, section 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

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
    """

    issuer: str
    audience: str
    leeway_seconds: float
    max_lifetime_seconds: float

    def check(self, claims: Mapping[str, Any], now: float) -> int:
        """Believe the claims of a token whose signature is right, or not; when they end, in seconds since 1970.

        Raises:
            Untrusted: `claims` (something is of the wrong type, or missing), `issuer`, `audience`, `expired`, `not_yet_valid`, `lifetime`.
        """
        if claims.get("iss") != self.issuer:
            raise Untrusted("issuer")
        if self.audience not in _audiences(claims.get("aud")):
            raise Untrusted("audience")
        self._check_names(claims)
        return self._check_times(claims, now)

    def _check_names(self, claims: Mapping[str, Any]) -> None:
        for name in (*SERVICE_CLAIMS, "jti"):
            value = claims.get(name, "absent")
            if not isinstance(value, str) or not value:
                raise Untrusted("claims")

    def _check_times(self, claims: Mapping[str, Any], now: float) -> int:
        expires, issued = _time(claims.get("exp")), _time(claims.get("iat"))
        begins = _time(claims.get("nbf", issued))
        if now >= expires + self.leeway_seconds:
            raise Untrusted("expired")
        if max(issued, begins) > now + self.leeway_seconds:
            raise Untrusted("not_yet_valid")
        if not max(issued, begins) < expires <= issued + self.max_lifetime_seconds:
            raise Untrusted("lifetime")
        return expires


def _audiences(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in listed):
        raise Untrusted("claims")
    return listed


def _time(value: Any) -> int:
    """Whole seconds. A number with a fraction would be allowed, and is rounded in another direction by every library."""
    if type(value) is not int or not 0 <= value < LATEST:
        raise Untrusted("claims")
    return value
