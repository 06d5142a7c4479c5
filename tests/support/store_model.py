"""What a store is: a model that it is held to, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from support.rollouts import beat
from switchover.errors import RolloutConflict
from switchover.rollout import Share
from switchover.rollout.record import Change, Edit, verify
from switchover.rollout.stores import RolloutStore

OPERATIONS = st.sampled_from(["getTrip", "listTrips", "createTrip"])
EDITS = st.builds(
    Edit,
    shares=st.dictionaries(OPERATIONS, st.builds(Share, st.integers(0, 10_000))),
    pinned=st.dictionaries(OPERATIONS, st.booleans()),
    held=st.dictionaries(OPERATIONS, st.booleans()),
    is_pinned=st.sampled_from([None, True, False]),
)


class StoreMachine(RuleBasedStateMachine):
    """Orders to a store and to its model. `fresh` makes an empty store."""

    fresh: ClassVar[Callable[..., RolloutStore]]

    def __init__(self) -> None:
        super().__init__()
        self.store = self.fresh()
        self.shares: dict[str, int] = {}
        self.pinned: set[str] = set()
        self.held: set[str] = set()
        self.is_pinned = False
        self.version = 0

    @rule(edit=EDITS, behind=st.sampled_from([0, 0, 0, 1, -1]))
    def change(self, edit: Edit, behind: int) -> None:
        asked = Change(edit=edit, action="set", who="model")
        if behind:
            with pytest.raises(RolloutConflict):
                self.store.change(asked, expected=self.version - behind)
            return
        self.store.change(asked, expected=self.version)
        self.version += 1
        self.shares.update(edit.shares)
        for members, edits in ((self.pinned, edit.pinned), (self.held, edit.held)):
            for name, value in edits.items():
                (members.add if value else members.discard)(name)
        self.is_pinned = self.is_pinned if edit.is_pinned is None else edit.is_pinned

    @rule(name=OPERATIONS, version=st.integers(0, 99))
    def heartbeat(self, name: str, version: int) -> None:
        self.store.heartbeat(beat(name, version))
        assert beat(name, version) in [worker.beat for worker in self.store.workers()]

    @rule(name=OPERATIONS)
    def leave(self, name: str) -> None:
        self.store.leave(name)
        assert name not in {worker.beat.id for worker in self.store.workers()}

    @rule(known=st.integers(0, 5))
    def wait(self, known: int) -> None:
        self.store.load()
        assert self.store.wait(known, 0) is (known != self.version)

    @invariant()
    def is_as_the_model(self) -> None:
        state = self.store.load()
        assert state.version == self.version
        assert state.shares == {name: share for name, share in self.shares.items() if share}
        assert state.pinned == frozenset(self.pinned)
        assert state.held == frozenset(self.held)
        assert state.is_pinned is self.is_pinned
        assert verify(self.store.history(), state=state) == ()
