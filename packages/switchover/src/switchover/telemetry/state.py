"""What tracing systems remember beside a trace: W3C Trace Context, level 2, `tracestate` (section 3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MAX_MEMBERS: Final = 32
MAX_CHARACTERS: Final = 4096
"""What is passed on at most. At least 512 have to be (section 3.3.1.5); more than this, with everything else that a request carries,
comes near to what servers and proxies take of headers, and a caller could make every call below its own fail."""

_LARGE: Final = 128
_OWS: Final = " \t"
# A value may start with spaces, and does not end in one; `,` and `=` are not part of it.
_MEMBER: Final = re.compile(
    r"[a-z0-9][a-z0-9_*/@-]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
)


def read_state(lines: Iterable[str]) -> str:
    """Return the `tracestate` of a request as it is passed on; "" if it is missing or malformed.

    Args:
        lines: the values of all headers of that name, in order (RFC 9110, section 5.3). Empty
            members are left out and do not count.

    A malformed member or more than 32 members discard all of it: what is left of a list could mean
    something else. Of members with one key the first is kept, which is the newest (section
    3.3.1.4). A list that is too long is not malformed; it loses members of more than 128 characters
    first, then others, both from the end (section 3.3.1.5).
    """
    listed = [member for line in lines for piece in line.split(",") if (member := piece.strip(_OWS))]
    if not all(map(_MEMBER.fullmatch, listed)):
        return ""
    by_key: dict[str, str] = {}
    for member in listed:
        by_key.setdefault(member.partition("=")[0], member)
    if len(by_key) > MAX_MEMBERS:
        return ""
    return ",".join(_shortened(list(by_key.values())))


def is_state(text: str) -> bool:
    """Is this a `tracestate` as it is passed on?"""
    return read_state([text]) == text


def _shortened(members: list[str]) -> list[str]:
    length = sum(map(len, members)) + len(members) - 1
    for bound in (_LARGE, 0):
        for index in range(len(members) - 1, -1, -1):
            if length <= MAX_CHARACTERS:
                return members
            if len(members[index]) > bound:
                length -= len(members.pop(index)) + 1
    return members
