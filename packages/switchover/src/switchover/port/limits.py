"""What a service reads at most: bytes, and how deep JSON is nested. The same holds in-process where fidelity asks for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from switchover.errors import PayloadTooLarge

_STRINGS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[\[{]|[\]}]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service reads at most.

    Attributes:
        body_bytes: of one request.
        json_depth: arrays and objects inside each other.
        threads: how many calls of a backend with plain `def` methods run at once.
        larger: a sentence for whoever sends a larger body, which is refused: where larger things go instead.
    """

    body_bytes: int = 1024 * 1024
    json_depth: int = 32
    threads: int = 40
    larger: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for a bound below 1."""
        for name in ("body_bytes", "json_depth", "threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} has to be at least 1")


def check_size(body: bytes, limit: int, larger: str = "") -> None:
    """Refuse a body of more than `limit` bytes; `larger` is said as well.

    Raises:
        PayloadTooLarge: it has.
    """
    if len(body) > limit:
        raise too_large(limit, larger)


def too_large(limit: int, larger: str = "") -> PayloadTooLarge:
    """The refusal of a body of more than `limit` bytes; `larger` is said as well."""
    return PayloadTooLarge(f"The body may have at most {limit} bytes. {larger}".rstrip())


def check_depth(body: bytes, limit: int) -> None:
    """Refuse JSON that is nested too deep, before anything parses it.

    Raises:
        PayloadTooLarge: it is.
    """
    if body.count(b"[") + body.count(b"{") <= limit:
        return
    depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub(b"", body)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > limit:
            raise PayloadTooLarge(f"The body may be nested at most {limit} levels deep.")
