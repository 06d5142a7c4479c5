"""Points in time, over the whole range that a datetime has.

`datetime.astimezone` and `datetime.timestamp` overflow within a day of either end of the range, where an offset leads
out of it. Differences of naive datetimes never do, so that is all that is used here.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

from livetrip_core.errors import InvalidValue

_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE: Final = timedelta(minutes=1)
_YEAR_ONE: Final = datetime(1, 1, 1)  # noqa: DTZ001 - naive, see above


def aware(field: str, value: datetime) -> datetime:
    """The value, which has an offset.

    Raises:
        InvalidValue: it has none.
    """
    if value.utcoffset() is None:
        raise InvalidValue(field, "has no offset from UTC")
    return value


def at_own_offset(field: str, value: datetime) -> datetime:
    """The same moment at the same offset, with nothing else of its time zone.

    Raises:
        InvalidValue: it has no offset, or one that RFC 3339, section 5.6 cannot write: not of whole minutes.
    """
    offset = aware(field, value).utcoffset() or timedelta()
    if offset % _MINUTE:
        raise InvalidValue(field, "has an offset that is not of whole minutes")
    return value.replace(tzinfo=timezone(offset), fold=0)


def microseconds(value: datetime) -> int:
    """Microseconds from 0001-01-01T00:00Z to an aware datetime; negative where its offset leads back before it."""
    local = value.replace(tzinfo=None) - _YEAR_ONE
    return (local - (value.utcoffset() or timedelta())) // _MICROSECOND


def offset_minutes(value: datetime) -> int:
    """Minutes that an aware datetime is ahead of UTC."""
    return (value.utcoffset() or timedelta()) // _MINUTE


def at(since_year_one: int, offset: int) -> datetime:
    """The datetime that `microseconds` and `offset_minutes` were taken from."""
    ahead = offset * _MINUTE
    return (_YEAR_ONE + (since_year_one * _MICROSECOND + ahead)).replace(tzinfo=timezone(ahead))
