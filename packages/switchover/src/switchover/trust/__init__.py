"""Who may call: which service, and for whom."""

from switchover.contract import CALLER_HEADER
from switchover.trust.any_of import AnyOf
from switchover.trust.incoming import Incoming, Verifier
from switchover.trust.outgoing import CredentialSource, Outgoing
from switchover.trust.principal import Identity, Principal, decode_identity, encode_identity
from switchover.trust.refusal import REFUSAL
from switchover.trust.shared_key import SharedKey, SharedKeyVerifier

__all__ = [
    "CALLER_HEADER",
    "REFUSAL",
    "AnyOf",
    "CredentialSource",
    "Identity",
    "Incoming",
    "Outgoing",
    "Principal",
    "SharedKey",
    "SharedKeyVerifier",
    "Verifier",
    "decode_identity",
    "encode_identity",
]
