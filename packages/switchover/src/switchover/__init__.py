"""One OpenAPI contract, one Python interface: the same calls in-process or over HTTP."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from switchover.console import ConsoleAccess as ConsoleAccess
    from switchover.console import console_port as console_port
    from switchover.console import serve_console as serve_console
    from switchover.context import CallContext as CallContext
    from switchover.context import calling as calling
    from switchover.context import current as current
    from switchover.context import receiving as receiving
    from switchover.context import respond as respond
    from switchover.errors import BindError as BindError
    from switchover.errors import CallError as CallError
    from switchover.errors import ContractError as ContractError
    from switchover.errors import FidelityError as FidelityError
    from switchover.errors import ObjectivesError as ObjectivesError
    from switchover.errors import PlanError as PlanError
    from switchover.errors import Problem as Problem
    from switchover.errors import RolloutConflict as RolloutConflict
    from switchover.errors import RolloutRefused as RolloutRefused
    from switchover.errors import StoreUnavailable as StoreUnavailable
    from switchover.errors import SwitchoverError as SwitchoverError
    from switchover.parity import Fidelity as Fidelity
    from switchover.parity import Inspector as Inspector
    from switchover.port import Contract as Contract
    from switchover.port import Port as Port
    from switchover.port import Timeouts as Timeouts
    from switchover.port.exporting import serve_metrics as serve_metrics
    from switchover.port.logs import configure_logging as configure_logging
    from switchover.port.transports.aiohttp import AiohttpTransport as AiohttpTransport
    from switchover.port.transports.asgi import AsgiTransport as AsgiTransport
    from switchover.port.transports.httpx import HttpxTransport as HttpxTransport
    from switchover.port.uploads import Upload as Upload
    from switchover.probe import ProbeOutcome as ProbeOutcome
    from switchover.probe import Prober as Prober
    from switchover.probe import ProbeTarget as ProbeTarget
    from switchover.rehearsal import Rehearsal as Rehearsal
    from switchover.rehearsal import RehearsalReport as RehearsalReport
    from switchover.rehearsal import SafeCall as SafeCall
    from switchover.rollout import CircuitSettings as CircuitSettings
    from switchover.rollout import Explanation as Explanation
    from switchover.rollout import FixedRules as FixedRules
    from switchover.rollout import OperationRules as OperationRules
    from switchover.rollout import Rollout as Rollout
    from switchover.rollout import RolloutState as RolloutState
    from switchover.rollout import Share as Share
    from switchover.rollout import asked_side as asked_side
    from switchover.rollout.flags import OpenFeatureRollout as OpenFeatureRollout
    from switchover.rollout.fleet import Fleet as Fleet
    from switchover.rollout.fleet import FleetView as FleetView
    from switchover.rollout.follower import Follower as Follower
    from switchover.rollout.orders import Operator as Operator
    from switchover.rollout.plan import RolloutPlan as RolloutPlan
    from switchover.rollout.reporting import Reporter as Reporter
    from switchover.rollout.stores import FakeRolloutStore as FakeRolloutStore
    from switchover.rollout.stores import FileRolloutStore as FileRolloutStore
    from switchover.rollout.stores import RolloutStore as RolloutStore
    from switchover.rollout.stores.postgresql import PostgresqlRolloutStore as PostgresqlRolloutStore
    from switchover.rollout.windows import OutcomeWindows as OutcomeWindows
    from switchover.rollout.windows import WindowSnapshot as WindowSnapshot
    from switchover.telemetry import Recorder as Recorder
    from switchover.telemetry.logs import CallLog as CallLog
    from switchover.telemetry.logs import Pseudonyms as Pseudonyms
    from switchover.telemetry.metrics.exporter import Metrics as Metrics
    from switchover.telemetry.objectives import Objectives as Objectives
    from switchover.telemetry.opentelemetry import OpenTelemetryTracing as OpenTelemetryTracing
    from switchover.trust import AnyOf as AnyOf
    from switchover.trust import ApiKey as ApiKey
    from switchover.trust import ApiKeyVerifier as ApiKeyVerifier
    from switchover.trust import BasicAuth as BasicAuth
    from switchover.trust import BasicAuthVerifier as BasicAuthVerifier
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
    from switchover.trust.oidc import OidcIssuer as OidcIssuer
    from switchover.trust.oidc import OidcVerifier as OidcVerifier
    from switchover.trust.signed import MessageSigner as MessageSigner
    from switchover.trust.signed import NonceMemory as NonceMemory
    from switchover.trust.signed import SharedNonces as SharedNonces
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
    "BasicAuth": "switchover.trust",
    "BasicAuthVerifier": "switchover.trust",
    "BindError": "switchover.errors",
    "CallContext": "switchover.context",
    "CallError": "switchover.errors",
    "CallLog": "switchover.telemetry.logs",
    "CircuitSettings": "switchover.rollout",
    "ConsoleAccess": "switchover.console",
    "Contract": "switchover.port",
    "ContractError": "switchover.errors",
    "Explanation": "switchover.rollout",
    "FakeRolloutStore": "switchover.rollout.stores",
    "Fidelity": "switchover.parity",
    "FidelityError": "switchover.errors",
    "FileRolloutStore": "switchover.rollout.stores",
    "FixedKeys": "switchover.trust.oidc",
    "FixedRules": "switchover.rollout",
    "Fleet": "switchover.rollout.fleet",
    "FleetView": "switchover.rollout.fleet",
    "Follower": "switchover.rollout.follower",
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
    "OidcIssuer": "switchover.trust.oidc",
    "OidcVerifier": "switchover.trust.oidc",
    "OpenFeatureRollout": "switchover.rollout.flags",
    "OpenTelemetryTracing": "switchover.telemetry.opentelemetry",
    "OperationRules": "switchover.rollout",
    "Operator": "switchover.rollout.orders",
    "OutcomeWindows": "switchover.rollout.windows",
    "PlanError": "switchover.errors",
    "Port": "switchover.port",
    "PostgresqlRolloutStore": "switchover.rollout.stores.postgresql",
    "Principal": "switchover.trust",
    "PrivateKeyJwt": "switchover.trust",
    "ProbeOutcome": "switchover.probe",
    "ProbeTarget": "switchover.probe",
    "Prober": "switchover.probe",
    "Problem": "switchover.errors",
    "Pseudonyms": "switchover.telemetry.logs",
    "Recorder": "switchover.telemetry",
    "Rehearsal": "switchover.rehearsal",
    "RehearsalReport": "switchover.rehearsal",
    "Renewal": "switchover.trust",
    "Reporter": "switchover.rollout.reporting",
    "Rollout": "switchover.rollout",
    "RolloutConflict": "switchover.errors",
    "RolloutPlan": "switchover.rollout.plan",
    "RolloutRefused": "switchover.errors",
    "RolloutState": "switchover.rollout",
    "RolloutStore": "switchover.rollout.stores",
    "SafeCall": "switchover.rehearsal",
    "Share": "switchover.rollout",
    "SharedKey": "switchover.trust",
    "SharedKeyVerifier": "switchover.trust",
    "SharedNonces": "switchover.trust.signed",
    "SignedMessageVerifier": "switchover.trust.signed",
    "SigningKey": "switchover.trust.signed",
    "StoreUnavailable": "switchover.errors",
    "SwitchoverError": "switchover.errors",
    "Timeouts": "switchover.port",
    "Upload": "switchover.port.uploads",
    "WindowSnapshot": "switchover.rollout.windows",
    "asked_side": "switchover.rollout",
    "calling": "switchover.context",
    "configure_logging": "switchover.port.logs",
    "console_port": "switchover.console",
    "current": "switchover.context",
    "receiving": "switchover.context",
    "respond": "switchover.context",
    "serve_console": "switchover.console",
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
