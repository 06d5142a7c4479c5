"""What the commands of an operator work on: the store, the plan, the digest of the contract, and who gives the command."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from switchover.cli import settings as configuration
from switchover.cli.operating.pinned import pinned_digest
from switchover.cli.settings import UsageError, shown
from switchover.errors.listings import ContractError, PlanError, StoreUnavailable
from switchover.rollout.fleet import Fleet
from switchover.rollout.orders import Operator
from switchover.rollout.plan import RolloutPlan, Stage, Wave, load
from switchover.rollout.share import WHOLE, Share
from switchover.rollout.stores import RolloutStore
from switchover.rollout.stores.opening import opened
from switchover.telemetry.objectives.units import Duration

STORE_VARIABLE: Final = "SWITCHOVER_ROLLOUT_STORE"
MOST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A rollout: where its state is kept, and what is planned.

    Attributes:
        contract_digest: "" where the contract could not be read and the command goes on without it.
    """

    store: RolloutStore
    plan: RolloutPlan
    contract_digest: str

    @property
    def fleet(self) -> Fleet:
        """All that follow the store."""
        return Fleet(self.store, self.plan)

    def operator(self, who: str) -> Operator:
        """Whoever gives orders, with what the record wants to know."""
        return Operator(
            self.store,
            self.plan,
            who=who,
            groups={cohort.name: cohort.operations for cohort in self.plan.cohorts},
            contract_digest=self.contract_digest,
            plan_digest=self.plan.digest if self.plan.waves else "",
            windows=self.fleet.figures,
        )


@contextmanager
def seen_place_of(options: argparse.Namespace) -> Iterator[Place]:
    """Yield the rollout that a command looks at, by its plan; neither contract nor lock is read.

    Raises:
        UsageError: the store was never used, or the settings or the plan are unusable; the text says what to do.
    """
    with store_of(options) as store:
        require_known(store, options)
        yield Place(store, _plan(options), "")


@contextmanager
def rising_place_of(options: argparse.Namespace) -> Iterator[Place]:
    """Yield the rollout for a command that may send traffic to the service: its plan is held against the contract.

    This is the one kind of command that loads the contract. What goes up by a plan that names operations which do
    not exist, or puts writes before the reads that have to see them, would be found by users.

    Raises:
        UsageError: the store was never used, or settings, contract or plan are unusable; the text says what to do.
    """
    from switchover.cli.plan import operations_of  # noqa: PLC0415 - see above
    from switchover.contract import Document  # noqa: PLC0415 - see above

    with store_of(options) as store:
        require_known(store, options)
        try:
            document = Document.load(configuration.load(options.contract).contract)
            plan = load(_plan_path(options), operations_of(document))
        except (ContractError, PlanError) as error:
            raise UsageError(str(error)) from error
        yield Place(store, plan, document.digest)


@contextmanager
def falling_place_of(options: argparse.Namespace, *, goes_on: bool) -> Iterator[Place]:
    """Yield the rollout for a command that sends no traffic to the service. The contract is not read.

    The plan says which operations a name stands for, and the lock which contract was agreed, for the audit log.

    Args:
        options: of the command line.
        goes_on: without a plan, too. The way back must not depend on one: every operation in force can be named.

    Raises:
        UsageError: the store was never used, or the settings or the plan are unusable; the text says what to do.
    """
    with store_of(options) as store:
        require_known(store, options)
        try:
            plan = _plan(options)
        except Exception as error:
            if not goes_on:
                raise
            _go_on("the plan", f"{error}\ncohorts and waves are unknown: name operations, or nothing for all of them")
            plan = _plan_of_state(store)
        try:
            digest = _pinned(options)
        except Exception as error:
            _go_on("the digest of the contract", error)
            digest = ""
        yield Place(store, plan, digest)


