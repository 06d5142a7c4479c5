"""The signature of a request, read out of its fields and not yet believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from switchover.errors import Unauthenticated
from switchover.trust.incoming import Incoming
from switchover.trust.refusal import REFUSAL
from switchover.trust.signed.covering import TAG
from switchover.trust.signed.fields import MalformedField, SignatureInput, read_byte_sequences, read_signature_inputs

LONGEST_NONCE: Final = 128

_PARAMETERS: Final = frozenset({"created", "expires", "nonce", "keyid", "alg", "tag"})


@dataclass(frozen=True, slots=True)
class ReceivedSignature:
    """A signature with our tag.

    Attributes:
        components: the identifiers of what it says to cover, none twice.
        text: the value of `@signature-params`.
        created, expires: seconds since 1970.
    """

    components: tuple[str, ...]
    text: str
    created: int
    expires: int
    nonce: str
    key_id: str
    algorithm: str
    signature: bytes


def refusal(reason: str) -> Unauthenticated:
    """The same answer for everything; the reason is for counters."""
    return Unauthenticated(REFUSAL, reason=reason, challenge="Signature")


def received_signature(incoming: Incoming) -> ReceivedSignature:
    """The one signature with our tag. Those with other tags are somebody else's, as long as they can be read.

    Raises:
        Unauthenticated: there is none or more than one, the fields cannot be read, or its parameters are not exactly ours.
    """
    inputs, signatures = _fields(incoming)
    ours = [label for label, given in inputs.items() if given.parameters.get("tag") == TAG]
    if not ours:
        raise refusal("missing")
    if len(ours) > 1:
        raise refusal("ambiguous")
    return _received(inputs[ours[0]], signatures[ours[0]])


def _fields(incoming: Incoming) -> tuple[dict[str, SignatureInput], dict[str, bytes]]:
    field, signature_field = incoming.header("signature-input"), incoming.header("signature")
    if field is None or signature_field is None:
        raise refusal("missing")
    try:
        inputs, signatures = read_signature_inputs(field), read_byte_sequences(signature_field)
    except MalformedField as error:
        raise refusal("malformed") from error
    if inputs.keys() != signatures.keys():
        raise refusal("malformed")
    return inputs, signatures


def _received(given: SignatureInput, signature: bytes) -> ReceivedSignature:
    if len(set(given.components)) != len(given.components):
        raise refusal("components")
    if given.parameters.keys() != _PARAMETERS:
        raise refusal("parameters")
    values: dict[str, Any] = dict(given.parameters)
    match values:
        case {
            "created": int(created),
            "expires": int(expires),
            "nonce": str(nonce),
            "keyid": str(key),
            "alg": str(alg),
        }:
            if 0 < len(nonce) <= LONGEST_NONCE:
                return ReceivedSignature(given.components, given.text, created, expires, nonce, key, alg, signature)
    raise refusal("parameters")
