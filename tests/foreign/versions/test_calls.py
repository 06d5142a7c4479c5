"""Two versions side by side: each as the monolith of the other's service, at every share and after a rollback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from foreign.versions.orders import (
    CARD,
    NewerBackend,
    NewerOrder,
    NewerShop,
    OlderBackend,
    OlderSoldOut,
    Rows,
    Shop,
    ShopClosed,
    SoldOut,
)
from foreign.wirings import FOLDER
from switchover import AsgiTransport, Contract, Port, Rollout, RolloutState, Share, calling
from switchover.errors import Problem, UnexpectedAnswer, UnknownValue
from switchover.port.tolerance import Answers

FRESH: Final = {"state": "refunded", "kind": "book", "note": "gift", "payment": {**CARD, "issuer": "Bank"}}
WIRINGS: Final = ("http", 0, 50, 100, "rolled back")


def older_port() -> Port[Shop]:
    return Contract.load(FOLDER / "versions" / "older.yaml").bind(Shop, errors=[OlderSoldOut])


def newer_port() -> Port[NewerShop]:
    errors = [SoldOut, ShopClosed]
    return Contract.load(FOLDER / "versions" / "newer.yaml").bind(NewerShop, errors=errors)


@dataclass
class Deployment:
    """A monolith of one version, a service of the other, and the rows that both work on.

    Attributes:
        shop: what the monolith calls.
        here, there: the backend in the monolith, and the service's.
    """

    shop: Any
    here: Any
    there: Any
    rows: Rows


Deploy = Callable[..., Deployment]


@pytest.fixture
async def deploy() -> AsyncIterator[Deploy]:
    """Makes deployments by wiring."""
    opened: list[AsgiTransport] = []

    def make(wiring: str | int, *, newer: str, answers: Answers | None = None, **new: str) -> Deployment:
        rows: Rows = {}
        keys: dict[str, str] = {}
        older, newest = OlderBackend(rows, keys), NewerBackend(rows, keys, **new)
        here, there = (older, newest) if newer == "service" else (newest, older)
        port: Port[Any] = older_port() if newer == "service" else newer_port()
        hosted: Port[Any] = newer_port() if newer == "service" else older_port()
        opened.append(AsgiTransport(hosted.serve(there, trust="open")))
        http = port.http(transport=opened[-1], trust="open", answers=answers)
        shop = http if wiring == "http" else _routed(port, here, http, wiring)
        return Deployment(shop, here, there, rows)

    yield make
    for transport in opened:
        await transport.aclose()


def _routed(port: Port[Any], here: Any, http: Any, wiring: str | int) -> Any:
    rollout = Rollout.fixed(Share((wiring if isinstance(wiring, int) else 100) * 100))
    routed = port.route(direct=port.direct(here), http=http, rollout=rollout)
    if wiring == "rolled back":
        rollout.apply(RolloutState(version=1, is_pinned=True))
    return routed


async def visits(shop: Any, calls: Callable[[Any, int], Any]) -> Sequence[Any]:
    """What twenty visitors get, of whom a rollout has some on each side."""
    found = []
    for number in range(20):
        with calling(session=f"visitor {number}"):
            found.append(await calls(shop, number))
    return found


def sides(deployment: Deployment) -> dict[str, int]:
    return {"here": deployment.here.calls, "there": deployment.there.calls}


def assert_sides(deployment: Deployment, wiring: str | int) -> None:
    """Does the wiring call the sides that it says?"""
    called = sides(deployment)
    assert (called["here"] > 0) is (wiring in (0, 50, "rolled back"))
    assert (called["there"] > 0) is (wiring in ("http", 50, 100))


@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize("newer", ["service", "monolith"])
async def test_writes_are_carried_out_once_and_read_by_either_version(
    deploy: Deploy, newer: str, wiring: str | int
) -> None:
    deployment = deploy(wiring, newer=newer)

    orders = await visits(deployment.shop, lambda shop, number: shop.add_order(f"book {number}"))

    assert [order.name for order in orders] == [f"book {number}" for number in range(20)]
    assert len(deployment.rows) == 20
    assert_sides(deployment, wiring)


@pytest.mark.parametrize("wiring", WIRINGS)
async def test_an_older_monolith_reads_what_a_newer_service_adds(deploy: Deploy, wiring: str | int) -> None:
    deployment = deploy(wiring, newer="service")
    deployment.rows["o1"] = {"id": "o1", "name": "moss", **FRESH}

    lists = await visits(deployment.shop, lambda shop, _: shop.list_orders())
    orders = await visits(deployment.shop, lambda shop, _: shop.get_order("o1"))

    for order in [*orders, *(item for found in lists for item in found.items)]:
        assert (order.name, order.state, order.kind) == ("moss", "other", "book")
        assert order.payment.digits == "1234"
    assert_sides(deployment, wiring)


@pytest.mark.parametrize("wiring", WIRINGS)
async def test_a_newer_monolith_reads_what_an_older_service_answers(deploy: Deploy, wiring: str | int) -> None:
    deployment = deploy(wiring, newer="monolith")
    deployment.rows["o1"] = {"id": "o1", "name": "moss", **FRESH}

    orders = await visits(deployment.shop, lambda shop, _: shop.get_order("o1"))

    assert all(isinstance(order, NewerOrder) and order.name == "moss" for order in orders)
    assert {order.state for order in orders} <= {"refunded", "other"}
    assert_sides(deployment, wiring)


async def test_a_write_that_is_repeated_under_its_key_is_answered_by_either_version(deploy: Deploy) -> None:
    deployment = deploy(100, newer="service")
    back = deploy("rolled back", newer="service")
    back.here.rows, back.here._keys = deployment.rows, deployment.there._keys  # one database

    with calling(idempotency_key="k"):
        first = await deployment.shop.add_order("moss")
        again = await deployment.shop.add_order("moss")
        rolled_back = await back.shop.add_order("moss")

    assert first == again == rolled_back
    assert len(deployment.rows) == 1


@pytest.mark.parametrize("wiring", ["http", 100])
async def test_a_newer_refusal_is_a_refusal(deploy: Deploy, wiring: str | int) -> None:
    deployment = deploy(wiring, newer="service")

    with pytest.raises(OlderSoldOut, match="None left"):
        await deployment.shop.add_order("moon")
    with pytest.raises(Problem) as caught:
        await deployment.shop.add_order("night")

    assert (caught.value.code, caught.value.status, caught.value.members) == ("shop_closed", 409, {"hours": 8})
    assert deployment.rows == {}


@pytest.mark.parametrize(
    ("new", "where"),
    [({"kind": "game"}, "answer#/kind"), ({"payment": {"by": "voucher", "number": 7}}, "answer#/payment/by")],
)
async def test_a_write_whose_answer_has_a_value_without_a_fallback_says_that_it_was_carried_out(
    deploy: Deploy, new: dict[str, Any], where: str
) -> None:
    deployment = deploy(100, newer="service")
    deployment.there._new |= new

    for _ in range(2):
        with calling(idempotency_key="k"), pytest.raises(UnknownValue, match="addOrder was carried out") as caught:
            await deployment.shop.add_order("moss")
        assert [error.where for error in caught.value.errors] == [where]
        assert (caught.value.idempotency_key, caught.value.answered) == ("k", 201)
    assert len(deployment.rows) == 1
    assert deployment.here.calls == 0


async def test_one_unknown_value_of_a_list_is_named_by_its_place(deploy: Deploy) -> None:
    deployment = deploy("http", newer="service")
    for number, kind in enumerate(["book", "toy", "game"], 1):
        deployment.rows[f"o{number}"] = {"id": f"o{number}", "name": "moss", **FRESH, "kind": kind}

    with pytest.raises(UnknownValue, match=r"answer#/items/2/kind is 'game', which this version does not know"):
        await deployment.shop.list_orders()


async def test_a_read_that_has_one_is_answered_here_and_does_not_open_the_circuit(deploy: Deploy) -> None:
    deployment = deploy(100, newer="service")
    deployment.rows["o1"] = {"id": "o1", "name": "moss", **FRESH, "kind": "game"}

    orders = await visits(deployment.shop, lambda shop, _: shop.get_order("o1"))

    assert {order.kind for order in orders} == {"toy"}
    assert sides(deployment) == {"here": 20, "there": 20}


async def test_strict_reading_finds_what_tolerant_reading_passes_over(deploy: Deploy) -> None:
    deployment = deploy("http", newer="service", answers="strict")
    deployment.rows["o1"] = {"id": "o1", "name": "moss", **FRESH}

    with pytest.raises(UnexpectedAnswer, match="The answer breaks the contract"):
        await deployment.shop.get_order("o1")
