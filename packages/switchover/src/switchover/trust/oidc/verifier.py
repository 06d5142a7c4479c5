"""Tokens of an OIDC issuer (RFC 6750, RFC 7519, RFC 9068), read as strictly as RFC 8725 asks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Final

from switchover.errors import Forbidden, Unauthenticated
from switchover.trust.incoming import Incoming
from switchover.trust.oidc.claims import ClaimRules
from switchover.trust.oidc.examination import Examination, Examiner
from switchover.trust.oidc.issuer_keys import IssuerKeys
from switchover.trust.oidc.issuers import OidcIssuer
from switchover.trust.oidc.json_object import read_object
from switchover.trust.oidc.key_set import KeySet
from switchover.trust.oidc.keys import KeySource
from switchover.trust.oidc.services import AllowedService, AllowedServices
from switchover.trust.oidc.token import read_token
from switchover.trust.oidc.token_rules import explain
from switchover.trust.oidc.untrusted import Untrusted
from switchover.trust.oidc.verified import TAIL, VerifiedTokens
from switchover.trust.principal import Principal
from switchover.trust.refusal import REFUSAL

_SCHEME: Final = b"bearer "
_QUIET_SECONDS: Final = 60.0
"""How long one rule is not logged again: every request of a stranger could write a line otherwise."""

_log = logging.getLogger("switchover.trust")


class OidcVerifier:
    """Lets in services that bring a token of one issuer, made for this service.

    Args:
        issuer: exactly the `iss` of its tokens, and where its keys are discovered; or an `OidcIssuer`,
            where its tokens need other settings than the strict ones.
        audience: exactly what is in `aud`.
        services: who may call; a token of anybody else's is `403`.
        leeway_seconds: how far the issuer's clock and ours may differ.
        max_lifetime_seconds: the longest that a token may live, from `iat` to `exp`; unless given,
            what the `OidcIssuer` says, which is 3600 by default.
        max_token_bytes: the longest token that is looked at; unless given, as above, 8192.
        cache_size: how many verified tokens are remembered.
        clock: seconds since 1970.
        keys: the issuer's keys, if not by discovery.

    Raises:
        ValueError: one of these cannot be.
    """

    __slots__ = (
        "_by_tail",
        "_clock",
        "_issuer",
        "_keys",
        "_logged_at",
        "_max_token_bytes",
        "_rules",
        "_services",
        "_told",
        "_verified",
    )

    def __init__(
        self,
        issuer: str | OidcIssuer,
        *,
        audience: str,
        services: Iterable[AllowedService],
        leeway_seconds: float = 30,
        max_lifetime_seconds: float | None = None,
        max_token_bytes: int | None = None,
        cache_size: int = 1024,
        clock: Callable[[], float] = time.time,
        keys: KeySource | None = None,
    ) -> None:
        listed = tuple(services)
        of = OidcIssuer(issuer) if isinstance(issuer, str) else issuer
        lifetime = of.max_lifetime_seconds if max_lifetime_seconds is None else max_lifetime_seconds
        longest = of.max_token_bytes if max_token_bytes is None else max_token_bytes
        if not audience:
            raise ValueError("the audience must be what `aud` says, got an empty text")
        if not 0 <= leeway_seconds < lifetime < float("inf") or longest < 1:
            raise ValueError("leeway, longest lifetime and longest token have to be bounds, the leeway the smaller one")
        if not of.has_audience and not all(service.client_id for service in listed):
            raise ValueError(f"tokens of {of.identifier} have no `aud`: every AllowedService must give its client_id")
        self._issuer = of
        self._keys: KeySource = keys if keys is not None else IssuerKeys(of.identifier, discovery=of.discovery)
        self._rules = ClaimRules.of(of, audience, leeway_seconds=leeway_seconds, max_lifetime_seconds=lifetime)
        self._services = AllowedServices(listed, of.client_claims)
        self._max_token_bytes = longest
        self._logged_at: dict[str, float] = {}
        self._clock = clock
        self._verified = VerifiedTokens(cache_size)
        self._by_tail = self._verified.by_tail
        self._told = tuple(service.described() for service in listed)

    def is_addressed(self, incoming: Incoming) -> bool:
        """Is there a bearer token of three parts or more?"""
        authorization = incoming.headers.get(b"authorization", b"")
        return authorization[: len(_SCHEME)].lower() == _SCHEME and authorization.count(b".") >= 2

    async def verify(self, incoming: Incoming) -> Principal:
        """See `Verifier`. Besides: ServiceUnavailable, if the issuer's keys are not known and cannot be had."""
        authorization = incoming.headers.get(b"authorization", b"")
        # The way of nearly every request, and so without a call: see `VerifiedTokens`.
        found = self._by_tail.get(authorization[TAIL])
        if (
            found is not None
            and found.authorization == authorization
            and found.keys is self._keys.current
            and self._clock() < found.until
        ):
            return found.principal
        return await self._judged(authorization)

    def examine(self, token: bytes, keys: KeySet | None = None) -> Examination:
        """Hold a token against every rule, without fetching anything: for explanations alone.

        Args:
            token: without `Bearer`.
            keys: the issuer's keys; unless given, those that are known at the moment.
        """
        known = self._keys.current if keys is None else keys
        examiner = Examiner(self._issuer, self._rules, self._services, known, self._max_token_bytes)
        return examiner.examine(token, self._clock())

    def described(self) -> list[str]:
        """See `Verifier`."""
        rules = self._rules
        return [
            f"a bearer token (JWT) of {rules.issuer} for {rules.audience}, signed with a key of the issuer's",
            f"it lives {rules.max_lifetime_seconds:g} s at most; clocks may differ by {rules.leeway_seconds:g} s",
            *self._issuer.described(),
            *self._keys.described(),
            *(f"allowed: {line}" for line in self._told),
        ]

    def __repr__(self) -> str:
        return f"OidcVerifier({self._rules.issuer!r}, audience={self._rules.audience!r}, …)"

    async def _judged(self, authorization: bytes) -> Principal:
        if authorization[: len(_SCHEME)].lower() != _SCHEME:
            raise Unauthenticated(REFUSAL, reason="scheme" if authorization else "missing")
        try:
            principal, expires = await self._believed(authorization[len(_SCHEME) :])
        except Untrusted as refused:
            self._log_refusal(refused)
            challenge = 'Bearer error="invalid_token"'
            raise Unauthenticated(REFUSAL, reason=refused.reason, challenge=challenge) from refused
        if principal is None:
            self._log_refusal(Untrusted("not_allowed"))
            raise Forbidden("This service may not call.", reason="not_allowed")
        self._verified.put(authorization, principal, self._keys.current, expires=expires, now=self._clock())
        return principal

    async def _believed(self, text: bytes) -> tuple[Principal | None, int]:
        """Whose token it is, None if nobody's that is allowed, and when it ends. Claims are not read before the signature is right."""
        if len(text) > self._max_token_bytes:
            raise Untrusted("too_long", found=f"{len(text)} bytes of {self._max_token_bytes}")
        token = read_token(text, is_type_required=self._issuer.requires_typ)
        if token.algorithm not in self._issuer.algorithms:
            raise Untrusted("algorithm", found=token.algorithm)
        key = await self._keys.key(token.kid)
        if token.algorithm not in key.checks:
            raise Untrusted("algorithm", found=f"{token.algorithm}, by a key for {' or '.join(sorted(key.checks))}")
        if not key.is_signature(token.signature, token.signed, token.algorithm):
            raise Untrusted("signature")
        try:
            claims = read_object(token.payload)
        except ValueError as error:
            raise Untrusted("malformed") from error
        expires = self._rules.check(claims, self._clock())
        return self._services.find(claims), expires

    def _log_refusal(self, refused: Untrusted) -> None:
        """Say which rule refused a token and what would change it; never the token or a claim."""
        now = self._clock()
        if not 0 <= now - self._logged_at.get(refused.rule, float("-inf")) < _QUIET_SECONDS:
            self._logged_at[refused.rule] = now
            _log.warning("a token for %s was refused: %s", self._rules.audience, explain(refused))
