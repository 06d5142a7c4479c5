"""Who calls: the service that proved itself, and the person it acts for."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from switchover.contract import CALLER_HEADER
from switchover.errors import MalformedRequest

MAX_CALLER_BYTES: Final = 8192


@dataclass(frozen=True, slots=True)
class Principal:
    """A service that proved itself: its name, and whether it may act for people."""

    name: str
    may_act_for_users: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, as far as a service has to know: user id and groups."""

    user: str
    groups: frozenset[str] = frozenset()


class Verifier(Protocol):
    """Decides which service calls, from the header `Authorization`."""

    def verify(self, authorization: str | None) -> Principal:
        """The service that calls.

        Raises:
            Unauthenticated: it did not prove itself. The message is the same for every reason.
        """
        ...


class CredentialSource(Protocol):
    """What the calling side proves itself with."""

    def authorization(self) -> str:
        """The value of the header `Authorization`."""
        ...


def encode_identity(identity: Identity) -> str:
    """The value of the caller header: base64url (RFC 4648, section 5) of JSON, without padding."""
    text = json.dumps({"user": identity.user, "groups": sorted(identity.groups)}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@lru_cache(4096)
def decode_identity(header: str) -> Identity:
    """The person that a caller header names.

    Raises:
        MalformedRequest: the header is not what `encode_identity` writes.
    """
    try:
        if len(header) > MAX_CALLER_BYTES:
            raise ValueError
        padded = header.encode("ascii") + b"=" * (-len(header) % 4)
        value = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True).decode("utf-8"))
        user, groups = value["user"], value["groups"]
        if set(value) != {"user", "groups"} or not isinstance(user, str) or not user or not isinstance(groups, list):
            raise ValueError
        if not all(isinstance(group, str) and group for group in groups):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise MalformedRequest(f"The header {CALLER_HEADER} cannot be read.") from error
    return Identity(user, frozenset(groups))
