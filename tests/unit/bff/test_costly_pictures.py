"""Pictures that would keep whoever looks into them busy for hours."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from livetrip_bff.images.assistant import Assistant
from livetrip_bff.images.developing import MAX_PIXELS
from livetrip_core import PhotoFormat, PhotoRejected
from unit.bff.pictures import picture


def with_scans(number: int) -> bytes:
    """A JPEG of 12 megapixels whose last scan, a few dozen bytes, comes again and again."""
    buffer = io.BytesIO()
    Image.new("L", (4000, 3000)).save(buffer, "JPEG", progressive=True)
    content, end = buffer.getvalue()[:-2], buffer.getvalue()[-2:]
    last = content[content.rindex(b"\xff\xc4", 0, content.rindex(b"\xff\xda")) :]
    return content + last * number + end


def test_a_picture_that_costs_too_much_time_is_rejected_and_the_next_one_looked_into() -> None:
    assistant = Assistant(processor_seconds=1)
    try:
        assert assistant.develop(with_scans(9), PhotoFormat.JPEG, MAX_PIXELS).original.width == 4000
        with pytest.raises(PhotoRejected) as caught:
            assistant.develop(with_scans(5000), PhotoFormat.JPEG, MAX_PIXELS)
        assert caught.value.reason == "not_an_image"
        assert assistant.develop(picture(size=(400, 300)), PhotoFormat.JPEG, MAX_PIXELS).original.width == 400
    finally:
        assistant.close()
