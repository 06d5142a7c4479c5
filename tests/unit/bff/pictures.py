"""Pictures for tests, made on the spot."""

from __future__ import annotations

import io
from typing import Any

from PIL import ExifTags, Image, ImageCms

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
SECRET = "owned-by-somebody-in-particular"


def picture(kind: str = "image/jpeg", size: tuple[int, int] = (640, 480), **more: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, (200, 0, 0))
    image.paste((0, 0, 200), (size[0] // 2, 0, size[0], size[1]))
    buffer = io.BytesIO()
    image.save(buffer, format=FORMATS[kind], **more)
    return buffer.getvalue()


def exif(
    *,
    taken: str | None = "2026:11:21 07:30:00",
    offset: str | None = "+09:00",
    place: tuple[Any, str, Any, str] | None = ((34.0, 59.0, 30.84), "N", (135.0, 41.0, 1.32), "E"),
    orientation: int = 1,
) -> Image.Exif:
    """What a camera writes beside a picture."""
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = orientation
    made[ExifTags.Base.Artist] = SECRET
    details = made.get_ifd(ExifTags.IFD.Exif)
    if taken is not None:
        details[ExifTags.Base.DateTimeOriginal] = taken
    if offset is not None:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    if place is not None:
        gps = made.get_ifd(ExifTags.IFD.GPSInfo)
        (
            gps[ExifTags.GPS.GPSLatitude],
            gps[ExifTags.GPS.GPSLatitudeRef],
            gps[ExifTags.GPS.GPSLongitude],
            gps[ExifTags.GPS.GPSLongitudeRef],
        ) = place
    return made


def profile() -> bytes:
    """A colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
