"""Durations in logarithmic buckets: 32 to each doubling, from 1 µs to more than an hour.

The bucket of a duration is the upper end of its single-precision float (IEEE 754, section 3.4): the exponent and the first five digits of the
fraction. So a whole batch is put into buckets by a few operations on bytes, each of them one pass in C.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from struct import pack
from typing import Final

BUCKETS: Final = 1024
"""How many buckets there are: 32 doublings of 32 each."""

SHORTEST: Final = 2.0**-20
"""Lower end of the first bucket, in seconds: about 1 µs. What is shorter counts as this long."""

LONGEST: Final = 2.0**12
"""Upper end of the last bucket, in seconds: about 68 minutes. What is longer counts as this long."""

_PER_DOUBLING: Final = 32
_FIRST: Final = (127 - 20) * _PER_DOUBLING
"""The bucket of `SHORTEST` by the bits of its float: its exponent has a bias of 127."""

_USUAL: Final = 15
"""Upper bits of durations from 8 ms to 2 s. They become zero, because the interpreter keeps the numbers up to 256 and need not make them."""

_NEGATIVE: Final = 32
"""From here on the upper bits are those of negative numbers."""

_UPPER: Final = bytes((_USUAL - (byte >> 2)) & 0xFF for byte in range(256))
_SIGN_TO_EXPONENT: Final = bytes((byte & 3) << 6 for byte in range(256))
_EXPONENT_TO_FRACTION: Final = bytes(byte >> 2 for byte in range(256))
_FIRST_BYTE, _SECOND_BYTE = (3, 2) if sys.byteorder == "little" else (0, 1)
_LOW, _HIGH = (0, 1) if sys.byteorder == "little" else (1, 0)


def packed(durations: Sequence[float]) -> bytes:
    """Durations, in seconds, as single-precision floats; what is too large for one is infinite."""
    return pack(f"{len(durations)}f", *durations)


def codes(floats: bytes | bytearray) -> array[int]:
    """A number of 16 bits for each packed float: the first 14 of its bits, with the upper six told from `_USUAL`."""
    count = len(floats) // 4
    first, second = floats[_FIRST_BYTE::4], floats[_SECOND_BYTE::4]
    exponents = int.from_bytes(first.translate(_SIGN_TO_EXPONENT), "little")
    fractions = int.from_bytes(second.translate(_EXPONENT_TO_FRACTION), "little")
    words = bytearray(2 * count)
    words[_LOW::2] = (exponents | fractions).to_bytes(count, "little")
    words[_HIGH::2] = first.translate(_UPPER)
    return array("H", bytes(words))


def spread(counted: Iterable[tuple[int, int]]) -> array[int]:
    """Counts by bucket, from counts by code. A duration below zero, of a clock that was set, counts as the shortest."""
    counts = array("I", bytes(4 * BUCKETS))
    for code, count in counted:
        upper = (_USUAL - (code >> 8)) & 0xFF
        bits = (upper << 8) + (code & 0xFF)
        bucket = 0 if upper >= _NEGATIVE else min(max(bits - _FIRST, 0), BUCKETS - 1)
        counts[bucket] += count
    return counts


def middle(bucket: int) -> float:
    """The duration, in seconds, that is off by the same share, at most 1.6 %, from both ends of a bucket."""
    doublings, part = divmod(bucket, _PER_DOUBLING)
    low = SHORTEST * 2.0**doublings * (1 + part / _PER_DOUBLING)
    high = SHORTEST * 2.0**doublings * (1 + (part + 1) / _PER_DOUBLING)
    return 2 * low * high / (low + high)
