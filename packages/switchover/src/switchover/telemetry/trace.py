"""Positions in a trace: W3C Trace Context, level 2 (`traceparent`, section 3.2)."""

from __future__ import annotations

import os
import re
import secrets
from random import Random
from typing import Final, NamedTuple

_PARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED: Final = 0x01
_RANDOM: Final = 0x02

_new: Final = tuple.__new__

# Ids have to be unlikely to meet, not hard to guess: a seeded generator makes one in a tenth of a microsecond.
_generator: Final = Random(secrets.randbits(256))  # noqa: S311
_bits: Final = _generator.getrandbits
_BOTH: Final = 1 << 191 | 1
"""Bits that keep an id from being all zero; the right-most 7 bytes of a trace id stay random (level 2, section 3.2.2.5)."""
os.register_at_fork(after_in_child=lambda: _generator.seed(secrets.randbits(256)))


class TraceContext(NamedTuple):
    """A position in a trace.

    Attributes:
        trace_id: 32 hex digits, not all zero; the same on every side of every call of one request.
        span_id: 16 hex digits, not all zero: this position.
        flags: `trace-flags`, 0 to 255.
    """

    trace_id: str
    span_id: str
    flags: int = _RANDOM

    @property
    def is_sampled(self) -> bool:
        """Did the caller record its part of the trace?"""
        return bool(self.flags & _SAMPLED)

    @property
    def header(self) -> str:
        """This position as a `traceparent`."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"

    def child(self) -> TraceContext:
        """A new position below this one."""
        return TraceContext(self.trace_id, (_bits(64) | 1).to_bytes(8, "big").hex(), self.flags)


def start() -> TraceContext:
    """The first position of a new trace, with a random trace id."""
    ids = (_bits(192) | _BOTH).to_bytes(24, "big").hex()
    return _new(TraceContext, (ids[:32], ids[32:], _RANDOM))


def parse(header: str | None) -> TraceContext | None:
    """The position that a `traceparent` names; None for one that has to be ignored (section 3.2.2.1 and 4.3)."""
    match = _PARENT.fullmatch(header) if header else None
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest) or not trace_id.strip("0") or not span_id.strip("0"):
        return None
    return TraceContext(trace_id, span_id, int(flags, 16) & (_SAMPLED | _RANDOM))
