"""Looking into pictures, with Pillow."""

from __future__ import annotations

from livetrip_bff.images.processor import PillowImageProcessor

__all__ = ["PillowImageProcessor"]
