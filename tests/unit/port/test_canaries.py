"""What a contract marks as personal is never written down: not in a log, an error, a report, or a problem."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.canaries import Aviary, listening
from support.hearing import Stage, answered, everything, under_every_wiring, with_request
from switchover.contract import Personal
from switchover.port.wire import WireRequest
from unit.port.register import Taken, register


def person(aviary: Aviary, *, has_phone: bool) -> dict[str, Any]:
    """Somebody, all canaries but for the note."""
    contact: dict[str, Any] = {"digits": [aviary.text(), aviary.text()]} if has_phone else {"mail": aviary.text()}
    return {
        "names": [aviary.text(), aviary.text()],
        "born": aviary.date(),
        "place": {"street": {"name": aviary.text(), "number": aviary.number()}, "size": aviary.fraction()},
        "contact": contact,
        "phones": {aviary.text(): aviary.text()},
        "links": {aviary.text(): [aviary.text()]},
        "secret": {aviary.text(): {aviary.text(): aviary.text()}},
        "note": "plain",
    }


def request_of(aviary: Aviary, body: Any) -> WireRequest:
    query = f"nick={aviary.text()}&tags={aviary.text()}&tags={aviary.text()}&marks=%7B%22{aviary.text()}%22:%22{aviary.text()}%22%7D"
    headers = [("x-name", aviary.text()), ("cookie", f"theme={aviary.text()}"), ("content-type", "application/json")]
    return WireRequest("PUT", f"/people/{aviary.text()}?{query}", headers, json.dumps(body).encode())


def taken(aviary: Aviary, size: int) -> Any:
    def behaviour() -> Any:
        raise Taken(aviary.text(), aviary.text() * size)

    return behaviour


async def listen_to_all(aviary: Aviary, *, has_phone: bool) -> list[str]:
    port = register()
    plan = port.plans["keep_person"]
    request = request_of(aviary, person(aviary, has_phone=has_phone))
    answer = json.dumps(person(aviary, has_phone=not has_phone)).encode()
    with listening(aviary) as (ears, log):
        log.watch(port.recorder)
        stage = Stage(port, None, aviary, ears)
        await everything(stage, plan, request, answer, [])
        values = with_request(plan, request)
        for size in (1, 10):
            await under_every_wiring(stage, plan, values, taken(aviary, size))
        for holder in (aviary.text(), aviary.text() * 10, [aviary.text()]):
            body = json.dumps({"code": "taken", "status": 409, "holder": holder, aviary.text(): 1}).encode()
            await answered(stage, plan, 409, "application/problem+json", body)
        port.recorder.close()
    assert len(ears.heard) > 500
    return ears.told()


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_no_canary_is_heard_of_again(seed: int, has_phone: bool) -> None:
    assert asyncio.run(listen_to_all(Aviary(seed), has_phone=has_phone)) == []


def test_every_personal_place_of_the_contract_holds_one() -> None:
    plan = register().plans["keep_person"]
    answer = plan.answers.codecs[0].answer.content
    assert answer is not None
    assert sorted(Personal(answer.schema).places()) == [
        "/born",
        "/contact/digits/*",
        "/contact/mail",
        "/names/*",
        "/phones/*",
        "/place/size",
        "/place/street/name",
        "/place/street/number",
        "/secret",
    ]
    assert [bound.parameter.label for bound in plan.requests.parameters if list(bound.parameter.personal.places())] == [
        "path.personId",
        "query.nick",
        "query.tags",
        "query.marks",
        "header.X-Name",
        "cookie.theme",
    ]
