"""Why callers are not let in: a fixed set of words, so that nobody outside can make series."""

from __future__ import annotations

from typing import Final

OTHER: Final = "other"
"""What stands for every word that is not known here."""

REASONS: Final = (
    "address", "algorithm", "ambiguous", "audience", "claims", "components", "digest", "expired", "header", "issuer",
    "key_ambiguous", "key_private", "key_unknown", "key_unusable", "key_use", "key_weak", "keys_unavailable", "lifetime",
    "malformed", "may_not_act", "missing", "nonces_full", "nonces_unavailable", "not_allowed", "not_yet", "not_yet_valid",
    "parameters", "repeated", "replayed", "scheme", "signature", "too_long", "type", "unknown_key", "unspecified", OTHER,
)  # fmt: skip
"""The words of `switchover.errors.Refused.reason`, as the verifiers of the kit use them; a verifier of the team's own says one of them, or
counts as OTHER."""


def known(reason: str) -> str:
    """The word that a refusal is counted under."""
    return reason if reason in _KNOWN else OTHER


_KNOWN: Final = frozenset(REASONS)
