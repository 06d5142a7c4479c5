"""Photos to send: something like landscapes, and one that takes its time."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload

_COLOURS: Final = (("#26413c", "#c98b5a"), ("#7a3b2e", "#e7d3b1"), ("#34495e", "#b8c6d1"))


def picture(number: int, name: str | None = None) -> FilePayload:
    """A landscape, one of three."""
    sky, ground = _COLOURS[number]
    image = Image.new("RGB", (1600, 1100 + 100 * number), sky)
    draw = ImageDraw.Draw(image)
    draw.ellipse((900, 120, 1150, 370), fill=ground)
    draw.polygon([(0, 900), (500, 480), (900, 800), (1250, 560), (1600, 860), (1600, 1400), (0, 1400)], fill=ground)
    return _file(image, name or f"moss-{number}.jpg")


def large_picture(name: str) -> FilePayload:
    """One that is some megabytes long, because nothing in it repeats."""
    return _file(Image.frombytes("RGB", (1600, 1200), os.urandom(3 * 1600 * 1200)), name)


def _file(image: Image.Image, name: str) -> FilePayload:
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": buffer.getvalue()}
