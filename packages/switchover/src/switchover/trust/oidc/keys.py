"""Where a verifier has its keys from, and those that it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from switchover.trust.oidc.key_set import KeySet
from switchover.trust.oidc.verification_key import VerificationKey


class KeySource(Protocol):
    """The public keys of one issuer.

    Attributes:
        current: the keys as known now, another object whenever they change; None before they are known.
    """

    current: KeySet | None

    async def key(self, kid: str) -> VerificationKey:
        """A key by its identifier.

        Raises:
            Untrusted: there is none that may be used.
            ServiceUnavailable: no keys are known, and they cannot be had.
        """
        ...

    def described(self) -> list[str]:
        """Where they come from, in plain words, a line each."""
        ...


class FixedKeys:
    """Keys that were configured, for callers that issue their tokens themselves.

    Args:
        document: a key set: `{"keys": [{"kid": …, "kty": …}]}` (RFC 7517, section 5).

    Raises:
        ValueError: it is not a key set, a key has no identifier, one for signatures may not be used,
            or none is for signatures. Keys for encryption beside them are passed over.
    """

    __slots__ = ("current",)

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.current: KeySet | None = KeySet(document)
        if not document["keys"]:
            raise ValueError("the key set is empty")
        if any(not isinstance(jwk.get("kid"), str) for jwk in document["keys"]):
            raise ValueError("every key of the key set needs an identifier (kid)")
        passed_over = self.current.passed_over()
        unusable = self.current.faulty()
        if not unusable and all(jwk["kid"] in passed_over for jwk in document["keys"]):
            unusable = passed_over
        if unusable:
            raise ValueError(
                "keys that may not be used: " + ", ".join(f"{kid} ({reason})" for kid, reason in unusable.items())
            )

    async def key(self, kid: str) -> VerificationKey:
        """See `KeySource`."""
        assert self.current is not None
        return self.current.find(kid)

    def described(self) -> list[str]:
        """See `KeySource`."""
        return ["keys: as configured; a new one takes a new configuration"]
