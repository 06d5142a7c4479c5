"""A deployment with real processes: a service of one version, a monolith of another, an operator who looks and takes it back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.processes import clean_environment, running, switchover
from support.versions import OrderNotFound, Store, Version
from support.waiting import eventually
from switchover import FileRolloutStore, Follower, HttpxTransport, Recorder, Reporter, Rollout, calling
from switchover.rollout.following import Rhythm
from switchover.telemetry import CallEvent

OLD, NEW = Version("1.3.0"), Version("1.4.0", "note", "more operations")
RHYTHM = Rhythm(beat_seconds=0.2, back_off_seconds=0.05, longest_back_off_seconds=0.2)
READS = 60


class Deployed:
    """A monolith in this process, that follows a store, with a service in another process."""

    def __init__(self, folder: Path, monolith: Version, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self.store, self.recorder, self.events = Store(folder / "orders.db"), Recorder(), list[CallEvent]()
        self.monolith, self.rollout = monolith, Rollout()
        self.recorder.subscribe(self.events.extend)

    def starts(self, address: str) -> None:
        """Route to the service at an address, and follow the store."""
        port: Any = self.monolith.port(self.recorder)
        http = port.http(transport=self._stack.enter_context(HttpxTransport(address)))
        direct = port.direct(self.monolith.backend(self.store))
        self.orders = port.route(direct=direct, http=http, rollout=self.rollout)
        reporter = Reporter.watching(self.recorder, self.rollout)
        followed = FileRolloutStore(self.folder / "rollout")
        follower = Follower(followed, self.rollout.apply, name="web", report=reporter.report, rhythm=RHYTHM)
        self._stack.callback(follower.stop)
        follower.start()
        assert follower.wait_in_force(20)

    def commands(self, *arguments: str) -> str:
        """What a command of an operator's says."""
        done = switchover(*arguments, "--store", f"file:{self.folder / 'rollout'}", cwd=self.folder)
        assert not done.stderr.startswith("Traceback"), done.stderr
        return done.stdout

    def sees(self) -> dict[str, Any]:
        """What `status --json` says."""
        found: dict[str, Any] = json.loads(self.commands("status", "--json"))
        return found

    def sides(self) -> set[str]:
        """The wirings that calls have used since the last look."""
        self.recorder.flush()
        found = {event.wiring for event in self.events}
        self.events.clear()
        return found


@contextmanager
def deployed(folder: Path, *, monolith: Version, service: Version) -> Iterator[tuple[Deployed, str]]:
    """Both, and the service's address."""
    (folder / "openapi.yaml").write_text(monolith.text)
    operations = json.dumps([plan.operation.id for plan in monolith.port().plans.values()])
    (folder / "rollout.toml").write_text(f'[[waves]]\nname = "all"\noperations = {operations}\n')
    (folder / "pyproject.toml").write_text('[tool.switchover]\ncontract = "openapi.yaml"\nrollout = "rollout.toml"\n')
    command = [sys.executable, "-m", "support.versions", str(folder / "orders.db"), service.number, *service.changes]
    with ExitStack() as stack:
        made = Deployed(folder, monolith, stack)
        there = stack.enter_context(running(command, folder, clean_environment()))
        made.starts(there.address)
        yield made, there.address


@pytest.mark.parametrize(("monolith", "service"), [(NEW, OLD), (OLD, NEW)], ids=["older service", "newer service"])
def test_no_page_fails_and_the_operator_sees_both_versions(tmp_path: Path, monolith: Version, service: Version) -> None:
    with deployed(tmp_path, monolith=monolith, service=service) as (met, address):
        named = httpx.get(f"{address}/switchover/health").json()["contract"]
        assert named == {"digest": service.port().document.digest, "version": service.number}

        met.commands("set", "--all", "100", "--why", "both versions", "--force")
        eventually(lambda: met.rollout.applied_version > 0)
        for number in range(READS):
            _one_page(met, number)
        assert "http" in met.sides()
        eventually(lambda: met.sees()["contracts"]["services"])
        seen = met.sees()
        assert [it["version"] for it in seen["contracts"]["workers"]] == [monolith.number]
        assert [it["version"] for it in seen["contracts"]["services"]] == [service.number]
        status = met.commands("status")
        assert f"1 worker has contract {monolith.number}; service: {service.number}" in status

        lacking = {"listOrders", "closeOrder"} if monolith is NEW else set()
        assert {it["operation"] for it in seen["operations"] if it["isMissing"]} == lacking
        assert ("NOT AT THE SERVICE" in status) == bool(lacking)
        for operation in seen["operations"]:
            if operation["operation"] in lacking:
                assert operation["http"]["errorRate"] in (None, 1.0)
                assert operation["circuits"]["closed"] == 0

        met.commands("rollback", "--why", "the other version")
        eventually(lambda: met.rollout.table.state.is_pinned)
        met.sides()
        for number in range(READS):
            _one_page(met, number)
        assert met.sides() == {"direct"}
        assert met.store.titles() == [f"order {number}" for number in range(READS)]


def _one_page(met: Deployed, number: int) -> None:
    """A visitor writes, once under a key, and reads; everything that this version of the monolith can do."""
    with calling(session=f"visitor {number}", idempotency_key=f"key-{number}"):
        order = met.orders.add_order(met.monolith.draft(title=f"order {number}"))
    with calling(session=f"visitor {number}"):
        assert (order.id, order.title) == (number + 1, f"order {number}")
        assert met.orders.get_order(order.id).title == order.title
        with pytest.raises(OrderNotFound):
            met.orders.get_order(10_000)
        if met.monolith is NEW:
            assert met.orders.close_order(order.id).status == "done"
            assert order.id in [it.id for it in met.orders.list_orders()]
