"""A token held against every rule, offline: which of them refuse it, and what could not be checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from switchover.trust.oidc.base64url import decode
from switchover.trust.oidc.claims import ClaimRules
from switchover.trust.oidc.issuers import OidcIssuer
from switchover.trust.oidc.json_object import read_object
from switchover.trust.oidc.key_set import KeySet
from switchover.trust.oidc.services import AllowedServices
from switchover.trust.oidc.token import Token, read_token
from switchover.trust.oidc.token_rules import explain
from switchover.trust.oidc.untrusted import Untrusted

LONGEST: Final = 256 * 1024
"""Of a token that is examined at all."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found, in plain words.

    Attributes:
        refusals: each rule that refuses the token, with the setting that would change it.
        unchecked: what nothing was given for.
    """

    refusals: tuple[str, ...]
    unchecked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examiner:
    """What a token is held against.

    Attributes:
        issuer: the settings of its issuer.
        rules: what is demanded of its claims.
        services: who may call; None if that is not known here.
        keys: the issuer's keys; None if they are not known here.
        max_token_bytes: the longest token that is looked at.
    """

    issuer: OidcIssuer
    rules: ClaimRules
    services: AllowedServices | None
    keys: KeySet | None
    max_token_bytes: int

    def examine(self, text: bytes, now: float) -> Examination:
        """Hold a token against every rule. Nothing is fetched.

        Args:
            text: the token, without `Bearer`.
            now: seconds since 1970.
        """
        if len(text) > LONGEST:
            return Examination((explain(Untrusted("too_long")),), ())
        refusals: list[str] = []
        unchecked: list[str] = []

        def hold(check: Callable[[], object]) -> None:
            try:
                check()
            except Untrusted as refused:
                if (line := explain(refused)) not in refusals:
                    refusals.append(line)

        hold(lambda: self._check_size(text))
        hold(lambda: read_token(text, is_type_required=self.issuer.requires_typ))
        hold(lambda: self._check_signature(read_token(text, is_type_required=False)))
        if self.keys is None:
            unchecked.append("the signature: without the issuer's key set, anyone may have written the token")
        claims = _claims(text)
        if claims is None:
            return Examination(tuple(refusals), ("the claims: they cannot be read",))
        hold(lambda: self.rules.check_issuer(claims))
        hold(lambda: self.rules.check_audience(claims))
        hold(lambda: self.rules.check_names(claims))
        hold(lambda: self.rules.check_times(claims, now))
        if self.services is None:
            unchecked.append("who may call: the allowed services are not known here")
        elif self.services.find(claims) is None:
            refusals.append(explain(Untrusted("not_allowed")))
        return Examination(tuple(refusals), tuple(unchecked))

    def _check_size(self, text: bytes) -> None:
        if len(text) > self.max_token_bytes:
            raise Untrusted("too_long", found=f"{len(text)} bytes of {self.max_token_bytes}")

    def _check_signature(self, token: Token) -> None:
        if token.algorithm not in self.issuer.algorithms:
            raise Untrusted("algorithm", found=token.algorithm)
        if self.keys is None:
            return
        key = self.keys.find(token.kid)
        if token.algorithm not in key.algorithms:
            raise Untrusted("algorithm", found=f"{token.algorithm}, by a key for {' or '.join(sorted(key.algorithms))}")
        if not key.is_signature(token.signature, token.signed, token.algorithm):
            raise Untrusted("signature")


def read_unverified_claims(text: bytes) -> dict[str, Any]:
    """Return what a token says of itself, which nothing has verified; nothing, where it is unreadable."""
    return _claims(text) or {}


def _claims(text: bytes) -> dict[str, Any] | None:
    parts = text.split(b".")
    try:
        return read_object(decode(parts[1])) if len(parts) == 3 and len(text) <= LONGEST else None
    except ValueError:
        return None
