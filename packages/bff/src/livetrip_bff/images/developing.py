"""One picture, decoded, turned the right way up, and encoded anew: nothing but what can be seen gets through."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps

from livetrip_bff.images import exif
from livetrip_core import Development, PhotoFormat, PhotoRejected, Rendering

MAX_PIXELS: Final = 60_000_000
"""The most pixels that are decoded: cameras have less, and four bytes of each have to fit into memory."""

THUMBNAIL_WIDTHS: Final = (320, 1280)
"""Pixels; one that is not smaller than the picture is left out."""

LONGEST_WEBP: Final = 16_383
"""The most pixels that a WebP picture has in a row or a column (14 bits of RFC 9649); the thumbnail of a taller one is narrower."""

_NAMES: Final = {PhotoFormat.JPEG: "JPEG", PhotoFormat.PNG: "PNG", PhotoFormat.WEBP: "WEBP"}
# Phones write JPEGs with further pictures after the first (CIPA DC-007), which Pillow has another name for; the first is the photo.
_CALLED: Final = {kind: {name, "MPO"} if kind is PhotoFormat.JPEG else {name} for kind, name in _NAMES.items()}
_ENCODING: Final[dict[PhotoFormat, dict[str, Any]]] = {
    PhotoFormat.JPEG: {"quality": 92, "optimize": True},
    PhotoFormat.PNG: {},
    PhotoFormat.WEBP: {"quality": 90, "method": 4},
}
_DEEP_GREYS: Final = ("I", "I;16", "I;16B", "I;16L", "I;16N")
"""How Pillow calls pictures with 16 bits of grey."""
_DEEP: Final = 65_536
"""How many greys those have."""
_THUMBNAIL_ENCODING: Final = {"quality": 80, "method": 4}


def develop(content: bytes, kind: PhotoFormat, max_pixels: int = MAX_PIXELS) -> Development:
    """Free a picture of everything else, and make thumbnails. It takes a while, and holds the picture in memory.

    Raises:
        PhotoRejected: it is none, one of another type, or has too many pixels.
    """
    with _opened(content, kind, max_pixels) as image:
        found = image.getexif()
        taken_at, coordinates = exif.taken_at(found), exif.coordinates(found)
        upright = _visible(image, kind)
    original = _encoded(upright, kind, _ENCODING[kind])
    thumbnails = [_thumbnail(upright, width) for width in THUMBNAIL_WIDTHS if width < upright.width]
    return Development(original=original, thumbnails=thumbnails, taken_at=taken_at, coordinates=coordinates)


@contextmanager
def _opened(content: bytes, kind: PhotoFormat, max_pixels: int) -> Iterator[Image.Image]:
    """The picture, not decoded yet; whatever goes wrong with it inside is its own fault."""
    try:
        with Image.open(io.BytesIO(content), formats=list(_NAMES.values())) as image:
            if image.format not in _CALLED[kind]:
                raise PhotoRejected("type_differs")
            if image.width * image.height > max_pixels:
                raise PhotoRejected("too_many_pixels")
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoRejected("too_many_pixels") from error
    except PhotoRejected:
        raise
    except Exception as error:  # decoders raise whatever they trip over
        raise PhotoRejected("not_an_image") from error


def _visible(image: Image.Image, kind: PhotoFormat) -> Image.Image:
    """What can be seen, upright and in sRGB."""
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode in _DEEP_GREYS:
        upright = _in_eight_bits(upright)
    profile = upright.info.get("icc_profile")
    is_seen_through = kind is not PhotoFormat.JPEG and upright.has_transparency_data
    plain = upright.convert("RGBA" if is_seen_through else "RGB")
    if profile:
        _to_srgb(plain, profile)
    plain.info.clear()
    return plain


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture of 16-bit greys in 8 bits, with the grey that it names transparent (PNG, tRNS); `convert` would clip nearly all to white."""
    deep, hidden = image.convert("I"), image.info.get("transparency")
    plain = deep.point([grey >> 8 for grey in range(_DEEP)], "L")
    if isinstance(hidden, int):
        plain.putalpha(deep.point([0 if grey == hidden else 255 for grey in range(_DEEP)], "L"))
    plain.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return plain


def _to_srgb(image: Image.Image, profile: bytes) -> None:
    """Change the colours of a picture so that they look the same without its profile; one that is broken never mattered."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), inPlace=True)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return


def _thumbnail(image: Image.Image, width: int) -> Rendering:
    scale = min(width / image.width, LONGEST_WEBP / image.height)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    smaller = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _encoded(smaller, PhotoFormat.WEBP, _THUMBNAIL_ENCODING)


def _encoded(image: Image.Image, kind: PhotoFormat, encoding: dict[str, Any]) -> Rendering:
    buffer = io.BytesIO()
    image.save(buffer, format=_NAMES[kind], **encoding)
    return Rendering(content=buffer.getvalue(), format=kind, width=image.width, height=image.height)
