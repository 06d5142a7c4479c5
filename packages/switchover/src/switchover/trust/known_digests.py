"""Secrets that a service knows by their digests, and whose they are."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from switchover.trust.principal import Principal

T = TypeVar("T")

KnownDigests = tuple[tuple[bytes, Principal], ...]


def digests_of(
    secrets: Mapping[Principal, Sequence[T]], digest: Callable[[T], bytes], what: str = "key"
) -> KnownDigests:
    """The digests of the secrets of each principal.

    Raises:
        ValueError: there are none, or one is there twice.
    """
    found: dict[bytes, Principal] = {}
    for principal, listed in secrets.items():
        if not principal.name or not listed:
            raise ValueError(f"every principal has a name and at least one {what}")
        for secret in listed:
            digested = digest(secret)
            if digested in found:
                raise ValueError(
                    f"a {what} of {principal.name} is there twice: a {what} is one principal's, and said once"
                )
            found[digested] = principal
    if not found:
        raise ValueError(f"without any {what} nobody could call; give at least one")
    return tuple(found.items())


def principal_of(known: KnownDigests, presented: bytes) -> Principal | None:
    """Return whose secret it is, in the same time for every secret."""
    digest = hashlib.sha256(presented).digest()
    found: Principal | None = None
    for each, principal in known:
        # Compare with every digest, so that the time does not tell how many come before it.
        found = principal if hmac.compare_digest(digest, each) else found
    return found


def described(known: KnownDigests, place: str, what: str = "key") -> Iterable[str]:
    """A line for each principal, without secrets."""
    for principal in dict.fromkeys(principal for _, principal in known):
        count = sum(whose == principal for _, whose in known)
        rights = "may act for users" if principal.may_act_for_users else "may not act for users"
        yield f"{place}: {principal.name} ({count} {what}{'s' * (count > 1)}), which {rights}"


def names_of(known: KnownDigests) -> str:
    """The names of the principals."""
    return ", ".join(dict.fromkeys(principal.name for _, principal in known))
