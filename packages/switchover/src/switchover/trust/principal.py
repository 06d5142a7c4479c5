"""Who calls: the service that proved itself, and the person it acts for."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from switchover.contract import CALLER_HEADER
from switchover.errors import InvalidField, InvalidRequest, MalformedRequest

MAX_CALLER_BYTES: Final = 8192
"""The longest caller header."""

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
_UNUSABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and halves of characters: in a name they are an attack or an accident."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A service that proved itself: its name, and whether it may act for people."""

    name: str
    may_act_for_users: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, as far as a service has to know: user id and groups."""

    user: str = field(repr=False)
    groups: frozenset[str] = frozenset()


def encode_identity(identity: Identity) -> str:
    """The value of the caller header: base64url (RFC 4648, section 5) of JSON, without padding.

    Raises:
        InvalidRequest: a name is no name, or the groups are too many for a header.
    """
    errors = []
    if not _is_name(identity.user):
        errors.append(InvalidField("caller.user", "has to be text, not empty, without control characters"))
    if not all(map(_is_name, identity.groups)):
        errors.append(InvalidField("caller.groups", "have to be text, not empty, without control characters"))
    if errors:
        raise InvalidRequest(errors=errors)
    text = json.dumps({"user": identity.user, "groups": sorted(identity.groups)}, separators=(",", ":"))
    header = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    if len(header) > MAX_CALLER_BYTES:
        what = f"have to fit, with the user, into a header of {MAX_CALLER_BYTES} bytes"
        raise InvalidRequest(errors=[InvalidField("caller.groups", what)])
    return header


@lru_cache(1024)
def decode_identity(header: str) -> Identity:
    """The person that a caller header names.

    Raises:
        MalformedRequest: the header is not what `encode_identity` writes.
    """
    try:
        value = json.loads(_bytes(header), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    match value:
        case {"user": str(user), "groups": list(groups), **rest} if not rest and _is_name(user):
            if all(map(_is_name, groups)):
                return Identity(user, frozenset(groups))
    raise _unreadable()


def _bytes(header: str) -> str:
    if len(header) > MAX_CALLER_BYTES or not _BASE64URL.fullmatch(header):
        raise ValueError
    return base64.b64decode(header + "=" * (-len(header) % 4), altchars=b"-_", validate=True).decode("utf-8")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Names twice mean one thing to one reader and another to the next (RFC 8259, section 4)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != "" and not _UNUSABLE.search(value)


def _unreadable() -> MalformedRequest:
    return MalformedRequest(f"The header {CALLER_HEADER} cannot be read.")
