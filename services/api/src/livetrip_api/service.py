"""The composition root of the service: the backend, behind the contract, behind a verifier."""

from __future__ import annotations

from livetrip_adapters.trust import Kind
from livetrip_api.settings import ApiSettings
from livetrip_contract import LiveTrip
from switchover import Metrics, Port
from switchover.port.serve import Service


def make_service(
    port: Port[LiveTrip], backend: LiveTrip, settings: ApiSettings, metrics: Metrics | None = None
) -> Service:
    """The Litestar application; with metrics, they are at /metrics, for whoever is let in."""
    acceptance = settings.acceptance
    if acceptance.kinds == (Kind.OPEN,):
        return port.serve(backend, trust="open", metrics=metrics)
    return port.serve(backend, verifier=acceptance.verifier, metrics=metrics)
