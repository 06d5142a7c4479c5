"""What differs between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

Parts = list[tuple[str, bool]]
"""A text in parts, and of each whether the other text lacks it."""

MOST: Final = 1_000
"""Pieces that are compared with one another: the time it takes grows with their square."""

# Words with the space after them, and each letter of a script that writes none; where that is too much, sentences.
_WORDS: Final = re.compile(r"[぀-ヿ㐀-鿿]\s*|[^\W぀-ヿ㐀-鿿]+\s*|\s+|[^\w\s]\s*")
_SENTENCES: Final = re.compile(r"[^.!?。！？\n]*[.!?。！？\n]*\s*")


def differences(one: str, other: str) -> tuple[Parts, Parts]:
    """Both texts in parts."""
    for pattern in (_WORDS, _SENTENCES):
        pieces, others = pattern.findall(one), pattern.findall(other)
        first = _alike(pieces, others)
        last = _alike(pieces[first:][::-1], others[first:][::-1])
        if max(len(pieces), len(others)) - first - last <= MOST:
            break
    middle, middles = pieces[first : len(pieces) - last], others[first : len(others) - last]
    blocks = _blocks(middle, middles)
    start, end = pieces[:first], pieces[len(pieces) - last :]
    return _parts(start, middle, [(a, n) for a, _, n in blocks], end), _parts(
        start, middles, [(b, n) for _, b, n in blocks], end
    )


def _alike(pieces: Sequence[str], others: Sequence[str]) -> int:
    """How many pieces both begin with."""
    return next(
        (n for n, (a, b) in enumerate(zip(pieces, others, strict=False)) if a != b), min(len(pieces), len(others))
    )


def _blocks(pieces: list[str], others: list[str]) -> list[tuple[int, int, int]]:
    if max(len(pieces), len(others)) > MOST:
        return []
    return [(at, there, n) for at, there, n in SequenceMatcher(None, pieces, others).get_matching_blocks()]


def _parts(start: list[str], middle: list[str], blocks: list[tuple[int, int]], end: list[str]) -> Parts:
    parts, here = [("".join(start), False)], 0
    for at, length in blocks:
        parts += [("".join(middle[here:at]), True), ("".join(middle[at : at + length]), False)]
        here = at + length
    parts += [("".join(middle[here:]), True), ("".join(end), False)]
    return [(text, is_new) for text, is_new in parts if text]
