"""A traveller whose browser runs no scripts: she photographs as well, one at a time, in both modes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.conftest import MODES
from support.browser import Chromium, Watched, chromium
from support.shown import shown_diary
from support.traveller import Traveller
from unit.bff.pictures import exif, picture

MOSS = picture(size=(1600, 1200), exif=exif())


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with chromium() as opened:
        yield opened


def send(watched: Watched, path: Path) -> None:
    watched.page.get_by_label("Photo", exact=True).set_input_files(path)
    watched.page.get_by_role("button", name="Send the photo").click()


@pytest.mark.parametrize("mode", MODES)
def test_she_adds_a_photo_and_is_told_what_cannot_be_one(mode: str, browser: Chromium, tmp_path: Path) -> None:
    for name, content in (("moss.jpg", MOSS), ("letter.jpg", b"Dear diary"), ("large.jpg", bytes(100_000_000))):
        (tmp_path / name).write_bytes(content)
    with (
        browser.person(java_script_enabled=False) as watched,
        shown_diary(mode, tmp_path) as (address, _),
    ):
        page, kaede = watched.page, Traveller(watched, address)
        kaede.signs_in()
        kaede.plans_a_trip()
        page.get_by_role("link", name="Photos", exact=True).click()
        assert not page.get_by_text("Drop photos here").is_visible()
        for name, status, told in (
            ("letter.jpg", "422", "This is no JPEG, PNG or WebP."),
            ("large.jpg", "413", "This file is empty or larger than 64 MB."),
        ):
            watched.expect(status)
            send(watched, tmp_path / name)
            page.get_by_role("alert").filter(has_text=told).wait_for()
        send(watched, tmp_path / "moss.jpg")
        page.get_by_role("status").filter(has_text="The photo has been added.").wait_for()
        page.get_by_text("1600 × 1200 pixels").wait_for()
        with page.expect_response(lambda answer: answer.request.resource_type == "image") as shown:
            page.reload()
        assert shown.value.status == 200
        assert watched.unexpected() == []
