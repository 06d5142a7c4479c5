"""Every failure of the kit, in one tree.

SwitchoverError
├── ContractError            the contract cannot be used: every finding, with file, line and JSON Pointer
├── BindError                contract and Python interface differ: every difference
├── FidelityError            a call that passes in-process and would not pass over HTTP
├── ObjectivesError          slo.toml cannot be used: every finding, with file and key
├── PlanError                rollout.toml cannot be used: every finding, with line and key
├── StoreUnavailable         the rollout's store does not answer; the last known state stays in force
│   └── ChangeUnknown        the answer to a change was lost: it may be in force
├── RolloutConflict          somebody else changed the rollout; both versions
├── RolloutRefused           an order that is not carried out; `reason` says why
└── CallError                one call failed; `code` is stable, and the same under every wiring
    ├── MalformedRequest         400  the request cannot be read
    ├── Refused                       the calling service may not come in; `reason` says why, to ourselves alone
    │   ├── Unauthenticated      401  it did not prove who it is
    │   └── Forbidden            403  it is known, and may not do this
    ├── NotFound                 404  no such address
    ├── MethodNotAllowed         405  no such operation at this address
    ├── NotAcceptable            406  the answer exists in none of the media types asked for
    ├── RequestTimeout           408  the request did not arrive in time; nothing was done
    ├── PayloadTooLarge          413  the body is larger than the service reads
    ├── UnsupportedMediaType     415  the body has a media type that the operation does not take
    ├── InvalidRequest           422  a parameter or the body breaks the contract
    ├── HeadersTooLarge          431  the head of the request is larger than the service reads
    ├── InternalError            500  the service failed
    ├── ServiceUnavailable       503  the service cannot answer now; nothing was done
    ├── Problem                        a documented failure that no class of the team's stands for
    ├── UnknownValue                  the answer has a value that only a newer version knows; a write was carried out
    └── TransportError                there is no answer to go by
        ├── ServiceUnreachable       no connection came about: nothing was done
        ├── ConnectionLost           the connection broke: it is unknown whether anything was done
        ├── CallTimeout              an answer did not come in time: it is unknown whether anything was done
        ├── OperationMissing         the service does not have the operation
        ├── CredentialUnavailable    this service cannot prove itself now: nothing was sent
        └── UnexpectedAnswer         the answer breaks the contract
"""

from switchover.errors.calls import (
    WIRE_ERRORS,
    CallError,
    CallTimeout,
    ConnectionLost,
    CredentialUnavailable,
    Forbidden,
    HeadersTooLarge,
    InternalError,
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    PayloadTooLarge,
    Problem,
    Refused,
    RequestTimeout,
    ServiceUnavailable,
    ServiceUnreachable,
    TransportError,
    Unauthenticated,
    UnexpectedAnswer,
    UnknownValue,
    UnsupportedMediaType,
)
from switchover.errors.fields import InvalidField
from switchover.errors.listings import (
    BindError,
    ChangeUnknown,
    ContractError,
    FidelityError,
    ObjectivesError,
    PlanError,
    RolloutConflict,
    RolloutRefused,
    StoreUnavailable,
    SwitchoverError,
)
from switchover.errors.missing import OperationMissing
from switchover.errors.outline import failure_of, outline, outlined

__all__ = [
    "WIRE_ERRORS",
    "BindError",
    "CallError",
    "CallTimeout",
    "ChangeUnknown",
    "ConnectionLost",
    "ContractError",
    "CredentialUnavailable",
    "FidelityError",
    "Forbidden",
    "HeadersTooLarge",
    "InternalError",
    "InvalidField",
    "InvalidRequest",
    "MalformedRequest",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "ObjectivesError",
    "OperationMissing",
    "PayloadTooLarge",
    "PlanError",
    "Problem",
    "Refused",
    "RequestTimeout",
    "RolloutConflict",
    "RolloutRefused",
    "ServiceUnavailable",
    "ServiceUnreachable",
    "StoreUnavailable",
    "SwitchoverError",
    "TransportError",
    "Unauthenticated",
    "UnexpectedAnswer",
    "UnknownValue",
    "UnsupportedMediaType",
    "failure_of",
    "outline",
    "outlined",
]
