"""The LiveTrip contract, bound to the LiveTrip Protocol."""

from __future__ import annotations

from importlib import resources

from livetrip_contract import CONTRACT, Caller, LiveTrip, LiveTripError
from switchover import Contract, Port, Recorder


def live_trip_port(recorder: Recorder | None = None) -> Port[LiveTrip]:
    """Bind the contract that the package `livetrip_contract` carries.

    Raises:
        BindError: contract and Protocol differ, which `switchover check` would have said.
    """
    folder, _, name = CONTRACT.rpartition("/")
    files = resources.files("livetrip_contract").joinpath(folder)
    contract = Contract.read(name, lambda path: files.joinpath(path).read_bytes())
    return contract.bind(LiveTrip, caller=Caller, errors=LiveTripError, recorder=recorder)
