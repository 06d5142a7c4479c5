from __future__ import annotations

import pytest

from foreign.reports.desk import Desk, Reports, Size
from foreign.wirings import WIRINGS, Wiring, contract

PORT = contract("reports").bind(Reports)


@pytest.fixture(params=WIRINGS, ids=lambda wiring: wiring.__name__)
def reports(request: pytest.FixtureRequest) -> Reports:
    wiring: Wiring = request.param
    made: Reports = wiring(PORT, Desk())
    return made


@pytest.mark.parametrize("text", ["", "plain", "ünï\r\n\tcode 😀", '"quoted"', "null"])
async def test_a_text_arrives_as_it_was(reports: Reports, text: str) -> None:
    await reports.write_note("n", text)

    assert await reports.read_note("n") == text


@pytest.mark.parametrize("image", [b"", b"\x89PNG\r\n\x00\xff", bytes(range(256)) * 40])
async def test_bytes_arrive_as_they_were(reports: Reports, image: bytes) -> None:
    assert await reports.write_image("i", image) == Size(len(image))
    assert await reports.read_image("i") == image


async def test_of_texts_and_bytes_the_text_is_taken_with_any_success(reports: Reports) -> None:
    assert await reports.summarise() == "notes,images\r\n0,0\r\n"


async def test_a_body_may_be_left_out(reports: Reports) -> None:
    assert await reports.comment() is None
    assert await reports.comment(Size(1)) == Size(2)


async def test_a_delete_may_have_a_body(reports: Reports) -> None:
    for name in ("a", "b", "c"):
        await reports.write_note(name, name)

    assert await reports.erase_notes("a", ["b", "x"]) == 2
    assert await reports.erase_notes("c") == 1


def test_what_is_passed_over_is_named() -> None:
    assert [warning.partition(" ")[0] for warning in PORT.warnings] == ["writeImage:", "summarise:"]
    assert (
        "offers application/vnd.reports+json; version=1, which is used, and application/xml, text/csv"
        in PORT.warnings[0]
    )
    assert "openapi.yaml:" in PORT.warnings[0]
    assert "offers text/csv, which is used, and application/pdf, which is not" in PORT.warnings[1]
