"""What the commands of an operator work on: the store, the plan, the contract, and who gives the orders."""

from __future__ import annotations

import argparse
import getpass
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from switchover.cli import settings as configuration
from switchover.cli.plan import operations_of
from switchover.cli.settings import Settings, UsageError, shown
from switchover.contract import Document
from switchover.errors import ContractError, PlanError
from switchover.rollout.fleet import Fleet
from switchover.rollout.orders import Operator
from switchover.rollout.plan import RolloutPlan, Stage, Wave, load
from switchover.rollout.share import WHOLE, Share
from switchover.rollout.stores import RolloutStore
from switchover.rollout.stores.opening import opened
from switchover.telemetry.objectives.units import Duration

STORE_VARIABLE: Final = "SWITCHOVER_ROLLOUT_STORE"
_MOST_NAME: Final = 200


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
def place_of(options: argparse.Namespace, *, goes_on: bool = False) -> Iterator[Place]:
    """The rollout that a command is about; its store is given back at the end.

    Args:
        options: of the command line.
        goes_on: also where contract or plan cannot be read, because going back must not depend on them. Says so.

    Raises:
        UsageError: there is none, or contract or plan cannot be used; the message says what to do.
    """
    with store_of(options) as store:
        try:
            settings = configuration.load(options.contract)
            document = Document.load(settings.contract)
            place = Place(store, _plan(options, settings, document), document.digest)
        except (ContractError, PlanError, UsageError) as error:
            if not goes_on:
                raise UsageError(str(error)) from error
            print(f"switchover: going on without contract and plan: {error}", file=sys.stderr)
            place = Place(store, _plan_of_state(store), "")
        yield place


@contextmanager
def store_of(options: argparse.Namespace) -> Iterator[RolloutStore]:
    """The store. Where an address is given, settings that cannot be used are in nobody's way. Raises UsageError."""
    address = options.store or os.environ.get(STORE_VARIABLE)
    try:
        root, named = configuration.store_if_named()
    except UsageError:
        if not address:
            raise
        root, named = Path.cwd(), None
    address = address or named
    if not address:
        raise UsageError(
            f"where is the state of the rollout kept? Say so in the environment, {STORE_VARIABLE}=postgresql://…, or in"
            ' pyproject.toml, [tool.switchover] store = "file:.switchover/rollout"'
        )
    try:
        store = opened(address, root)
    except (ValueError, ImportError) as error:
        raise UsageError(str(error)) from error
    try:
        yield store
    finally:
        store.close()


def who_of(options: argparse.Namespace) -> str:
    """Who stands by an order: whom --as names, or the user of this machine."""
    given: str | None = options.who
    if given is not None:
        if not given.strip() or len(given) > _MOST_NAME:
            raise UsageError(f"--as takes a name: 1 to {_MOST_NAME} characters, not blank")
        return given
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def _plan(options: argparse.Namespace, settings: Settings, document: Document) -> RolloutPlan:
    path = Path(options.plan).resolve() if options.plan else settings.plan
    if not path.is_file():
        raise UsageError(f"there is no {shown(path)}; `switchover plan init` writes one from the contract")
    return load(path, operations_of(document))


def _plan_of_state(store: RolloutStore) -> RolloutPlan:
    """Names the operations that are in force, so that each can be taken back."""
    state = store.load()
    known = tuple(sorted({*state.shares, *state.pinned, *state.held}))
    whole = Stage(Share(WHOLE), Duration(1))
    return RolloutPlan(waves=(Wave(name="in force", operations=known, stages=(whole,)),) if known else ())
