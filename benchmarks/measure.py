"""How things are measured here: everything once per round, in shuffled order; ratios inside the round, medians over rounds.

The machine may be shared and noisy: single figures say little, ratios of neighbours say much.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Measure = Callable[[], Awaitable[float]]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: what was measured.
        value: the median, in `unit`.
        ratio: the median of the ratios to the baseline of the same round.
        spread: lowest and highest ratio.
    """

    group: str
    name: str
    value: float
    unit: str
    ratio: float
    spread: tuple[float, float]
    bar: str = ""


async def compare(
    group: str, measures: Mapping[str, Measure], *, unit: str, rounds: int, bars: Mapping[str, str] | None = None
) -> list[Row]:
    """Measure everything; the first is the baseline of the ratios."""
    found = await _rounds(measures, rounds)
    return _rows(group, found, unit, bars or {})


async def compare_figures(
    groups: Sequence[str], measures: Mapping[str, Callable[[], Awaitable[Sequence[float]]]], *, unit: str, rounds: int
) -> list[Row]:
    """The same where each measure gives several figures at once: one group of rows for each, in their order."""
    found = await _rounds(measures, rounds)
    rows = []
    for number, group in enumerate(groups):
        figures = {name: [told[number] for told in each] for name, each in found.items()}
        rows += _rows(group, figures, unit, {})
    return rows


async def _rounds(measures: Mapping[str, Callable[[], Awaitable[Found]]], rounds: int) -> dict[str, list[Found]]:
    names = list(measures)
    found: dict[str, list[Found]] = {name: [] for name in names}
    for measure in measures.values():
        await measure()  # warm up
    for _ in range(rounds):
        for name in random.sample(names, len(names)):
            found[name].append(await measures[name]())
    return found


def _rows(group: str, found: Mapping[str, list[float]], unit: str, bars: Mapping[str, str]) -> list[Row]:
    baseline = next(iter(found))
    return [_row(group, name, found, baseline, unit, bars.get(name, "")) for name in found]


def _row(group: str, name: str, found: Mapping[str, list[float]], baseline: str, unit: str, bar: str) -> Row:
    ratios = [one / base for one, base in zip(found[name], found[baseline], strict=True)]
    return Row(
        group, name, statistics.median(found[name]), unit, statistics.median(ratios), (min(ratios), max(ratios)), bar
    )


def table(rows: list[Row]) -> str:
    """The rows as text."""
    lines = [("", "median", "", "ratio", "spread", "bar")]
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            lines += [("", "", "", "", "", ""), (group, "", "", "", "", "")]
        low, high = row.spread
        lines.append(
            (f"  {row.name}", f"{row.value:,.1f}", row.unit, f"{row.ratio:.2f} x", f"{low:.2f}-{high:.2f}", row.bar)
        )
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    text = []
    for line in lines:
        cells = [
            f"{line[0]:<{widths[0]}}",
            f"{line[1]:>{widths[1]}}",
            f"{line[2]:<{widths[2]}}",
            f"{line[3]:>{widths[3]}}",
        ]
        text.append("  ".join([*cells, f"{line[4]:>{widths[4]}}", line[5]]).rstrip())
    return "\n".join(text)
