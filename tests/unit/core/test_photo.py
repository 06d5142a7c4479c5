"""Photos, from their announcement to their arrival."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from livetrip_core import (
    Announcement,
    Arrival,
    Coordinates,
    InvalidValue,
    Photo,
    PhotoFormat,
    PhotoId,
    PhotoRejected,
    Picture,
    TripId,
)
from livetrip_core.photo import ABANDONED_AFTER, UPLOAD_ENDS_WITHIN, UPLOAD_FOR
from unit.core.strategies import NOW

CHECKSUM = "0" * 64
HERE = Coordinates(latitude=34.99, longitude=135.68)
ORIGINAL = Picture(key="photos/1/original", format=PhotoFormat.JPEG, byte_size=9, width=400, height=300)
SMALL = Picture(key="photos/1/320", format=PhotoFormat.WEBP, byte_size=3, width=320, height=240)


def announcement(**differences: Any) -> Announcement:
    known: dict[str, Any] = {"format": PhotoFormat.JPEG, "byte_size": 9, "checksum": CHECKSUM}
    return Announcement(**known | differences)


def photo(**differences: Any) -> Photo:
    known: dict[str, Any] = {
        "id": PhotoId(UUID(int=1)),
        "trip_id": TripId(UUID(int=2)),
        "entry_id": None,
        "announced": announcement(),
        "upload_key": "uploads/1",
        "created_at": NOW,
    }
    return Photo(**known | differences)


def arrival(**differences: Any) -> Arrival:
    known: dict[str, Any] = {
        "taken_at": None,
        "coordinates": HERE,
        "original": ORIGINAL,
        "thumbnails": (SMALL,),
        "at": NOW + timedelta(minutes=1),
    }
    return Arrival(**known | differences)


@pytest.mark.parametrize(
    ("differences", "field"),
    [
        ({"byte_size": 0}, "byte_size"),
        ({"byte_size": 64 * 1024 * 1024 + 1}, "byte_size"),
        ({"checksum": ""}, "checksum"),
        ({"checksum": "0" * 63}, "checksum"),
        ({"checksum": "A" * 64}, "checksum"),
        ({"checksum": "0" * 64 + "\n"}, "checksum"),
    ],
)
def test_what_cannot_be_uploaded_cannot_be_announced(differences: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        announcement(**differences)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("arrived", "reason"),
    [((8, CHECKSUM), "size_differs"), ((9, "1" * 64), "checksum_differs")],
)
def test_what_was_not_announced_is_rejected(arrived: tuple[int, str], reason: str) -> None:
    announcement().verify(byte_size=9, checksum=CHECKSUM)
    with pytest.raises(PhotoRejected) as rejected:
        announcement().verify(byte_size=arrived[0], checksum=arrived[1])
    assert rejected.value.reason == reason
    assert str(rejected.value).startswith("What was uploaded")


def test_the_place_of_a_photo_is_kept_only_by_consent() -> None:
    assert photo().arrive(arrival()).arrival == arrival(coordinates=None)
    agreed = photo(announced=announcement(keep_place=True))
    assert agreed.arrive(arrival()).arrival == arrival()


@pytest.mark.parametrize(
    ("taken_at", "moment"),
    [
        ("2026-11-21T07:30:00+09:00", datetime(2026, 11, 20, 22, 30, tzinfo=UTC)),
        ("2026-11-21T07:30:00", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        (None, NOW + timedelta(minutes=1)),
    ],
)
def test_a_photo_belongs_where_its_camera_says(taken_at: str | None, moment: datetime) -> None:
    arrived = arrival(taken_at=taken_at)
    assert arrived.moment == moment
    assert photo(arrival=arrived).position == photo(arrival=arrival(at=moment)).position


@pytest.mark.parametrize("taken_at", ["", "yesterday", "2026-02-30T00:00:00", "2026-11-21T07:30:00Z", "2026-11-21"])
def test_a_camera_that_names_no_time_is_not_believed(taken_at: str) -> None:
    with pytest.raises(InvalidValue, match="taken_at names no time"):
        arrival(taken_at=taken_at)


def test_a_photo_knows_everything_that_lies_in_the_storage() -> None:
    assert photo().keys == ("uploads/1",)
    assert photo().arrive(arrival()).keys == ("uploads/1", "photos/1/original", "photos/1/320")


@pytest.mark.parametrize("minutes", [0, 1, 60, 22 * 60 + 44])
def test_a_further_address_ends_before_the_upload_is_deleted_and_before_its_bytes_are_removed(minutes: int) -> None:
    waiting = photo()
    signed = waiting.created_at + timedelta(minutes=minutes)
    assert waiting.is_renewable(signed)
    ends = signed + UPLOAD_FOR + UPLOAD_ENDS_WITHIN
    assert ends <= waiting.created_at + ABANDONED_AFTER
    for moment in (signed, signed + timedelta(seconds=1), signed + timedelta(days=1)):
        assert waiting.settled_by(moment) >= ends
    completed = waiting.arrive(arrival(at=signed))
    assert not completed.is_renewable(signed)
    assert completed.settled_by(signed + timedelta(days=1)) == ends


def test_a_further_address_that_could_outlive_the_announcement_is_not_signed() -> None:
    waiting = photo()
    last = waiting.created_at + ABANDONED_AFTER - UPLOAD_FOR - UPLOAD_ENDS_WITHIN
    assert not waiting.is_renewable(last)
    assert waiting.settled_by(last + timedelta(days=9)) == waiting.created_at + ABANDONED_AFTER
    assert waiting.settled_by(waiting.created_at - timedelta(days=9)) == waiting.settled_by(waiting.created_at)


def test_a_photo_that_has_not_arrived_is_listed_when_it_was_announced() -> None:
    assert photo().position < photo().arrive(arrival()).position


@pytest.mark.parametrize("make", [lambda naive: photo(created_at=naive), lambda naive: arrival(at=naive)])
def test_times_have_an_offset(make: Any) -> None:
    with pytest.raises(InvalidValue, match="has no offset"):
        make(datetime(2026, 11, 21))
