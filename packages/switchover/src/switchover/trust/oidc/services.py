"""The services that may call, by what the issuer says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from switchover.trust.oidc.claims import SERVICE_CLAIMS
from switchover.trust.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedService:
    """A service that may call. Every claim that is given has to be in the token, exactly so.

    `client_id` or `azp` alone also fit a token that a person got through that client (RFC 9068, section 5): where the issuer makes such
    tokens for this audience, give `sub` too.

    Attributes:
        name: how logs and counters call it.
        may_act_for_users: may it say for whom it calls?

    Raises:
        ValueError: the name is empty, or no claim is given.
    """

    name: str
    may_act_for_users: bool
    sub: str | None = None
    azp: str | None = None
    client_id: str | None = None

    def __post_init__(self) -> None:
        if not self.name or not self.claims() or "" in self.claims().values():
            raise ValueError("an allowed service has a name, and one of sub, azp and client_id at least")

    def claims(self) -> dict[str, str]:
        """The claims that are demanded."""
        given = ((name, getattr(self, name)) for name in SERVICE_CLAIMS)
        return {name: value for name, value in given if value is not None}

    def described(self) -> str:
        """In plain words."""
        demanded = " and ".join(f"{name} {value!r}" for name, value in self.claims().items())
        return f"{self.name}, by {demanded}, {'may' if self.may_act_for_users else 'may not'} act for users"


class AllowedServices:
    """All of them; the first that fits a token is the one.

    Args:
        services: those that may call.
        client_claims: see `OidcIssuer.client_claims`.

    Raises:
        ValueError: there is none, or two are known by the same claims.
    """

    __slots__ = ("_client_claims", "_services")

    def __init__(self, services: Iterable[AllowedService], client_claims: Mapping[str, str] | None = None) -> None:
        self._client_claims = dict(client_claims or {})
        listed = list(services)
        if not listed:
            raise ValueError("no service is allowed to call")
        self._services = [(service.claims(), Principal(service.name, service.may_act_for_users)) for service in listed]
        demanded = [claims for claims, _ in self._services]
        if any(claims in demanded[:index] for index, claims in enumerate(demanded)):
            raise ValueError("two allowed services are known by the same claims")

    def find(self, claims: Mapping[str, Any]) -> Principal | None:
        """Whose token this is, or None."""
        if self._client_claims:
            claims = self._renamed(claims)
        for demanded, principal in self._services:
            if all(claims.get(name) == value for name, value in demanded.items()):
                return principal
        return None

    def _renamed(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """The claims, with those under the issuer's own names where the usual ones are missing."""
        own = {name: claims.get(alias) for name, alias in self._client_claims.items() if not claims.get(name)}
        return {**claims, **own}
