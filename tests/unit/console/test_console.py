"""The console: the kit serves itself, beside another service, to those who may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar, get

from library.catalogue import Catalogue
from library.port import catalogue_port
from support.clock import OwnedClock
from support.operating import PLAN as WRITTEN
from support.processes import ROOT
from support.rollouts import beat, change
from switchover import (
    AnyOf,
    ApiKey,
    ApiKeyVerifier,
    AsgiTransport,
    ConsoleAccess,
    HttpxTransport,
    Principal,
    SharedKey,
    SharedKeyVerifier,
    calling,
    console_port,
    serve_console,
)
from switchover.cli import main
from switchover.console import access as accessing
from switchover.console import api
from switchover.console.api import Action, Caller, Order, OrderConflict, OrderRefused, Question, UnknownOperation
from switchover.console.desk import OperatorDesk
from switchover.errors import Forbidden, RolloutConflict, ServiceUnavailable, Unauthenticated
from switchover.port.serve import Service
from switchover.rollout import RolloutState, Share
from switchover.rollout.orders import Operator
from switchover.rollout.plan import parse
from switchover.rollout.record import Change, read_event
from switchover.rollout.stores import FakeRolloutStore, WorkerSeen
from switchover.trust import Identity, encode_identity
from unit.port.peers import served

PLAN = parse(WRITTEN.encode())
KOKORO = Caller(user_id="kokoro")
DASHBOARD, ADMIN, STRANGER, ROBOT = (
    f"a-key-for-tests-alone-{name}-0123456789" for name in ("dash", "admin", "stranger", "robot")
)
VERIFIER = ApiKeyVerifier(
    {
        Principal("dashboard", may_act_for_users=True): DASHBOARD,
        Principal("admin", may_act_for_users=True): ADMIN,
        Principal("stranger", may_act_for_users=True): STRANGER,
        Principal("robot", may_act_for_users=False): ROBOT,
    }
)
ACCESS = ConsoleAccess(VERIFIER, look={"dashboard"}, change={"admin", "robot"})


class ObedientStore(FakeRolloutStore):
    """One whose only worker applies each change at once."""

    def change(self, change: Change, *, expected: int) -> RolloutState:
        state = super().change(change, expected=expected)
        self.heartbeat(beat(version=state.version))
        return state


@pytest.fixture
def store() -> ObedientStore:
    made = ObedientStore(monotonic=OwnedClock())
    made.heartbeat(beat())
    return made


@pytest.fixture
def service(store: ObedientStore) -> Service:
    return serve_console(store, PLAN, access=ACCESS, contract_digest="sha256:c")


Console = Callable[[str], api.Console]


@pytest.fixture
def console(service: Service) -> Console:
    transport = AsgiTransport(service)
    return lambda key: console_port().http(transport=transport, credentials=ApiKey(key))


async def test_whoever_may_look_sees_what_there_is(console: Console, store: ObedientStore) -> None:
    store.change(change(getBook=5000, why="because"), expected=0)
    status = await console(DASHBOARD).get_status(KOKORO)
    assert [(it.operation, it.share_percent) for it in status.operations][1] == ("getBook", 50.0)
    assert [worker.is_obeying for worker in status.workers] == [True]
    history = await console(DASHBOARD).get_history(KOKORO)
    assert (history.events[0].why, history.events[0].changes, history.findings) == (
        "because",
        ["getBook 0 % > 50 %"],
        [],
    )
    assert history.head == status.head == store.load().head
    found = await console(ADMIN).explain(KOKORO, Question(operation="getBook", user="aiko", groups=["staff"]))
    assert (found.side, found.reason, found.version, found.steps[-1].has_decided) == ("http", "group", 1, True)
    asked = Question(operation="getBook", session="s", backend=api.Side.http)
    assert "nobody to" not in (await console(ADMIN).explain(KOKORO, asked)).steps[3].finding
    with pytest.raises(UnknownOperation, match="there is no operation 'getBok'; there are"):
        await console(ADMIN).explain(KOKORO, Question(operation="getBok"))


async def test_several_ways_to_prove_oneself_lead_to_it(store: ObedientStore) -> None:
    key = "another-key-for-tests-alone-0123456789"
    other = ConsoleAccess(SharedKeyVerifier(key, principal="other", may_act_for_users=True), look={"other"})
    service = serve_console(store, PLAN, access=ACCESS)
    both = console_port().serve(OperatorDesk(store, PLAN, ACCESS), verifier=AnyOf(ACCESS, other))
    for app, credentials in ((service, ApiKey(DASHBOARD)), (both, ApiKey(DASHBOARD)), (both, SharedKey(key))):
        console = console_port().http(transport=AsgiTransport(app), credentials=credentials)
        assert (await console.get_status(KOKORO)).version == 0


async def test_whoever_may_change_does_what_an_operator_does(console: Console, store: ObedientStore) -> None:
    admin = console(ADMIN)
    done = await admin.give_order(KOKORO, Order(action=Action.start))
    assert (done.version, done.obeyed, done.workers, done.late) == (1, 1, 1, [])
    forced = Order(action=Action.promote, targets=["reads"], is_forced=True, why="baked elsewhere")
    assert (await admin.give_order(KOKORO, forced)).version == 2
    await admin.give_order(KOKORO, Order(action=Action.set, targets=["getBook"], share_percent=12.34, why="half"))
    assert store.load().shares["getBook"] == Share(1234)
    await admin.give_order(KOKORO, Order(action=Action.set, share_percent=1, why="all"))
    await admin.give_order(KOKORO, Order(action=Action.hold, targets=["writes"]))
    await admin.give_order(KOKORO, Order(action=Action.resume))
    await admin.give_order(KOKORO, Order(action=Action.rollback, targets=["getBook"], why="slow"))
    await admin.give_order(KOKORO, Order(action=Action.rollback, why="wrong"))
    assert store.load().is_pinned
    events = store.history()
    assert [it.action for it in events] == [
        "start",
        "promote (forced)",
        "set",
        "set",
        "hold",
        "resume",
        "rollback",
        "rollback",
    ]
    assert {(it.who, it.contract_digest, it.plan_digest) for it in events} == {
        ("kokoro via admin", "sha256:c", PLAN.digest)
    }


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (Order(action=Action.start, is_forced=True), "why_missing"),
        (Order(action=Action.set, share_percent=1), "why_missing"),
        (Order(action=Action.set, why="x"), "share_missing"),
        (Order(action=Action.set, why="x", share_percent=0.001), "share_missing"),
        (Order(action=Action.start, targets=["reads", "writes"]), "ambiguous"),
        (Order(action=Action.start, targets=["writes"]), "wave_before"),
        (Order(action=Action.hold, targets=["nonsense"]), "unknown_target"),
    ],
)
async def test_what_is_refused_says_why(console: Console, store: ObedientStore, order: Order, reason: str) -> None:
    with pytest.raises(OrderRefused) as caught:
        await console(ADMIN).give_order(KOKORO, order)
    assert (caught.value.reason, bool(caught.value.detail)) == (reason, True)
    assert store.load().version == 0


async def test_an_order_that_is_repeated_under_its_key_is_carried_out_once(
    console: Console, store: ObedientStore
) -> None:
    forced = Order(action=Action.promote, is_forced=True, why="x")
    await console(ADMIN).give_order(KOKORO, Order(action=Action.start))
    with calling(idempotency_key="a"):
        for _ in range(3):
            done = await console(ADMIN).give_order(KOKORO, forced)
            assert done.version == 2
        with pytest.raises(OrderRefused, match="this key belongs to another order, version 2: promote") as caught:
            await console(ADMIN).give_order(KOKORO, Order(action=Action.hold))
        assert caught.value.reason == "key_reused"
        await console(ADMIN).give_order(Caller(user_id="aiko"), Order(action=Action.hold))
    assert [event.action for event in store.history()] == ["start", "promote (forced)", "hold"]


async def test_a_rollback_needs_no_reason(console: Console, store: ObedientStore) -> None:
    assert (await console(ADMIN).give_order(KOKORO, Order(action=Action.rollback))).version == 1
    assert store.load().is_pinned
    assert [event.why for event in store.history()] == ["not given"]


async def test_an_order_that_is_undone_while_it_waits_is_no_success() -> None:
    class Undone(ObedientStore):
        """Somebody resumes as soon as the workers are asked after."""

        is_left = True

        def workers(self, *, reports: bool = True) -> Sequence[WorkerSeen]:
            if self.load().is_pinned and not reports and self.is_left:
                self.is_left = False
                Operator(self, PLAN, who="aiko").resume(why="a mistake")
            return super().workers(reports=reports)

    store = Undone(monotonic=OwnedClock())
    store.heartbeat(beat())
    transport = AsgiTransport(serve_console(store, PLAN, access=ACCESS))
    console = console_port().http(transport=transport, credentials=ApiKey(ADMIN))
    with pytest.raises(OrderConflict, match="carried out as version 1, and undone since: version 2, resume by aiko at"):
        await console.give_order(KOKORO, Order(action=Action.rollback))


async def test_an_order_without_a_key_is_carried_out_as_often_as_it_is_given(
    service: Service, store: ObedientStore
) -> None:
    headers = {"x-api-key": ADMIN, "x-switchover-caller": encode_identity(Identity("kokoro"))}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://diary") as client:
        for _ in range(2):
            answer = await client.post("/switchover/orders", headers=headers, json={"action": "hold"})
            assert answer.status_code == 200
            answer = await client.post("/switchover/orders", headers=headers, json={"action": "resume"})
    assert [event.key for event in store.history()] == [""] * 4


async def test_who_may_look_may_not_change_and_all_others_may_neither(
    console: Console, service: Service, store: ObedientStore
) -> None:
    with pytest.raises(api.MayNotChange, match="may look at the rollout, and not change it"):
        await console(DASHBOARD).give_order(KOKORO, Order(action=Action.hold))
    for key, refusal in ((STRANGER, Forbidden), (ADMIN + "x", Unauthenticated), (ROBOT, Forbidden)):
        with pytest.raises(refusal):
            await console(key).get_status(KOKORO)
        with pytest.raises(refusal):
            await console(key).give_order(KOKORO, Order(action=Action.hold))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://diary") as client:
        for method, path in (("GET", "status"), ("GET", "history"), ("POST", "explanations"), ("POST", "orders")):
            answer = await client.request(method, f"/switchover/{path}", json={})
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert (await client.get("/switchover/console.yaml")).text.startswith("openapi: 3.1.0")
    assert store.load().version == 0


async def test_a_store_that_does_not_answer_and_others_who_were_faster_are_problems(
    console: Console, store: ObedientStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conflict(*_: Any, **__: Any) -> RolloutState:
        raise RolloutConflict(1, 2)

    with monkeypatch.context() as patched:
        patched.setattr(ObedientStore, "change", conflict)
        with pytest.raises(OrderConflict, match="others were faster 50 times"):
            await console(ADMIN).give_order(KOKORO, Order(action=Action.start))
    store.outage = "the disk is gone"
    with pytest.raises(ServiceUnavailable, match="the disk is gone"):
        await console(DASHBOARD).get_status(KOKORO)


async def test_a_worker_that_does_not_obey_is_named(console: Console, store: ObedientStore) -> None:
    store.heartbeat(beat("frozen", 0))
    order = Order(action=Action.rollback, why="wrong", wait_seconds=0.05)
    done = await console(ADMIN).give_order(KOKORO, order)
    assert (done.obeyed, done.workers, [worker.id for worker in done.late]) == (1, 2, ["frozen"])
    assert done.seconds >= 0.05


async def test_what_cannot_be_read_in_the_record_has_its_place(
    console: Console, store: ObedientStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.change(change(getBook=100), expected=0)
    monkeypatch.setattr(ObedientStore, "record", lambda _: [read_event(b"garbage")])
    history = await console(DASHBOARD).get_history(KOKORO)
    assert (history.events[0].version, history.findings[0].position) == (0, 1)
    assert "Expecting value" in history.events[0].unreadable


async def test_it_is_mounted_beside_another_service_over_real_http(service: Service, store: ObedientStore) -> None:
    both = catalogue_port().serve(Catalogue(), trust="open")
    both.register(service.router())
    with served(both) as address:
        async with HttpxTransport(address) as transport:
            async with httpx.AsyncClient(base_url=address) as client:
                assert (await client.get(f"{catalogue_port().base_path}/books")).status_code == 200
            dashboard = console_port().http(transport=transport, credentials=ApiKey(DASHBOARD))
            admin = console_port().http(transport=transport, credentials=ApiKey(ADMIN))
            assert (await dashboard.get_status(KOKORO)).version == 0
            with pytest.raises(api.MayNotChange):
                await dashboard.give_order(KOKORO, Order(action=Action.start))
            assert (await admin.give_order(KOKORO, Order(action=Action.start))).obeyed == 1
            with pytest.raises(Unauthenticated):
                await console_port().http(transport=transport, credentials=ApiKey("x" * 40)).get_status(KOKORO)
    assert store.load().version == 1


async def test_it_is_mounted_in_an_application_of_the_teams_own(service: Service) -> None:
    @get("/hello", sync_to_thread=False)
    def hello() -> str:
        return "hello"

    app: Any = Litestar(route_handlers=[hello, service.router()], openapi_config=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://diary") as client:
        assert (await client.get("/hello")).text == "hello"
        assert (await client.get("/switchover/status")).json()["code"] == "unauthenticated"
        assert (await client.options("/switchover/orders")).headers["allow"] == "OPTIONS, POST"


def test_it_is_closed_to_all_that_are_not_named() -> None:
    with pytest.raises(ValueError, match="nobody may look and nobody may change"):
        ConsoleAccess(VERIFIER)
    with pytest.raises(ValueError, match=r"look is a collection of names, \{'dashboard'\}, not one text"):
        ConsoleAccess(VERIFIER, look="dashboard")
    assert ACCESS.described()[-2:] == [
        "may look at the rollout: admin, dashboard, robot",
        "may change the rollout: admin, robot",
    ]
    assert ConsoleAccess(VERIFIER, look={"a"}).described()[-1] == "may change the rollout: nobody"
    with pytest.raises(LookupError, match="no request is being answered"):
        accessing.calling_principal()


def test_what_is_generated_is_what_the_contract_says(capsys: pytest.CaptureFixture[str]) -> None:
    contract = ROOT / "packages" / "switchover" / "openapi" / "console.yaml"
    package = Path(api.__file__).parent
    arguments = ["--contract", str(contract), "--package", str(package), "--interface", "Console"]
    assert main(["generate", "--check", *arguments]) == 0, capsys.readouterr().out
