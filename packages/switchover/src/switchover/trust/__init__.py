"""Who may call: which service, and for whom."""

from switchover.contract import CALLER_HEADER
from switchover.trust.principal import (
    CredentialSource,
    Identity,
    Principal,
    Verifier,
    decode_identity,
    encode_identity,
)
from switchover.trust.shared_key import SharedKey, SharedKeyVerifier

__all__ = [
    "CALLER_HEADER",
    "CredentialSource",
    "Identity",
    "Principal",
    "SharedKey",
    "SharedKeyVerifier",
    "Verifier",
    "decode_identity",
    "encode_identity",
]
