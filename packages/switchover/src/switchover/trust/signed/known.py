"""The keys that a verifier knows, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from switchover.trust.principal import Principal
from switchover.trust.signed.algorithms import Verifying
from switchover.trust.signed.keys import verifying_key

if TYPE_CHECKING:
    from switchover.trust.signed.asymmetric import PublicKey


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A service's key, and what the service may do.

    Attributes:
        principal: the service's name.
        may_act_for_users: may it say for whom it calls?
        key: its public key, as PEM text or of `cryptography`'s, or the secret shared with it, as bytes.
    """

    principal: str
    may_act_for_users: bool
    key: PublicKey | str | bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that is ready to verify, and the service whose it is."""

    key: Verifying
    principal: Principal

    @classmethod
    def of(cls, key_id: str, given: SigningKey) -> KnownKey:
        """Raises ValueError, with the key id, for a key that is none or weak."""
        try:
            key = verifying_key(given.key)
        except ValueError as error:
            raise ValueError(f"key {key_id}: {error}") from None
        return cls(key, Principal(given.principal, given.may_act_for_users))

    def described(self, key_id: str) -> str:
        """One line, without secrets."""
        what = "may act for users" if self.principal.may_act_for_users else "may not act for users"
        return f"signed with key {key_id}, {self.key.algorithm}: {self.principal.name}, which {what}"
