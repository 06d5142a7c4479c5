"""The public keys of an issuer at one time (RFC 7517, section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from switchover.trust.oidc.untrusted import Untrusted
from switchover.trust.oidc.verification_key import VerificationKey, read_key

MAX_KEYS: Final = 64


class KeySet:
    """Keys by their identifiers. One that cannot be used does no harm to the others; it is refused when a token names it.

    Raises:
        ValueError: the document is no key set, or has more than `MAX_KEYS`.
    """

    __slots__ = ("_by_kid",)

    def __init__(self, document: Mapping[str, Any]) -> None:
        keys = document.get("keys")
        if not isinstance(keys, list) or len(keys) > MAX_KEYS or not all(isinstance(jwk, dict) for jwk in keys):
            raise ValueError(f"a key set is an object with a list of at most {MAX_KEYS} keys")
        self._by_kid: dict[str, VerificationKey | str] = {}
        for jwk in keys:
            kid = jwk.get("kid")
            if isinstance(kid, str):
                self._by_kid[kid] = "key_ambiguous" if kid in self._by_kid else _key_or_reason(jwk)

    def __contains__(self, kid: str) -> bool:
        return kid in self._by_kid

    def find(self, kid: str) -> VerificationKey:
        """A key by its identifier.

        Raises:
            Untrusted: there is none (`key_unknown`), there are several (`key_ambiguous`), or it may not be used (see `read_key`).
        """
        found = self._by_kid.get(kid, "key_unknown")
        if isinstance(found, str):
            raise Untrusted(found)
        return found

    def unusable(self) -> dict[str, str]:
        """Identifiers of those that may not be used, with the reason."""
        return {kid: found for kid, found in self._by_kid.items() if isinstance(found, str)}


def _key_or_reason(jwk: Mapping[str, Any]) -> VerificationKey | str:
    try:
        return read_key(jwk)
    except Untrusted as refused:
        return refused.reason
