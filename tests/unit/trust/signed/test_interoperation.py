"""Another implementation of RFC 9421 (`http-message-signatures`): what one side signs, the other verifies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    InvalidSignature,
    MappingKeyResolver,
    algorithms,
)

from switchover.trust import Principal
from unit.trust.signed.messages import (
    BASE_URL,
    GET,
    KEYS,
    NOW,
    POST,
    PRIVATE,
    Message,
    reason,
    signed,
    signer,
    verifier,
)

ALGORITHM: dict[str, Any] = {
    "ed": algorithms.ED25519,
    "p256": algorithms.ECDSA_P256_SHA256,
    "rsa": algorithms.RSA_PSS_SHA512,
    "hmac": algorithms.HMAC_SHA256,
}
RESOLVER = MappingKeyResolver(
    public_keys={key_id: given.key for key_id, given in KEYS.items()},  # type: ignore[misc]  # none is text here
    private_keys=dict(PRIVATE),
)
DERIVED = ("@authority", "@scheme", "@path", "@query")
COVERED = ("@method", "@target-uri", "content-digest", "content-type", "x-switchover-caller", "idempotency-key")


@dataclass
class Foreign:
    """A request as the other implementation has it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class TimelessVerifier(HTTPMessageVerifier):
    """The other implementation asks the machine for the time; these messages are of another one."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        assert sig_input.params["expires"] - sig_input.params["created"] == 30


@pytest.mark.parametrize("request_", [GET, POST])
@pytest.mark.parametrize("key_id", PRIVATE)
def test_the_other_verifies_what_is_signed_here(key_id: str, request_: Any) -> None:
    message = signed(request_, signer(key_id))
    foreign = Foreign(message.method, BASE_URL + message.target, dict(message.headers))
    other = TimelessVerifier(signature_algorithm=ALGORITHM[key_id], key_resolver=RESOLVER)
    [result] = other.verify(
        foreign, expect_tag="switchover", require_components=COVERED[:3], body=message.body, max_age=None
    )
    assert result.nonce == "nonce-0"
    assert result.body == message.body
    foreign.method = "PUT"
    with pytest.raises(InvalidSignature):
        other.verify(foreign, expect_tag="switchover", max_age=None)


@pytest.mark.parametrize("body", [b"", b'{"text":"Moss."}'])
@pytest.mark.parametrize("key_id", PRIVATE)
async def test_what_the_other_signs_comes_in_here(key_id: str, body: bytes) -> None:
    headers = {
        "content-type": "application/json",
        "x-switchover-caller": "eyJ1c2VyIjoiYWlrbyJ9",
        "idempotency-key": "k",
    }
    foreign = Foreign("POST", BASE_URL + "/api/trips?b=2&a=%2F1", headers)
    HTTPMessageSigner(signature_algorithm=ALGORITHM[key_id], key_resolver=RESOLVER).sign(
        foreign,
        key_id=key_id,
        created=datetime.fromtimestamp(NOW, UTC),
        expires=datetime.fromtimestamp(NOW + 30, UTC),
        nonce="from-elsewhere",
        tag="switchover",
        covered_component_ids=COVERED,
        body=body,
    )
    sent = Message(
        "POST", "/api/trips?b=2&a=%2F1", {name.lower(): text for name, text in foreign.headers.items()}, body
    )
    assert await verifier().verify(sent.incoming()) == Principal("web", may_act_for_users=True)


TARGETS = ["/api/trips?b=2&a=%2F1", "/api/trips", "/", "/a?", "/a?b?c"]


@pytest.mark.parametrize("base", [BASE_URL, "https://diary.internal:8443", "http://gate.internal/diary"])
@pytest.mark.parametrize("target", TARGETS)
async def test_what_the_other_covers_besides_is_verified(base: str, target: str) -> None:
    foreign = Foreign("GET", base + target)
    other = HTTPMessageSigner(signature_algorithm=ALGORITHM["ed"], key_resolver=RESOLVER)
    other.sign(
        foreign,
        key_id="ed",
        created=datetime.fromtimestamp(NOW, UTC),
        expires=datetime.fromtimestamp(NOW + 30, UTC),
        nonce="from-elsewhere",
        tag="switchover",
        covered_component_ids=(*DERIVED, *COVERED[:3]),
        body=b"",
    )
    sent = Message("GET", target, {name.lower(): text for name, text in foreign.headers.items()}, b"")
    by = verifier(base_url=base)
    assert await reason(sent.changed(target=target + "x"), by) == "signature"
    assert await reason(sent, verifier(base_url="https://elsewhere.internal")) == "signature"
    for name in DERIVED:
        unknown = sent.headers["signature-input"].replace(f'"{name}"', '"@request-target"')
        assert await reason(sent.changed(signature_input=unknown), by) == "components"
    assert await by.verify(sent.incoming()) == Principal("web", may_act_for_users=True)
