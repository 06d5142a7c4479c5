"""The composition root of the service: the backend, behind the contract, behind a verifier."""

from __future__ import annotations

from typing import Final

from livetrip_adapters import PhotoFiles
from livetrip_adapters.trust import Kind
from livetrip_api.settings import ApiSettings
from livetrip_contract import LiveTrip
from switchover import Metrics, Port
from switchover.port.serve import Limits, Service

LIMITS: Final = Limits(
    body_bytes=256 * 1024,
    larger="Photos do not pass through here: requestPhotoUpload tells where their bytes go.",
)


def make_service(
    port: Port[LiveTrip],
    backend: LiveTrip,
    settings: ApiSettings,
    files: PhotoFiles | None = None,
    metrics: Metrics | None = None,
) -> Service:
    """The Litestar application; `files` are beside the operations for whoever has a signed address, metrics for whoever is let in."""
    mounts = files.mounts if files is not None else {}
    acceptance = settings.acceptance
    if acceptance.kinds == (Kind.OPEN,):
        return port.serve(backend, trust="open", limits=LIMITS, mounts=mounts, metrics=metrics)
    return port.serve(backend, verifier=acceptance.verifier, limits=LIMITS, mounts=mounts, metrics=metrics)
