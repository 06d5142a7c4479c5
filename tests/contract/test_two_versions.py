"""Two versions of a contract side by side, as in every deployment: each row of `docs/how-to/deploy-two-versions.md`.

A monolith of one version routes to a service of another, at 0, 50 and 100 %, reads and writes, and after a rollback. Both work on one database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.versions import OrderNotFound, Store, Version
from switchover import AsgiTransport, Recorder, Rollout, RolloutState, Share, calling
from switchover.errors import InvalidRequest, UnexpectedAnswer, UnknownValue
from switchover.rollout import CircuitSettings
from switchover.telemetry import CallEvent

CALLS = 16
NEVER_OPEN = CircuitSettings(remembered=10_000, least=10_000, in_a_row=10_000)
OLD = Version("1.0.0")


@dataclass
class Meeting:
    """A monolith of one version in front of a service of another."""

    monolith: Version
    store: Store
    orders: Any
    rollout: Rollout
    recorder: Recorder
    events: list[CallEvent] = field(default_factory=list)

    def draft(self, title: str, **more: Any) -> Any:
        """A new order, as this monolith writes it."""
        return self.monolith.draft(title=title, **more)

    def rolled_back(self) -> None:
        """Take everything back into the monolith's process."""
        state = self.rollout.table.state
        assert self.rollout.apply(RolloutState(version=state.version + 1, is_pinned=True))
        self.recorder.flush()
        self.events.clear()

    def failures(self) -> set[tuple[str, str, str]]:
        """Operation, wiring and failure of every call that failed."""
        self.recorder.flush()
        return {(event.operation, event.wiring, event.failure) for event in self.events if event.failure}

    def sides(self) -> set[str]:
        """The wirings that calls have used."""
        self.recorder.flush()
        return {event.wiring for event in self.events if event.wiring != "serve"}


@contextmanager
def meeting(folder: Path, *, monolith: Version, service: Version, percent: int) -> Iterator[Meeting]:
    """Both sides, and so many percent of the calls over HTTP. The circuit stays closed, so that every call shows what it meets."""
    store, recorder = Store(folder / "orders.db"), Recorder()
    port: Any = monolith.port(recorder)
    operations = [plan.operation.id for plan in port.plans.values()]
    state = RolloutState(version=1, shares=dict.fromkeys(operations, Share(100 * percent)))
    rollout = Rollout(state=state, circuit=NEVER_OPEN)
    events = list[CallEvent]()
    recorder.subscribe(events.extend)
    with AsgiTransport(service.port().serve(service.backend(store))) as transport:
        http = port.http(transport=transport)
        routed = port.route(direct=port.direct(monolith.backend(store)), http=http, rollout=rollout)
        yield Meeting(monolith, store, routed, rollout, recorder, events)
    recorder.close()
    store.close()


# What may be deployed in either order: a change, its older and its newer version, and what the newer side is called.
SAFE = {
    "add an optional member to answers": (OLD, Version("1.1.0", "note")),
    "remove an optional member from answers": (Version("1.0.0", "note"), Version("1.1.0")),
    "add an operation": (OLD, Version("1.1.0", "more operations")),
    "remove an operation": (Version("1.0.0", "more operations"), Version("1.1.0")),
    "deprecate an operation": (OLD, Version("1.1.0", "deprecated")),
    "add an optional parameter": (OLD, Version("1.1.0", "detail")),
    "widen a request": (Version("1.0.0", "short"), Version("1.1.0")),
}


