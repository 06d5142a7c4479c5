"""The faults of a campaign: what is done, and which exit codes `switchover rollback` may then have.

Each fault is a function that acts on the world, lets `switchover rollback` run in it, and mends what it broke.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from livetrip_adapters import live_trip_port
from livetrip_adapters.rollout import live_trip_plan
from support.campaign.claims import Claim
from support.campaign.gateway import Mode
from support.campaign.stores import PostgresqlCampaignStore
from support.campaign.world import Ended, Worker, World
from support.waiting import eventually
from switchover.rollout.orders import Operator
from switchover.rollout.share import Share
from switchover.rollout.state import RolloutState

LONG_SECONDS: Final = 33.0
"""Longer than a silent worker used to be listed."""
_CALL_SECONDS: Final = 4.0
"""A worker that stands still for longer may find the time of its calls over, which is 5 s in all."""
_WAIT: Final = ("--wait", "2.5")

_Act = Callable[[World, Worker], Claim]


@dataclass(frozen=True)
class Fault:
    """A fault, as it is drawn.

    Attributes:
        name: what happens.
        act: makes it happen, and returns what the command claimed.
        codes: the exit codes that a truthful command can have.
        kinds: the stores that can have it.
        is_slow: whether it takes longer than half a minute.
    """

    name: str
    act: _Act
    codes: frozenset[int]
    kinds: frozenset[str]
    is_slow: bool = False


FAULTS: list[Fault] = []


def _fault(name: str, *codes: int, kinds: str = "file postgresql", is_slow: bool = False) -> Callable[[_Act], _Act]:
    def add(act: _Act) -> _Act:
        FAULTS.append(Fault(name, act, frozenset(codes), frozenset(kinds.split()), is_slow))
        return act

    return add


def _rollback(world: World, *arguments: str) -> Claim:
    return Claim(world.switchover("rollback", "--why", "campaign", *_WAIT, *arguments).ended())


@contextmanager
def _frozen(worker: Worker) -> Iterator[None]:
    worker.send(signal.SIGSTOP)
    since = time.monotonic()
    try:
        yield
    finally:
        worker.long_freezes += time.monotonic() - since > _CALL_SECONDS
        worker.send(signal.SIGCONT)


# Nothing is wrong with the store.


@_fault("nothing", 0)
def nothing(world: World, worker: Worker) -> Claim:
    """A rollback on a quiet day."""
    return _rollback(world)


@_fault("no reason given", 0)
def no_reason(world: World, worker: Worker) -> Claim:
    """A rollback at night."""
    return Claim(world.switchover("rollback").ended())


@_fault("broken contract and plan", 0)
def broken_files(world: World, worker: Worker) -> Claim:
    """Neither contract nor plan nor settings can be read."""
    settings = world.operator_folder / "pyproject.toml"
    kept = settings.read_text()
    settings.write_text("[tool.switchover\n")
    try:
        return _rollback(world)
    finally:
        settings.write_text(kept)


@_fault("closed standard output", 0)
def closed_output(world: World, worker: Worker) -> Claim:
    """The command's output goes to a program that has ended."""
    script = "switchover rollback --why campaign | true; exit ${PIPESTATUS[0]}"
    return Claim(world.shell(script).ended())


@_fault("two rollbacks at once", 0)
def two_rollbacks(world: World, worker: Worker) -> Claim:
    """Two operators roll back at the same time."""
    other = world.switchover("rollback", "--why", "the other operator", *_WAIT)
    claim = _rollback(world)
    beside = other.ended()
    return Claim(claim.ended, () if beside.code == 0 else (f"the other command: {beside}",))


@_fault("service killed", 0)
def service_killed(world: World, worker: Worker) -> Claim:
    """The service is killed, and started again after the rollback."""
    world.kill_service()
    world.wait_for_calls(60)
    claim = _rollback(world)
    world.restart_service()
    return claim


@_fault("service restarted", 0)
def service_restarted(world: World, worker: Worker) -> Claim:
    """The service ends as in a deployment, and starts again, under load."""
    world.kill_service(signal.SIGTERM)
    world.restart_service()
    world.wait_for_calls(60)
    return _rollback(world)


@_fault("service frozen", 0)
def service_frozen(world: World, worker: Worker) -> Claim:
    """The service stands still for a second."""
    world.service.process.send_signal(signal.SIGSTOP)
    time.sleep(1)
    world.service.process.send_signal(signal.SIGCONT)
    world.wait_for_calls(60)
    return _rollback(world)


def _gateway(mode: Mode) -> _Act:
    def act(world: World, worker: Worker) -> Claim:
        world.set_all(mode)
        world.wait_for_calls(60)
        claim = _rollback(world)
        world.set_all(Mode.PASS)
        # What the gateway held back was sent before.
        return Claim(claim.ended, in_flight_seconds=1.5) if mode is Mode.STALL else claim

    return act


