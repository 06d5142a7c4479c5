"""Who somebody is, as far as the pages have to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from livetrip_contract import Caller
from livetrip_web.signing_in.failures import SignInFailed

LONGEST_USER_ID: Final = 200
LONGEST_GROUP: Final = 100
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Identity:
    """A person. `name`: what the pages call them."""

    user_id: str
    name: str
    groups: tuple[str, ...] = ()


def identity_of(claims: Mapping[str, Any], groups_claim: str) -> Identity:
    """The person of an ID token (OpenID Connect Core 1.0, sections 2 and 5.1).

    Raises:
        SignInFailed: subject or groups are not what LiveTrip can take (`subject`, `groups`).
    """
    subject, groups = claims.get("sub"), claims.get(groups_claim, [])
    if not isinstance(subject, str) or len(subject) > LONGEST_USER_ID:
        raise SignInFailed("subject")
    if not isinstance(groups, list) or not all(isinstance(name, str) and len(name) <= LONGEST_GROUP for name in groups):
        raise SignInFailed("groups")
    try:
        caller = Caller(subject, frozenset(groups))
    except ValueError:
        raise SignInFailed("subject") from None
    return Identity(caller.user_id, _name(claims, subject), tuple(dict.fromkeys(groups)))


def _name(claims: Mapping[str, Any], otherwise: str) -> str:
    for claim in ("name", "preferred_username"):
        name = claims.get(claim)
        if isinstance(name, str) and name.strip():
            return name.strip()[:LONGEST_NAME]
    return otherwise[:LONGEST_NAME]