@pytest.mark.parametrize("percent", [0, 50, 100])
@pytest.mark.parametrize("newer", ["service", "monolith"])
@pytest.mark.parametrize("change", SAFE)
def test_a_change_that_may_be_deployed_in_any_order_costs_no_call_and_no_write(
    tmp_path: Path, change: str, newer: str, percent: int
) -> None:
    old, new = SAFE[change]
    monolith, service = (old, new) if newer == "service" else (new, old)
    with meeting(tmp_path, monolith=monolith, service=service, percent=percent) as met:
        numbers = _all_of(met, "first")
        if percent in (50, 100):
            assert "http" in met.sides()
        met.rolled_back()
        for number in numbers:
            assert met.orders.get_order(number).id == number
        _all_of(met, "again")
        assert met.sides() == {"direct"}
        assert met.store.titles() == [f"{word} {n}" for word in ("first", "again") for n in range(CALLS)]


def _all_of(met: Meeting, word: str) -> list[int]:
    """Everything that the monolith's version has, some of it by every side; each write is repeated under its key."""
    numbers = []
    for number in range(CALLS):
        with calling(session=f"visitor {number}", idempotency_key=f"{word}-{number}"):
            order = met.orders.add_order(met.draft(f"{word} {number}"))
            assert met.orders.add_order(met.draft(f"{word} {number}")) == order
        assert order.title == f"{word} {number}"
        with calling(session=f"visitor {number}"):
            assert met.orders.get_order(order.id).title == order.title
            with pytest.raises(OrderNotFound):
                met.orders.get_order(10_000)
            if met.monolith.has("detail"):
                assert met.orders.get_order(order.id, detail=True).title == order.title
            if met.monolith.has("more operations"):
                assert met.orders.close_order(order.id).status == "done"
                assert met.orders.list_orders()[-1].id == order.id
        numbers.append(order.id)
    return numbers


@pytest.mark.parametrize("percent", [50, 100])
def test_an_operation_that_the_service_lacks_counts_as_its_failure(tmp_path: Path, percent: int) -> None:
    more = Version("1.1.0", "more operations")
    with meeting(tmp_path, monolith=more, service=OLD, percent=percent) as met:
        _all_of(met, "a")
        assert met.failures() >= {
            ("listOrders", "http", "OperationMissing"),
            ("closeOrder", "http", "OperationMissing"),
        }


@pytest.mark.parametrize("percent", [0, 50, 100])
@pytest.mark.parametrize("newer", ["service", "monolith"])
def test_a_value_that_one_side_does_not_know_is_what_its_contract_names_for_it(
    tmp_path: Path, newer: str, percent: int
) -> None:
    """The first release of a contract that may get further values says what its readers take for them."""
    old, new = Reader("1.0.0"), Version("1.1.0", "held or open")
    assert "x-unknown: open" in old.text
    monolith, service = (old, new) if newer == "service" else (new, old)
    known = {"open"} if newer == "service" else {"open", "held"}
    with meeting(tmp_path, monolith=monolith, service=service, percent=percent) as met:
        for number in range(CALLS):
            with calling(session=f"visitor {number}", idempotency_key=str(number)):
                order = met.orders.add_order(met.draft(f"hold {number}"))
                assert order.status in known
            with calling(session=f"visitor {number}"):
                assert met.orders.get_order(order.id).status in known
        met.rolled_back()
        assert {met.orders.get_order(number + 1).status for number in range(CALLS)} <= known
        assert met.store.titles() == [f"hold {number}" for number in range(CALLS)]


class Reader(Version):
    """The first version, that is ready for values that it does not know."""

    @property
    def text(self) -> str:
        return super().text.replace("[open, done]", "[open, done], x-unknown: open")


# -- changes with an order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("percent", [50, 100])
def test_a_value_without_x_unknown_is_an_error_of_that_write_alone_and_the_write_is_there(
    tmp_path: Path, percent: int
) -> None:
    with meeting(tmp_path, monolith=OLD, service=Version("1.1.0", "held"), percent=percent) as met:
        unread = 0
        for number in range(CALLS):
            with calling(session=f"visitor {number}", idempotency_key=str(number)):
                try:
                    met.orders.add_order(met.draft(f"hold {number}"))
                except UnknownValue:
                    unread += 1
            with calling(session=f"visitor {number}"):
                assert met.orders.get_order(number + 1).title == f"hold {number}"
        assert unread == CALLS if percent == 100 else 0 < unread < CALLS
        met.rolled_back()
        for number in range(CALLS):
            with calling(idempotency_key=str(number)):
                assert met.orders.add_order(met.draft(f"hold {number}")).id == number + 1
        assert met.store.titles() == [f"hold {number}" for number in range(CALLS)]


