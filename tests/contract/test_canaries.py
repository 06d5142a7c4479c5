"""What LiveTrip's contract marks as personal is never written down, whatever happens to whichever operation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livetrip_adapters import live_trip_port
from livetrip_contract import Caller
from support.canaries import Aviary, Path, inhabited, leaves, listening
from support.hearing import Stage, everything
from switchover import Port
from switchover.contract import Personal
from switchover.port.plan import Plan
from switchover.port.wire import WireRequest
from switchover.trust import CALLER_HEADER, Identity, encode_identity

PORT = live_trip_port()
EXAMPLES: dict[str, Any] = {
    name: node.value["value"] for name, node in (PORT.document.root.at("components").at("examples")).entries()
}
ENTRY = EXAMPLES["GardenDraft"]
MOSS = EXAMPLES["Moss"] | {"coordinates": EXAMPLES["Garden"]["place"]["coordinates"]}
BODIES = {
    "createTrip": EXAMPLES["KyotoDraft"],
    "updateTrip": EXAMPLES["KyotoDraft"] | {"version": 1},
    "addEntry": ENTRY,
    "updateEntry": ENTRY | {"version": 1},
    "requestPhotoUpload": EXAMPLES["MossAnnounced"],
}
ANSWERS = {
    "getHealth": EXAMPLES["Healthy"],
    "getSession": EXAMPLES["Traveller"],
    "listTrips": EXAMPLES["LastPageOfTrips"],
    "createTrip": EXAMPLES["Kyoto"],
    "getTrip": EXAMPLES["KyotoInDetail"],
    "updateTrip": EXAMPLES["KyotoLonger"],
    "deleteTrip": None,
    "getTripSummary": EXAMPLES["KyotoInShort"],
    "listEntries": {"items": [EXAMPLES["Garden"]], "nextCursor": None},
    "addEntry": EXAMPLES["Garden"],
    "getEntry": EXAMPLES["Garden"],
    "updateEntry": EXAMPLES["Garden"],
    "deleteEntry": None,
    "listPhotos": {"items": [MOSS], "nextCursor": None},
    "requestPhotoUpload": EXAMPLES["MossUpload"],
    "getPhoto": MOSS,
    "completePhotoUpload": MOSS,
    "deletePhoto": None,
}


def is_mood(path: Path) -> bool:
    """One of five words, which the contract says itself: only a wrong one can be a canary."""
    return bool(path) and path[-1] == "mood"


def addressed(value: Any) -> Any:
    """Addresses of photos are addresses still, with the canary in them."""
    if isinstance(value, dict):
        return {
            name: f"https://photos.example/{found}" if name == "address" else addressed(found)
            for name, found in value.items()
        }
    return [addressed(found) for found in value] if isinstance(value, list) else value


def request_of(plan: Plan, aviary: Aviary) -> WireRequest:
    path = plan.operation.path
    for name, example in (("tripId", "Kyoto"), ("entryId", "Garden"), ("photoId", "Moss")):
        path = path.replace(f"{{{name}}}", EXAMPLES[example]["id"])
    headers = [("content-type", "application/json")] if plan.operation.body is not None else []
    body = None
    if plan.operation.body is not None:
        value = inhabited(BODIES[plan.operation.id], plan.operation.body.content.personal, aviary, is_mood)
        body = json.dumps(value).encode()
    return WireRequest(plan.operation.method, path, headers, body)


async def listen_to(port: Port[Any], plan: Plan, aviary: Aviary) -> list[str]:
    answer, content = ANSWERS[plan.operation.id], plan.operation.answers[0].content
    caller = Caller(aviary.text(), frozenset({"beta"}))
    headers = [(CALLER_HEADER, encode_identity(Identity(caller.user_id)))] if plan.has_caller else []
    with listening(aviary) as (ears, log):
        log.watch(port.recorder)
        request = request_of(plan, aviary)
        told = (
            json.dumps(addressed(inhabited(answer, content.personal, aviary, is_mood))).encode()
            if content is not None
            else None
        )
        await everything(Stage(port, caller, aviary, ears), plan, request, told, headers)
        port.recorder.close()
    assert '"outcome":"failed"' in ears.lines.getvalue()
    assert ears.heard
    return ears.told()


@pytest.mark.parametrize("name", sorted(PORT.plans))
@settings(max_examples=1, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_canary_is_heard_of_again(name: str, seed: int) -> None:
    port = live_trip_port()
    assert asyncio.run(listen_to(port, port.plans[name], Aviary(seed))) == []


def places() -> Iterator[tuple[str, Any, Personal]]:
    for plan in PORT.plans.values():
        body, answer = plan.operation.body, plan.operation.answers[0].content
        if body is not None:
            yield f"{plan.operation.id} body", BODIES[plan.operation.id], body.content.personal
        if answer is not None:
            yield f"{plan.operation.id} answer", ANSWERS[plan.operation.id], answer.personal


@pytest.mark.parametrize(("value", "personal"), [pytest.param(*rest, id=name) for name, *rest in places()])
def test_every_personal_place_of_every_operation_holds_one(value: Any, personal: Personal) -> None:
    held = {
        "".join(f"/{'*' if isinstance(key, int) else key}" for key in path)
        for path, leaf in leaves(value)
        if leaf is not None
    }
    assert set(personal.places()) <= held
