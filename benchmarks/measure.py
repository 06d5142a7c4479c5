"""How things are measured here: everything once per round, in shuffled order; ratios inside the round, medians over rounds.

The machine may be shared and noisy: single figures say little, ratios of neighbours say much.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

Measure = Callable[[], Awaitable[float]]


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
    names = list(measures)
    found: dict[str, list[float]] = {name: [] for name in names}
    for measure in measures.values():
        await measure()  # warm up
    for _ in range(rounds):
        for name in random.sample(names, len(names)):
            found[name].append(await measures[name]())
    return [_row(group, name, found, names[0], unit, (bars or {}).get(name, "")) for name in names]


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