for _mode in Mode:
    if _mode is not Mode.PASS:
        _fault(f"gateway: {_mode.value}", 0)(_gateway(_mode))


# Workers that do not converge, or have ended.


@_fault("worker frozen", 1)
def worker_frozen(world: World, worker: Worker) -> Claim:
    """A worker stands still during the command."""
    with _frozen(worker):
        return _rollback(world)


@_fault("worker frozen for over 30 s", 1, is_slow=True)
def worker_frozen_long(world: World, worker: Worker) -> Claim:
    """A worker has stood still for so long that it used to be left out."""
    with _frozen(worker):
        time.sleep(LONG_SECONDS)
        return _rollback(world)


@_fault("worker killed", 0)
def worker_killed(world: World, worker: Worker) -> Claim:
    """A worker of this machine was killed: it cannot call any more."""
    world.end(worker, signal.SIGKILL)
    claim = _rollback(world)
    world.start(worker)
    return claim


@_fault("worker ended", 0)
def worker_ended(world: World, worker: Worker) -> Claim:
    """A worker has ended as it should."""
    world.end(worker, signal.SIGTERM)
    claim = _rollback(world)
    world.start(worker)
    return claim


@_fault("worker started during the command", 0, 1)
def worker_started(world: World, worker: Worker) -> Claim:
    """A worker is killed, and starts again while the command waits."""
    world.end(worker, signal.SIGKILL)
    command = world.switchover("rollback", "--why", "campaign", *_WAIT)
    world.start(worker)
    return Claim(command.ended())


@_fault("worker cut off from the store", 1)
def worker_cut_off(world: World, worker: Worker) -> Claim:
    """A worker cannot reach the store, and goes on calling."""
    world.store.cut(worker.number)
    time.sleep(1.5)
    try:
        return _rollback(world)
    finally:
        world.store.heal(worker.number)


@_fault("worker cut off from the store for over 30 s", 1, is_slow=True)
def worker_cut_off_long(world: World, worker: Worker) -> Claim:
    """A worker has been cut off for so long that it used to be left out."""
    world.store.cut(worker.number)
    time.sleep(LONG_SECONDS)
    try:
        return _rollback(world)
    finally:
        world.store.heal(worker.number)


# Stores that are not what they were.


@_fault("store lost", 0, 1)
def store_lost(world: World, worker: Worker) -> Claim:
    """Everything in the store is gone; workers hold a higher version."""
    world.store.lose()
    time.sleep(2.5)
    return _rollback(world)


@_fault("store restored from a backup", 0, 1)
def store_restored(world: World, worker: Worker) -> Claim:
    """The store is as it was some versions ago."""
    world.store.backup()
    raise_shares(world, (2500, 5000, 10_000))
    world.store.restore()
    time.sleep(2.5)
    return _rollback(world)


@_fault("store restored during the command", 0, 1)
def store_restored_at_once(world: World, worker: Worker) -> Claim:
    """The store is restored right before the command: workers have not noticed."""
    world.store.backup()
    raise_shares(world, (2500, 5000, 10_000))
    world.store.restore()
    return _rollback(world)


@_fault("store replaced by another", 0, 1)
def store_replaced(world: World, worker: Worker) -> Claim:
    """The store holds the history of another rollout."""
    world.store.replace()
    time.sleep(2.5)
    return _rollback(world)


@_fault("heartbeats that cannot be read", 0, 1)
def spoiled_heartbeats(world: World, worker: Worker) -> Claim:
    """Heartbeats that are garbage lie in the store."""
    remove = world.store.spoil_heartbeats()
    try:
        return _rollback(world)
    finally:
        remove()


@_fault("store's disk is full for the command", 0, 1, 2, kinds="file")
def full_disk(world: World, worker: Worker) -> Claim:
    """A command fails in the middle of a write. It must never come into force later."""
    before = _state(world)
    failed = world.shell("ulimit -f 0; switchover rollback --why 'on a full disk' --wait 1").ended()
    after = _state(world)
    complaints = []
    if failed.code == 0 and not after.is_pinned:
        complaints.append(f"it claims success, and nothing is pinned: {failed}")
    if failed.code != 0 and after != before and not after.is_pinned:
        complaints.append(f"it failed, and something else changed: {failed}")
    return Claim(_rollback(world).ended, tuple(complaints))


