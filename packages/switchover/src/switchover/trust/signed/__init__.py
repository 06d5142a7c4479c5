"""Signed messages: HTTP message signatures (RFC 9421) over the request and the digest of its body (RFC 9530).

Each request is signed for itself, so that an audit can hold the message itself against the key: who asked, for whom, for what.
"""

from switchover.trust.signed.covering import TAG
from switchover.trust.signed.known import SigningKey
from switchover.trust.signed.nonces import Claim, NonceLookup, NonceMemory, Nonces
from switchover.trust.signed.shared_nonces import SharedNonces
from switchover.trust.signed.signer import MessageSigner
from switchover.trust.signed.verifier import SignedMessageVerifier

__all__ = [
    "TAG",
    "Claim",
    "MessageSigner",
    "NonceLookup",
    "NonceMemory",
    "Nonces",
    "SharedNonces",
    "SignedMessageVerifier",
    "SigningKey",
]
