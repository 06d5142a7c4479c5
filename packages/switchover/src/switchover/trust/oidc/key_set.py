"""The public keys of an issuer at one time (RFC 7517, section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from switchover.trust.oidc.untrusted import Untrusted
from switchover.trust.oidc.verification_key import VerificationKey, is_for_something_else, read_key

MAX_KEYS: Final = 64


class KeySet:
    """Keys by their identifiers. One that cannot be used does no harm to the others.

    Several entries of one name that are the same key count as one. Keys for encryption and of types
    that are unknown here are passed over first, so that they do not make a name ambiguous.

    Raises:
        ValueError: the document is not a key set, or has more than `MAX_KEYS`.
    """

    __slots__ = ("_by_kid", "_passed_over")

    def __init__(self, document: Mapping[str, Any]) -> None:
        keys = document.get("keys")
        if not isinstance(keys, list) or len(keys) > MAX_KEYS or not all(isinstance(jwk, dict) for jwk in keys):
            raise ValueError(f"a key set is an object with a list of at most {MAX_KEYS} keys")
        self._by_kid: dict[str, VerificationKey | str] = {}
        self._passed_over: dict[str, str] = {}
        for jwk in keys:
            kid = jwk.get("kid")
            if isinstance(kid, str):
                self._add(kid, jwk)

    def __contains__(self, kid: str) -> bool:
        return kid in self._by_kid or kid in self._passed_over

    def find(self, kid: str) -> VerificationKey:
        """A key by its identifier.

        Raises:
            Untrusted: there is none (`key_unknown`), there are several (`key_ambiguous`), or it may not
                be used (see `read_key`).
        """
        found = self._by_kid.get(kid) or self._passed_over.get(kid, "key_unknown")
        if isinstance(found, str):
            raise Untrusted(found)
        return found

    def unusable(self) -> dict[str, str]:
        """Identifiers of those that may not be used, with the reason."""
        return {**self.passed_over(), **self.faulty()}

    def passed_over(self) -> dict[str, str]:
        """Identifiers of those that are for something else alone, with the reason."""
        return {kid: reason for kid, reason in self._passed_over.items() if kid not in self._by_kid}

    def faulty(self) -> dict[str, str]:
        """Identifiers of those that are for signatures and may not be used, with the reason."""
        return {kid: found for kid, found in self._by_kid.items() if isinstance(found, str)}

    def _add(self, kid: str, jwk: Mapping[str, Any]) -> None:
        made = _key_or_reason(jwk)
        if isinstance(made, str) and is_for_something_else(jwk):
            self._passed_over[kid] = made
            return
        known = self._by_kid.get(kid)
        if known is None:
            self._by_kid[kid] = made
        elif isinstance(known, str) or isinstance(made, str) or not known.is_same(made):
            self._by_kid[kid] = "key_ambiguous"


def _key_or_reason(jwk: Mapping[str, Any]) -> VerificationKey | str:
    try:
        return read_key(jwk)
    except Untrusted as refused:
        return refused.reason
