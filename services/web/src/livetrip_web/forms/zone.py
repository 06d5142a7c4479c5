"""Time zones by name and by offset: an entry keeps the offset that its zone has at the time that was typed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

# Offsets that clocks on land keep or have kept lately, in minutes; any other one that an entry has is offered with it.
_QUARTERS: Final = (-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825)
OFFSETS: Final = tuple(sorted((*range(-720, 841, 60), *_QUARTERS)))

_OFFSET: Final = re.compile(r"-?\d{1,4}", re.ASCII)
_NAMED: Final = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/-]+", re.ASCII
)


@cache
def zones() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the zones of the time zone database by region: names (`Asia/Tokyo`), and what people read (`Tokyo`).

    Without the names that are no places (`EST5EDT`), whose offsets can be chosen by themselves.
    """
    names = sorted(filter(_NAMED.fullmatch, available_timezones()))
    by_region = groupby(names, key=lambda name: name.partition("/")[0])
    return tuple((region, tuple((name, _place(name)) for name in found)) for region, found in by_region)


def offsets(chosen: str) -> list[tuple[str, timedelta]]:
    """Return offsets to choose from, in minutes and as time, the chosen one among them."""
    known = set(OFFSETS)
    if _is_offset(chosen):
        known.add(int(chosen))
    return [(str(minutes), timedelta(minutes=minutes)) for minutes in sorted(known)]


def read_zone(chosen: str) -> tzinfo | None:
    """Return the zone that is named, or that is an offset in minutes; None for anything else."""
    if _is_offset(chosen):
        return timezone(timedelta(minutes=int(chosen)))
    return ZoneInfo(chosen) if _NAMED.fullmatch(chosen) and chosen in available_zones() else None


@cache
def available_zones() -> frozenset[str]:
    """Return the names of all zones that can be chosen."""
    return frozenset(name for _, found in zones() for name, _ in found)


def moment(local: datetime, zone: tzinfo) -> datetime:
    """Return a local time at the offset of its zone, in whole minutes; of a time that a clock shows twice, the first.

    Raises:
        ValueError, OverflowError: no such moment can be written down.
    """
    away = local.replace(tzinfo=zone).utcoffset() or timedelta()
    found = local.replace(tzinfo=timezone(timedelta(minutes=round(away.total_seconds() / 60))))
    found.timestamp()
    found.astimezone(UTC)
    return found


def _is_offset(text: str) -> bool:
    return bool(_OFFSET.fullmatch(text)) and abs(int(text)) < 1440


def _place(name: str) -> str:
    return name.partition("/")[2].replace("_", " ")
