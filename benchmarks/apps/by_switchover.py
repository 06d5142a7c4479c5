"""The same two operations, served by a port."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from uuid import UUID

from benchmarks.apps.model import BACKEND
from livetrip_contract import Caller, Entry, EntryDraft, LiveTripError, TripDetail
from switchover import Contract, Port, Recorder


class TwoOperations(Protocol):
    """The part of LiveTrip that is measured."""

    async def get_trip(self, caller: Caller, trip_id: UUID) -> TripDetail: ...
    async def add_entry(self, caller: Caller, trip_id: UUID, entry_draft: EntryDraft) -> Entry: ...


_CONTRACT = Path(__file__).resolve().parents[2] / "openapi" / "openapi.yaml"


def bound(recorder: Recorder | None = None) -> Port[TwoOperations]:
    """The two operations, bound."""
    operations = ["getTrip", "addEntry"]
    contract = Contract.load(_CONTRACT)
    return contract.bind(TwoOperations, caller=Caller, errors=LiveTripError, operations=operations, recorder=recorder)


port = bound()
app = port.serve(BACKEND, trust="open")
