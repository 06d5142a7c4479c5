"""Every answer of a service names the version of its contract, and whoever calls it remembers which ones answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from litestar import Litestar

from support.clock import OwnedClock
from switchover import AsgiTransport, Contract, Recorder, Reporter, Rollout, Share
from switchover.port.heard import HeardVersions
from switchover.port.wire import WireResponse
from switchover.versions import ContractVersion
from unit.port.desk import (
    AIKO,
    CONTRACT,
    MISSING_ID,
    Caller,
    DeskError,
    InMemoryDesk,
    NoteNotFound,
    contract,
    desk_port,
)
from unit.port.routing import ALL, Told, routed

MINE = desk_port().document.contract_version
HEADER = "switchover-contract"


def service(**given: Any) -> Any:
    port: Any = desk_port()
    return port.serve(InMemoryDesk(), trust="open", **given)


async def ask(app: Any, method: str, path: str, **given: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk.test") as client:
        return await client.request(method, path, **given)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/health", 200),
        ("HEAD", "/api/health", 200),
        ("OPTIONS", "/api/health", 204),
        ("GET", f"/api/notes/{MISSING_ID}", 400),
        ("POST", "/api/notes", 400),
        ("PUT", "/api/echo", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/api/openapi.yaml", 200),
        ("GET", "/switchover/health", 200),
    ],
)
async def test_every_answer_names_the_version_of_the_contract_once(method: str, path: str, status: int) -> None:
    found = await ask(service(), method, path)
    assert found.status_code == status
    assert found.headers.get_list(HEADER) == [MINE.header]


async def test_it_is_named_where_the_routes_are_part_of_another_application_as_well() -> None:
    other = Litestar([service().router()], openapi_config=None)
    for method, path in (("GET", "/api/health"), ("GET", f"/api/notes/{MISSING_ID}")):
        assert (await ask(other, method, path)).headers.get_list(HEADER) == [MINE.header]


async def test_what_a_team_mounts_is_not_the_contracts() -> None:
    found = await ask(service(mounts={"/files": Litestar([], openapi_config=None)}), "GET", "/files/a")
    assert HEADER not in found.headers


# -- health ----------------------------------------------------------------------------------------------------------------


async def test_a_service_tells_anyone_the_whole_digest_and_the_version() -> None:
    found = await ask(service(), "GET", "/switchover/health")
    contract = {"digest": desk_port().document.digest, "version": "1.0.0"}
    assert found.json() == {"status": "ok", "contract": contract}


async def test_a_service_that_is_to_stop_is_not_healthy() -> None:
    closing = service()
    closing.gate.close()
    found = await ask(closing, "GET", "/switchover/health")
    assert (found.status_code, found.json()["code"]) == (503, "service_unavailable")


async def test_a_contract_with_an_operation_at_this_address_keeps_it() -> None:
    class Switch:
        async def get_health(self) -> str:
            return "mine"

    def serving(path: str, **given: Any) -> Any:
        text = (
            "openapi: 3.1.0\ninfo: { title: Switch, version: '1' }\npaths:\n"
            f"  {path}:\n    get:\n      operationId: getHealth\n      responses:\n"
            "        '200': { description: So., content: { application/json: { schema: { type: string } } } }\n"
        )
        return Contract.read("openapi.yaml", lambda _: text.encode()).bind(Switch).serve(Switch(), **given)

    assert (await ask(serving("/switchover/health"), "GET", "/switchover/health")).json() == "mine"
    assert (await ask(serving("/switchover"), "GET", "/switchover/health")).json()["status"] == "ok"
    mounted = serving("/thing", mounts={"/switchover": Litestar([], openapi_config=None)})
    assert (await ask(mounted, "GET", "/switchover/health")).status_code == 404


async def test_a_router_leaves_the_health_to_the_application_that_it_becomes_part_of() -> None:
    other = Litestar([service().router()], openapi_config=None)
    assert (await ask(other, "GET", "/switchover/health")).status_code == 404


# -- the calling side ------------------------------------------------------------------------------------------------------


def named(version: str, digit: str = "0") -> WireResponse:
    known = ContractVersion(version, "sha256:" + digit * 16)
    headers = [("content-type", "application/json"), (HEADER, known.header)]
    return WireResponse(200, headers, b'{"status": "ok"}')


def heard(versions: Sequence[ContractVersion]) -> list[str]:
    return [version.version for version in versions]


async def test_a_client_hears_the_version_of_its_service_with_every_answer_also_with_a_failure() -> None:
    rollout = Rollout.fixed(ALL)
    desk = routed("async", rollout)
    assert rollout.services() == []
    with pytest.raises(NoteNotFound):
        await desk.desk.get_note(AIKO, MISSING_ID)
    assert (rollout.contract, rollout.services()) == (MINE, [MINE])


async def test_a_service_that_names_none_is_a_service_like_every_other() -> None:
    rollout = Rollout.fixed(ALL)
    desk = routed("async", rollout, Told(WireResponse(200, named("1").headers[:1], b'{"status": "ok"}')))
    await desk.desk.get_health()
    assert rollout.services() == []


def test_while_the_service_is_deployed_both_versions_count_and_then_the_one_that_answers() -> None:
    clock = OwnedClock()
    versions = HeardVersions(clock)
    versions.note(named("1.0.0", "0"))
    assert heard(versions.recent()) == ["1.0.0"]
    clock.passes(1)
    versions.note(named("1.1.0", "1"))
    assert heard(versions.recent()) == ["1.1.0", "1.0.0"]
    clock.passes(9.5)
    assert heard(versions.recent()) == ["1.1.0"]
    clock.passes(3600)
    assert heard(versions.recent()) == ["1.1.0"]


def test_a_service_that_sends_ever_other_versions_fills_no_memory() -> None:
    versions = HeardVersions(OwnedClock())
    for number in range(1000):
        versions.note(named(str(number), f"{number:x}"[-1]))
        versions.note(WireResponse(200, [(HEADER, f"nonsense {number}")], b""))
    assert len(versions.recent()) == 8
    assert heard(versions.recent())[0] in {str(number) for number in range(1000)}


async def test_a_worker_reports_its_own_version_and_those_of_its_service() -> None:
    rollout = Rollout.fixed(ALL)
    recorder = Recorder()
    reporter = Reporter.watching(recorder, rollout)
    assert "contract" not in reporter.report()
    desk = routed("async", rollout, Told(named("1.1.0")))
    assert reporter.report()["contract"] == MINE.to_json()
    assert "services" not in reporter.report()
    await desk.desk.get_health()
    told = json.loads(json.dumps(reporter.report()))
    assert told["services"] == [{"digest": "sha256:" + "0" * 16, "version": "1.1.0"}]
    recorder.close()


async def test_another_version_of_the_same_contract_is_heard_as_it_is() -> None:
    text = CONTRACT.replace("version: 1.0.0", "version: 1.1.0")
    newer: Any = contract(text).bind(desk_port().interface, caller=Caller, errors=DeskError)
    rollout = Rollout.fixed(Share(10_000))
    async with AsgiTransport(newer.serve(InMemoryDesk(), trust="open")) as transport:
        desk = routed("async", rollout, transport)
        await desk.desk.get_health()
    assert heard(rollout.services()) == ["1.1.0"]
    assert rollout.services()[0].digest != MINE.digest
