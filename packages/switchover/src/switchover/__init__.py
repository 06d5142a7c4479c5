"""One OpenAPI contract, one Python interface: the same calls in-process or over HTTP."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from switchover.context import CallContext as CallContext
    from switchover.context import calling as calling
    from switchover.context import current as current
    from switchover.errors import BindError as BindError
    from switchover.errors import CallError as CallError
    from switchover.errors import ContractError as ContractError
    from switchover.errors import FidelityError as FidelityError
    from switchover.errors import ObjectivesError as ObjectivesError
    from switchover.errors import SwitchoverError as SwitchoverError
    from switchover.parity import Fidelity as Fidelity
    from switchover.parity import Inspector as Inspector
    from switchover.port import Contract as Contract
    from switchover.port import Port as Port
    from switchover.port import Timeouts as Timeouts
    from switchover.port.exporting import serve_metrics as serve_metrics
    from switchover.port.transports.aiohttp import AiohttpTransport as AiohttpTransport
    from switchover.port.transports.asgi import AsgiTransport as AsgiTransport
    from switchover.port.transports.httpx import HttpxTransport as HttpxTransport
    from switchover.probe import ProbeOutcome as ProbeOutcome
    from switchover.probe import Prober as Prober
    from switchover.probe import ProbeTarget as ProbeTarget
    from switchover.telemetry import Recorder as Recorder
    from switchover.telemetry.metrics.exporter import Metrics as Metrics
    from switchover.telemetry.objectives import Objectives as Objectives
    from switchover.trust import AnyOf as AnyOf
    from switchover.trust import ApiKey as ApiKey
    from switchover.trust import ApiKeyVerifier as ApiKeyVerifier
    from switchover.trust import GcpIdentityToken as GcpIdentityToken
    from switchover.trust import IpAllowlist as IpAllowlist
    from switchover.trust import OidcClientCredentials as OidcClientCredentials
    from switchover.trust import Principal as Principal
    from switchover.trust import PrivateKeyJwt as PrivateKeyJwt
    from switchover.trust import Renewal as Renewal
    from switchover.trust import SharedKey as SharedKey
    from switchover.trust import SharedKeyVerifier as SharedKeyVerifier
    from switchover.trust.oidc import AllowedService as AllowedService
    from switchover.trust.oidc import FixedKeys as FixedKeys
    from switchover.trust.oidc import OidcVerifier as OidcVerifier
    from switchover.trust.signed import MessageSigner as MessageSigner
    from switchover.trust.signed import NonceMemory as NonceMemory
    from switchover.trust.signed import SignedMessageVerifier as SignedMessageVerifier
    from switchover.trust.signed import SigningKey as SigningKey

# Imported when first used, so that `import switchover` costs what it uses.
_HOMES: Final = {
    "AiohttpTransport": "switchover.port.transports.aiohttp",
    "AllowedService": "switchover.trust.oidc",
    "AnyOf": "switchover.trust",
    "ApiKey": "switchover.trust",
    "ApiKeyVerifier": "switchover.trust",
    "AsgiTransport": "switchover.port.transports.asgi",
    "BindError": "switchover.errors",
    "CallContext": "switchover.context",
    "CallError": "switchover.errors",
    "Contract": "switchover.port",
    "ContractError": "switchover.errors",
    "Fidelity": "switchover.parity",
    "FidelityError": "switchover.errors",
    "FixedKeys": "switchover.trust.oidc",
    "GcpIdentityToken": "switchover.trust",
    "HttpxTransport": "switchover.port.transports.httpx",
    "Inspector": "switchover.parity",
    "IpAllowlist": "switchover.trust",
    "MessageSigner": "switchover.trust.signed",
    "Metrics": "switchover.telemetry.metrics.exporter",
    "NonceMemory": "switchover.trust.signed",
    "Objectives": "switchover.telemetry.objectives",
    "ObjectivesError": "switchover.errors",
    "OidcClientCredentials": "switchover.trust",
    "OidcVerifier": "switchover.trust.oidc",
    "Port": "switchover.port",
    "Principal": "switchover.trust",
    "PrivateKeyJwt": "switchover.trust",
    "ProbeOutcome": "switchover.probe",
    "ProbeTarget": "switchover.probe",
    "Prober": "switchover.probe",
    "Recorder": "switchover.telemetry",
    "Renewal": "switchover.trust",
    "SharedKey": "switchover.trust",
    "SharedKeyVerifier": "switchover.trust",
    "SignedMessageVerifier": "switchover.trust.signed",
    "SigningKey": "switchover.trust.signed",
    "SwitchoverError": "switchover.errors",
    "Timeouts": "switchover.port",
    "calling": "switchover.context",
    "current": "switchover.context",
    "serve_metrics": "switchover.port.exporting",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - a list of literals, in one place


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'switchover' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
