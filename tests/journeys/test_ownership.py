"""Two users of one service, over HTTP: what one of them owns is not there for the other, nor for a service that may not act for users."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from journeys.trusted import NEW, World
from livetrip_adapters import open_live_trip
from livetrip_contract import Caller, EntryChange, EntryDraft, LiveTrip, TripChange, TripDraft, TripNotFound
from switchover.errors import Forbidden
from switchover.trust import Identity, encode_identity

OWNER, THIEF = Caller("owner"), Caller("thief")
TRIP = TripDraft.model_validate({"title": "Kyoto", "startDate": "2026-11-20", "endDate": "2026-11-24"})
ENTRY = EntryDraft.model_validate({"text": "Rain.", "happenedAt": "2026-11-20T09:00:00+09:00"})
CHANGE = TripChange.model_validate({"version": 1, "title": "Mine now"})
ENTRY_CHANGE = EntryChange.model_validate({"version": 1, "text": "Mine now"})
NOWHERE = UUID("0198c0de-0000-7000-8000-000000000001")

Attempt = Callable[[LiveTrip, Caller, UUID, UUID], Awaitable[Any]]

ATTEMPTS: dict[str, Attempt] = {
    "read": lambda client, who, trip, _: client.get_trip(who, trip),
    "sum up": lambda client, who, trip, _: client.get_trip_summary(who, trip),
    "change": lambda client, who, trip, _: client.update_trip(who, trip, CHANGE),
    "list entries": lambda client, who, trip, _: client.list_entries(who, trip),
    "write an entry": lambda client, who, trip, _: client.add_entry(who, trip, ENTRY),
    "read an entry": lambda client, who, trip, entry: client.get_entry(who, trip, entry),
    "change an entry": lambda client, who, trip, entry: client.update_entry(who, trip, entry, ENTRY_CHANGE),
    "delete an entry": lambda client, who, trip, entry: client.delete_entry(who, trip, entry),
    "delete": lambda client, who, trip, _: client.delete_trip(who, trip),
}


@dataclass(frozen=True)
class Owned:
    """A trip of the owner's with an entry, and how it is reached."""

    web: LiveTrip
    trip: UUID
    entry: UUID

    async def state(self) -> tuple[Any, Any]:
        """All that there is, as the owner sees it."""
        return await self.web.get_trip(OWNER, self.trip), await self.web.get_entry(OWNER, self.trip, self.entry)


@pytest.fixture
async def owned(world: World) -> AsyncIterator[Owned]:
    async with open_live_trip(world.settings(world.oidc("web-rs256"))) as web:
        trip = await web.create_trip(OWNER, TRIP)
        entry = await web.add_entry(OWNER, trip.id, ENTRY)
        yield Owned(web, trip.id, entry.id)


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
async def test_another_user_finds_nothing_and_changes_nothing(owned: Owned, attempt: Attempt) -> None:
    before = await owned.state()
    with pytest.raises(TripNotFound) as taken:
        await attempt(owned.web, THIEF, owned.trip, owned.entry)
    with pytest.raises(TripNotFound) as absent:
        await attempt(owned.web, THIEF, NOWHERE, owned.entry)
    assert str(taken.value).replace(str(owned.trip), "") == str(absent.value).replace(str(NOWHERE), "")
    assert await owned.state() == before


async def test_another_user_is_shown_only_what_is_theirs(owned: Owned) -> None:
    theirs = await owned.web.create_trip(THIEF, TRIP)
    assert [trip.id for trip in (await owned.web.list_trips(THIEF)).items if trip.id == owned.trip] == []
    assert theirs.id not in [trip.id for trip in (await owned.web.list_trips(OWNER)).items]


async def test_an_owner_does_what_others_cannot(owned: Owned) -> None:
    for attempt in ATTEMPTS.values():
        await attempt(owned.web, OWNER, owned.trip, owned.entry)
    with pytest.raises(TripNotFound):
        await owned.web.get_trip(OWNER, owned.trip)


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
async def test_a_service_that_may_not_act_for_users_is_refused_even_as_the_owner(
    world: World, owned: Owned, attempt: Attempt
) -> None:
    before = await owned.state()
    async with open_live_trip(world.settings(world.oidc("job-es256"))) as job:
        for who, trip in ((OWNER, owned.trip), (THIEF, owned.trip), (OWNER, NOWHERE)):
            with pytest.raises(Forbidden):
                await attempt(job, who, trip, owned.entry)
    assert await owned.state() == before


# -- as it travels


def test_the_answers_are_those_of_the_contract(world: World) -> None:
    web = {"x-api-key": NEW}
    caller = {"x-switchover-caller": encode_identity(Identity("owner"))}
    address = f"{world.addresses['issuer']}/api/trips/{NOWHERE}"
    token = {"authorization": f"Bearer {world.issuer.token('web-rs256')}"}
    job = {"authorization": f"Bearer {world.job_token()}"}
    answers = {
        "nobody": httpx.get(address, headers=caller),
        "the web, for nobody": httpx.get(address, headers=web),
        "the web": httpx.get(address, headers={**web, **caller}),
        "the web, by token": httpx.get(address, headers={**token, **caller}),
        "the job": httpx.get(address, headers={**job, **caller}),
        "the job, for nobody": httpx.get(address, headers=job),
    }
    assert {name: (answer.status_code, answer.json()["code"]) for name, answer in answers.items()} == {
        "nobody": (401, "unauthenticated"),
        "the web, for nobody": (400, "malformed_request"),
        "the web": (404, "trip_not_found"),
        "the web, by token": (404, "trip_not_found"),
        "the job": (403, "forbidden"),
        "the job, for nobody": (400, "malformed_request"),
    }
    for answer in answers.values():
        assert answer.headers["content-type"] == "application/problem+json"
        assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)
