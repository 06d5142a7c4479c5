"""What LiveTrip's own rehearsal reads, and what it says where it cannot."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from livetrip_adapters.rehearsal import calls, reads
from livetrip_contract import Caller, EntryDraft, TripDraft
from support.diary import MemoryDiary
from support.processes import KEY
from switchover.errors import RolloutRefused
from switchover.rehearsal.comparing import plain

AIKO: Final = Caller("aiko")
WIRED = {
    "BACKEND_MODE": "service",
    "LIVETRIP_SERVICE_URL": "http://127.0.0.1:9",
    "LIVETRIP_SERVICE_KEY": KEY,
    "LIVETRIP_REHEARSAL_USERS": " aiko, ,bashir",
}


def wired(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name in (*WIRED, "LIVETRIP_ROLLOUT", "LIVETRIP_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "LIVETRIP_REHEARSAL_USERS has to name travellers of your own"),
        ({"LIVETRIP_REHEARSAL_USERS": " , "}, "LIVETRIP_REHEARSAL_USERS has to name travellers of your own"),
        ({"LIVETRIP_REHEARSAL_USERS": "aiko"}, "it needs BACKEND_MODE=service and LIVETRIP_ROLLOUT"),
        (WIRED, "it needs BACKEND_MODE=service and LIVETRIP_ROLLOUT"),
        ({**WIRED, "LIVETRIP_SERVICE_KEY": "short"}, "The environment cannot be used"),
    ],
)
async def test_an_environment_that_moves_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], said: str
) -> None:
    wired(monkeypatch, **values)
    with pytest.raises(RolloutRefused, match=said):
        await calls().__aenter__()


async def test_a_traveller_without_a_trip_is_asked_for_what_there_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store, database = f"file:{tmp_path / 'rollout'}", f"sqlite:///{tmp_path / 'livetrip.sqlite3'}"
    wired(monkeypatch, **WIRED, LIVETRIP_ROLLOUT=store, LIVETRIP_DATABASE_URL=database)
    monkeypatch.chdir(tmp_path)
    async with calls() as found:
        asked = [(call.operation, call.name) for call in found]
        assert asked == [
            (operation, f"traveller {number}")
            for number in range(2)
            for operation in ("getHealth", "getSession", "listTrips")
        ]
        assert (await found[2].call())["items"] == []


async def test_each_read_gives_the_answer_as_json_has_it_and_addresses_of_photos_may_differ() -> None:
    diary = MemoryDiary()
    draft = TripDraft(title="Kyoto", start_date=date(2026, 11, 20), end_date=date(2026, 11, 24))
    trip = await diary.live_trip.create_trip(AIKO, draft)
    entry = EntryDraft.model_validate({"text": "Moss.", "happenedAt": "2026-11-21T07:30:00+09:00"})
    await diary.live_trip.add_entry(AIKO, trip.id, entry)
    found = {call.operation: call for call in await reads(diary.live_trip, AIKO, 3)}
    assert set(found) == {
        "getHealth", "getSession", "listTrips", "getTrip", "getTripSummary", "listEntries", "listPhotos", "getEntry",
    }  # fmt: skip
    assert (await found["getTrip"].call())["title"] == "Kyoto"
    assert (await found["getEntry"].call())["text"] == "Moss."
    for call in found.values():
        first, second = [plain(await call.call(), call.varying) for _ in range(2)]
        assert first == second
    assert {call.name for call in found.values()} == {"traveller 3"}