@_fault("failed command, then another one", 0, kinds="file")
def failed_then_another(world: World, worker: Worker) -> Claim:
    """A rise fails in the middle of a write; a hold after it must not bring it into force."""
    raise_shares(world, (100,))
    script = "ulimit -f 1; switchover set --all 90 --force --why 'on a full disk' --wait 1"
    failed = world.shell(script).ended()
    world.switchover("hold", "--why", "campaign", *_WAIT).ended()
    shares = {str(share) for share in _state(world).shares.values()}
    world.switchover("resume", *_WAIT).ended()
    claim = _rollback(world)
    if failed.code != 0 and shares != {"1 %"}:
        return Claim(claim.ended, (f"a failed command came into force: {shares}",))
    return claim


# Other operators, and the operator's own hand.


@_fault("undone by another operator", 0)
def undone(world: World, worker: Worker) -> Claim:
    """Another operator releases the kill switch while the command waits for a frozen worker."""
    with _frozen(worker):
        command = world.switchover("rollback", "--why", "campaign", "--wait", "6")
        _eventually_pinned(world)
        raise_shares(world, (10_000,), who="impatient")
        ended = command.ended()
    is_said = ended.code == 1 and "impatient" in ended.text
    return Claim(_rollback(world).ended, () if is_said else (f"it was undone, and does not say so: {ended}",))


@_fault("Ctrl-C while waiting", 130)
def interrupted(world: World, worker: Worker) -> Claim:
    """Ctrl-C while the command waits for a frozen worker: it must say that the change holds."""
    with _frozen(worker):
        command = world.switchover("rollback", "--why", "campaign", "--wait", "20")
        _eventually_pinned(world)
        command.interrupt()
        ended = command.ended()
    return Claim(ended, () if "is in force" in ended.text else (f"it says nothing of the change: {ended}",))


@_fault("command killed", -9, 0)
def command_killed(world: World, worker: Worker) -> Claim:
    """The command is killed at a random moment; the next one carries on from what is there."""
    command = world.switchover("rollback", "--why", "campaign", *_WAIT)
    time.sleep(0.02 + (os.getpid() + int(time.time() * 1000)) % 200 / 500)
    command.process.kill()
    command.ended()
    return _rollback(world)


# PostgreSQL.


@_fault("store's connections terminated", 0, 1, kinds="postgresql")
def connections_terminated(world: World, worker: Worker) -> Claim:
    """All connections to the store are terminated, again and again, during the command."""
    stop = threading.Event()

    def terminate() -> None:
        while not stop.wait(0.1):
            _postgresql(world).execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    thread = threading.Thread(target=terminate)
    thread.start()
    try:
        claim = Claim(world.switchover("rollback", "--why", "campaign", *_WAIT).ended())
    finally:
        stop.set()
        thread.join()
    return claim


@_fault("store restarted", 0, 1, kinds="postgresql")
def store_restarted(world: World, worker: Worker) -> Claim:
    """The store's server restarts while the command runs."""
    command = world.switchover("rollback", "--why", "campaign", *_WAIT)
    _postgresql(world).restart()
    return Claim(command.ended())


@_fault("store read-only", 1, kinds="postgresql")
def store_read_only(world: World, worker: Worker) -> Claim:
    """The store is a standby: the command cannot change anything, and has to say so."""
    _postgresql(world).execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
    try:
        return _rollback(world)
    finally:
        _postgresql(world).execute("ALTER DATABASE postgres RESET default_transaction_read_only")


@_fault("store without figures", 0, 1, kinds="postgresql")
def half_migrated(world: World, worker: Worker) -> Claim:
    """The store is of another version: the column of the reports is missing."""
    postgresql = _postgresql(world)
    postgresql.execute("ALTER TABLE switchover_rollout_workers RENAME COLUMN report TO report_kept")
    try:
        return _rollback(world)
    finally:
        postgresql.execute("ALTER TABLE switchover_rollout_workers RENAME COLUMN report_kept TO report")


def _postgresql(world: World) -> PostgresqlCampaignStore:
    assert isinstance(world.store, PostgresqlCampaignStore)
    return world.store


def _state(world: World) -> RolloutState:
    store = world.store.open()
    try:
        return store.load()
    finally:
        store.close()


def _eventually_pinned(world: World) -> None:
    eventually(lambda: _state(world).is_pinned, 20, what="the kill switch")


def raise_shares(world: World, shares: tuple[int, ...], *, who: str = "campaign") -> None:
    """Release everything, and bring all operations to each share in turn."""
    store = world.store.open()
    try:
        operator = Operator(store, live_trip_plan(live_trip_port()), who=who)
        operator.resume()
        for share in shares:
            operator.set_share(Share(share), why="campaign", is_forced=True)
    finally:
        store.close()


def outcome(ended: Ended) -> str:
    """A line for the table of a campaign."""
    last = [line for line in ended.text.splitlines() if line.strip()]
    return f"exit {ended.code}: {last[-1] if last else ''}"[:140]