@pytest.mark.parametrize("percent", [0, 50, 100])
def test_a_member_of_requests_is_refused_by_an_older_service_so_the_service_goes_first(
    tmp_path: Path, percent: int
) -> None:
    new = Version("1.1.0", "draft note", "note")
    with meeting(tmp_path, monolith=new, service=OLD, percent=percent) as met:
        _refused_over_http(met, percent, note="please")
    folder = tmp_path / "the service first"
    folder.mkdir()
    with meeting(folder, monolith=OLD, service=new, percent=percent) as met:
        _all_of(met, "a")


@pytest.mark.parametrize("percent", [0, 50, 100])
def test_a_tightened_request_is_refused_by_a_newer_service_so_callers_stop_sending_it_first(
    tmp_path: Path, percent: int
) -> None:
    new = Version("1.1.0", "short")
    with meeting(tmp_path, monolith=OLD, service=new, percent=percent) as met:
        _refused_over_http(met, percent, title="longer than ten characters")
        numbers = _all_of(met, "a")
        assert len(numbers) == CALLS
    folder = tmp_path / "the monolith first"
    folder.mkdir()
    with meeting(folder, monolith=new, service=OLD, percent=percent) as met:
        _all_of(met, "a")


def _refused_over_http(met: Meeting, percent: int, title: str = "a", **more: Any) -> None:
    """What is refused over HTTP is not written, says so, and is carried out once by the side that takes it."""
    refused = 0
    for number in range(CALLS):
        with calling(session=f"visitor {number}", idempotency_key=f"refused-{number}"):
            try:
                met.orders.add_order(met.draft(title, **more))
            except InvalidRequest:
                refused += 1
    assert len(met.store.titles()) == CALLS - refused
    assert refused == CALLS * percent // 100 if percent != 50 else 0 < refused < CALLS
    met_before = met.rollout.table.state
    met.rolled_back()
    for number in range(CALLS):
        with calling(idempotency_key=f"refused-{number}"):
            met.orders.add_order(met.draft(title, **more))
    assert len(met.store.titles()) == CALLS
    back = RolloutState(version=met_before.version + 2, shares=met_before.shares)
    assert met.rollout.apply(back)


@pytest.mark.parametrize("percent", [0, 50, 100])
def test_a_member_that_answers_must_have_is_missed_in_an_older_service_so_the_service_goes_first(
    tmp_path: Path, percent: int
) -> None:
    old, new = Version("1.0.0", "draft note"), Version("1.1.0", "note required")
    with meeting(tmp_path, monolith=new, service=old, percent=percent) as met:
        unread = 0
        for number in range(CALLS):
            with calling(session=f"visitor {number}", idempotency_key=str(number)):
                try:
                    met.orders.add_order(met.draft(f"a {number}"))
                except UnexpectedAnswer as error:
                    assert "may have been carried out" in error.__notes__[0]
                    unread += 1
            with calling(session=f"visitor {number}"):
                assert met.orders.get_order(number + 1).title == f"a {number}"
        assert unread == CALLS * percent // 100 if percent != 50 else 0 < unread < CALLS
        met.rolled_back()
        for number in range(CALLS):
            with calling(idempotency_key=str(number)):
                assert met.orders.add_order(met.draft(f"a {number}")).id == number + 1
        assert met.store.titles() == [f"a {number}" for number in range(CALLS)]
    folder = tmp_path / "the service first"
    folder.mkdir()
    with meeting(folder, monolith=old, service=new, percent=percent) as met:
        _all_of(met, "a")