@contextmanager
def store_of(options: argparse.Namespace) -> Iterator[RolloutStore]:
    """Yield the store. Where an address is given, unusable settings are ignored. Raises UsageError."""
    address, root, _ = _address(options)
    try:
        store = opened(address, root)
    except (ValueError, ImportError) as error:
        raise UsageError(str(error)) from error
    try:
        yield store
    finally:
        store.close()


def require_known(store: RolloutStore, options: argparse.Namespace) -> None:
    """Refuse a store that was never used, before anything is written to it, unless `--create` says that it is meant.

    Raises:
        UsageError: it was never used; the text says which one it is, and what to do.
        StoreUnavailable: a command that changes nothing cannot find out. One that changes something goes on, as the
            way back needs no answer to this; the change itself says what is wrong.
    """
    if options.is_change and options.create:
        return
    try:
        if store.is_known():
            return
    except StoreUnavailable:
        if options.is_change:
            return
        raise
    address, root, source = _address(options)
    where = shown((root / address.removeprefix("file:")).absolute()) if address.startswith("file:") else "PostgreSQL"
    told = ", so nothing was changed" if options.is_change else ""
    remedy = "; --create says that it is new, and meant" if options.is_change else ""
    raise UsageError(
        f"the store in {where} (from {source}) was never used by a worker or a command{told}:"
        f" it is not the store of your application, or the application has not started."
        f" Compare {source} with the environment of the application{remedy}"
    )


def _address(options: argparse.Namespace) -> tuple[str, Path, str]:
    """The address of the store, the folder that it is relative to, and where it was found."""
    given = next(
        (
            (address, source)
            for address, source in ((options.store, "--store"), (os.environ.get(STORE_VARIABLE), STORE_VARIABLE))
            if address
        ),
        None,
    )
    try:
        root, named = configuration.store_if_named()
    except (UsageError, OSError):  # OSError: the working directory was removed
        if given is None:
            raise
        root, named = Path(), None
    if given is not None:
        return given[0], root, given[1]
    if not named:
        raise UsageError(
            f"where is the state of the rollout kept? Say so in the environment, {STORE_VARIABLE}=postgresql://…, or in"
            ' pyproject.toml, [tool.switchover] store = "file:.switchover/rollout"'
        )
    return named, root, "`store` of [tool.switchover]"


def who_of(options: argparse.Namespace) -> str:
    """Who stands by an order: whom --as names, or the user of this machine."""
    given: str | None = options.who
    if given is not None:
        if not given.strip() or len(given) > MOST_NAME:
            raise UsageError(f"--as takes a name: 1 to {MOST_NAME} characters, not blank")
        return given
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"
    return f"{user}@{os.uname().nodename}"[:MOST_NAME]  # importing socket takes longer


def _plan(options: argparse.Namespace) -> RolloutPlan:
    """The plan, held against itself. Raises UsageError."""
    try:
        return load(_plan_path(options))
    except PlanError as error:
        raise UsageError(str(error)) from error


def _plan_path(options: argparse.Namespace) -> Path:
    path = Path(options.plan).resolve() if options.plan else configuration.of_rollout(options.contract)[1]
    if not path.is_file():
        raise UsageError(f"there is no {shown(path)}; `switchover plan init` writes one from the contract")
    return path


def _pinned(options: argparse.Namespace) -> str:
    contract = configuration.of_rollout(options.contract)[2]
    if contract is None:
        raise UsageError("nothing names the contract; set `contract` of [tool.switchover]")
    return pinned_digest(contract)


def _go_on(without: str, error: object) -> None:
    print(f"switchover: going on without {without}: {error}", file=sys.stderr)


def _plan_of_state(store: RolloutStore) -> RolloutPlan:
    """Names the operations that are in force, so that each can be taken back."""
    state = store.load()
    known = tuple(sorted({*state.shares, *state.pinned, *state.held}))
    whole = Stage(Share(WHOLE), Duration(1))
    return RolloutPlan(waves=(Wave(name="in force", operations=known, stages=(whole,)),) if known else ())
