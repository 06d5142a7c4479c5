"""The composition root of the service: the backend, behind the contract, behind a verifier."""

from __future__ import annotations

from typing import Final

from livetrip_adapters import PhotoFiles
from livetrip_api.settings import ApiSettings
from livetrip_contract import LiveTrip
from switchover import Port, SharedKeyVerifier
from switchover.port.serve import Limits, Service

LIMITS: Final = Limits(
    body_bytes=256 * 1024,
    larger="Photos do not pass through here: requestPhotoUpload tells where their bytes go.",
)


def make_service(
    port: Port[LiveTrip], backend: LiveTrip, settings: ApiSettings, files: PhotoFiles | None = None
) -> Service:
    """The Litestar application; `files` are served beside the operations, to whoever has a signed address."""
    mounts = files.mounts if files is not None else {}
    if settings.service_key is None:
        return port.serve(backend, trust="open", limits=LIMITS, mounts=mounts)
    key = settings.service_key.get_secret_value()
    verifier = SharedKeyVerifier(key, principal="livetrip-web", may_act_for_users=True)
    return port.serve(backend, verifier=verifier, limits=LIMITS, mounts=mounts)
