"""The composition root of the service: the backend, behind the contract, behind a verifier."""

from __future__ import annotations

from livetrip_api.settings import ApiSettings
from livetrip_contract import LiveTrip
from switchover import Port, SharedKeyVerifier
from switchover.port.serve import Service


def make_service(port: Port[LiveTrip], backend: LiveTrip, settings: ApiSettings) -> Service:
    """The Litestar application."""
    if settings.service_key is None:
        return port.serve(backend, trust="open")
    key = settings.service_key.get_secret_value()
    return port.serve(backend, verifier=SharedKeyVerifier(key, principal="livetrip-web", may_act_for_users=True))
