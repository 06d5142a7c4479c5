"""Dates and times as people write them. A moment is shown at the offset that it was written with."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

_MONTHS: Final = "January February March April May June July August September October November December".split()
_DAYS: Final = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_YOUBI: Final = "月火水木金土日"


def day(language: str, value: date) -> str:
    """Saturday, 21 November 2026, which a line breaks after the comma alone; 2026年11月21日（土）."""
    if language == "ja":
        return f"{value.year}年{value.month}月{value.day}日（{_YOUBI[value.weekday()]}）"
    return f"{_DAYS[value.weekday()]}, {value.day}\xa0{_MONTHS[value.month - 1]}\xa0{value.year}"


def month(language: str, value: date) -> str:
    """Nov; 11月."""
    return f"{value.month}月" if language == "ja" else _MONTHS[value.month - 1][:3]


def span(language: str, first: date, last: date) -> str:
    """20–24 November 2026; 2026年11月20日〜24日."""
    if first == last:
        return _full(language, first)
    if language == "ja":
        return f"{_full(language, first)}〜{_rest_ja(first, last)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_full(language, last)}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {_MONTHS[first.month - 1]}{year} – {_full(language, last)}"


def clock(value: datetime) -> str:
    """07:30."""
    return value.strftime("%H:%M")


def moment(language: str, value: datetime) -> str:
    """21 November 2026, 07:30 UTC+9; 2026年11月21日 07:30 UTC+9. Without an offset, if it has none."""
    comma = "" if language == "ja" else ","
    away = "" if value.utcoffset() is None else f" {offset(value)}"
    return f"{_full(language, value)}{comma} {clock(value)}{away}"


def taken(language: str, text: str) -> str:
    """When a camera says that it took a photo (`takenAt`); as it says it, where no calendar has that day."""
    try:
        return moment(language, datetime.fromisoformat(text))
    except ValueError:
        return text


def offset(value: datetime) -> str:
    """UTC+9, UTC+5:30, UTC."""
    away = value.utcoffset() or timedelta()
    return offset_name(away)


def offset_name(away: timedelta) -> str:
    """The same, of an offset by itself."""
    minutes = int(away.total_seconds() // 60)
    sign, size = "−" if minutes < 0 else "+", abs(minutes)
    if not minutes:
        return "UTC"
    rest = f":{size % 60:02d}" if size % 60 else ""
    return f"UTC{sign}{size // 60}{rest}"


def _full(language: str, value: date) -> str:
    if language == "ja":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def _rest_ja(first: date, last: date) -> str:
    if first.year != last.year:
        return _full("ja", last)
    if first.month != last.month:
        return f"{last.month}月{last.day}日"
    return f"{last.day}日"
