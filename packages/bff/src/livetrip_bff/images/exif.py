"""What a camera wrote beside the picture: when and where (Exif 2.32, sections 4.6.5 and 4.6.6)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from PIL import ExifTags, Image

from livetrip_core import Coordinates

_TIME: Final = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", re.ASCII)
_OFFSET: Final = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d", re.ASCII)


def taken_at(exif: Image.Exif) -> str | None:
    """When the picture was taken, RFC 3339, with an offset only if one was written; None if no time was."""
    details = exif.get_ifd(ExifTags.IFD.Exif)
    written = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    match = _TIME.fullmatch(_text(written))
    if match is None:
        return None
    local = f"{match[1]}-{match[2]}-{match[3]}T{match[4]}"
    offset = _text(details.get(ExifTags.Base.OffsetTimeOriginal))
    try:
        datetime.fromisoformat(local)
    except ValueError:
        return None
    return local + (offset if _OFFSET.fullmatch(offset) else "")


def coordinates(exif: Image.Exif) -> Coordinates | None:
    """Where the picture was taken; None if that was not written, or is no place on Earth."""
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    latitude = _angle(place, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, {"N": 1, "S": -1})
    longitude = _angle(place, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, {"E": 1, "W": -1})
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Coordinates(latitude=latitude, longitude=longitude)


def _angle(place: Mapping[int, Any], value: int, reference: int, signs: Mapping[str, int]) -> float | None:
    """Degrees, minutes and seconds as one number, to a tenth of a metre."""
    parts = place.get(value)
    sign = signs.get(_text(place.get(reference)))
    if sign is None or not isinstance(parts, tuple) or len(parts) != 3:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    angle = degrees + minutes / 60 + seconds / 3600
    return round(sign * angle, 6) if math.isfinite(angle) else None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return value.strip("\0 ") if isinstance(value, str) else ""
