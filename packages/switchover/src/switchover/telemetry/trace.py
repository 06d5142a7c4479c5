"""Positions in a trace: W3C Trace Context, level 2 (`traceparent`, section 3.2; for `tracestate` see `state`)."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

from switchover.telemetry.state import read_state

_PARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED: Final = 0x01
_RANDOM: Final = 0x02

_WORD: Final = 2**64 - 1
_DOUBLE_WORD: Final = 2**128 - 1
_SPREAD: Final = 0x9E3779B97F4A7C15F39CC0605CEDC835  # 2**128 over the golden ratio, which is odd

_new: Final = tuple.__new__

# Ids have to be unlikely to meet, not hard to guess: a seeded generator makes one in a tenth of a microsecond.
_generator: Final = Random(secrets.randbits(256))  # noqa: S311
_bits: Final = _generator.getrandbits
os.register_at_fork(after_in_child=lambda: _generator.seed(secrets.randbits(256)))


class TraceContext(NamedTuple):
    """A position in a trace.

    Attributes:
        trace: number of the trace, 1 to 2**128 - 1; the same on every side of every call of one request.
        span: number of this position, 1 to 2**64 - 1.
        flags: `trace-flags`, 0 to 255.
        state: `tracestate` as it is passed on, what tracing systems remember beside the trace; "" for none.
    """

    trace: int
    span: int
    flags: int = _RANDOM
    state: str = ""

    @property
    def trace_id(self) -> str:
        """The trace as 32 hex digits."""
        return f"{self.trace:032x}"

    @property
    def span_id(self) -> str:
        """The position as 16 hex digits."""
        return f"{self.span:016x}"

    @property
    def is_sampled(self) -> bool:
        """Did the caller record its part of the trace?"""
        return bool(self.flags & _SAMPLED)

    @property
    def header(self) -> str:
        """This position as a `traceparent`."""
        return f"00-{self.trace:032x}-{self.span:016x}-{self.flags:02x}"

    def child(self) -> TraceContext:
        """A new position below this one."""
        return _new(TraceContext, (self.trace, _bits(64) or 1, self.flags, self.state))


def start() -> TraceContext:
    """The first position of a new trace, with a random trace id (level 2, section 3.2.2.5)."""
    return _new(TraceContext, (_bits(128) or 1, _bits(64) or 1, _RANDOM, ""))


def derived(seed: int, number: int, outside: TraceContext | None) -> TraceContext:
    """A position that is a function of a random seed (64 bits) and a number: below the one outside, or the first of a new trace.

    Different numbers give different positions: the mixing is a bijection (SplitMix64; Steele, Lea, Flood 2014).
    """
    span = _mixed(seed ^ number) or 1
    if outside is not None:
        return _new(TraceContext, (outside.trace, span, outside.flags, outside.state))
    # An odd factor keeps different what was different, in the lower half alone too, where readers look for what is random.
    return _new(TraceContext, (_mixed(~seed ^ span) * _SPREAD & _DOUBLE_WORD or 1, span, _RANDOM, ""))


def _mixed(number: int) -> int:
    word = (number + 0x9E3779B97F4A7C15) & _WORD
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
    return word ^ (word >> 31)


def parse(header: str | None, states: Sequence[str] = ()) -> TraceContext | None:
    """The position that a `traceparent` names; None for one that has to be ignored (section 3.2.2.1 and 3.2.4).

    Of a later version, what this one knows is read. Flags that it does not know are not passed on (section 3.2.2.5.3).

    Arguments:
        header: its value; white space around it does not count.
        states: the values of the `tracestate` headers beside it. They do not matter to whether the position is one.
    """
    match = _PARENT.fullmatch(header.strip(" \t")) if header else None
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    trace, span = int(trace_id, 16), int(span_id, 16)
    if version == "ff" or (version == "00" and rest) or not trace or not span:
        return None
    state = read_state(states) if states else ""
    return TraceContext(trace, span, int(flags, 16) & (_SAMPLED | _RANDOM), state)
