"""Attacks against a service, over HTTP: all refused, all alike, none with a hint, and the controls come in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.signing import base64url, compact_json
from switchover import AsgiTransport, Timeouts
from switchover.errors import Unauthenticated
from switchover.port.wire import WireRequest, WireResponse
from switchover.trust import CALLER_HEADER, Identity, encode_identity
from switchover.trust.oidc import OidcVerifier
from unit.port.desk import InMemoryDesk, desk_port
from unit.trust.oidc.attacks import attacks, relaxed
from unit.trust.oidc.tokens import ABSENT, NOW, bearing, claims, incoming, key, outcome, verifier

ATTACKS = attacks()
RELAXED = relaxed.attacks()
CONTROLS = relaxed.controls()
AIKO = (CALLER_HEADER, encode_identity(Identity("aiko")))


async def asked(*authorizations: str, caller: bool = True, judge: OidcVerifier | None = None) -> WireResponse:
    """The answer of a service to a request with these `Authorization` headers."""
    served = desk_port().serve(InMemoryDesk(), verifier=judge or verifier(), publish=False)
    service = AsgiTransport(served)
    headers = [("authorization", value) for value in authorizations] + [AIKO] * caller
    return await service.send(WireRequest("GET", "/api/notes", headers), Timeouts())


def told(answer: WireResponse) -> dict[str, Any]:
    """What a problem says, but for the trace."""
    assert answer.header("content-type") == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.body)
    assert body.pop("traceId") == answer.header("x-trace-id")
    return body


REFUSED = {
    "type": "about:blank",
    "title": "Unauthorized",
    "status": 401,
    "code": "unauthenticated",
    "detail": "Valid service credentials are required.",
}


FORBIDDEN = {
    "type": "about:blank",
    "title": "Forbidden",
    "status": 403,
    "code": "forbidden",
    "detail": "This service may not call.",
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_refused_like_every_other(name: str) -> None:
    reason, authorization = ATTACKS[name]
    await refused_alike(verifier(), reason, authorization)


@pytest.mark.parametrize("name", RELAXED)
async def test_an_attack_on_a_setting_is_refused_like_every_other(name: str) -> None:
    judge, reason, authorization = RELAXED[name]
    await refused_alike(judge, reason, authorization)


async def refused_alike(judge: OidcVerifier, reason: str, authorization: str) -> None:
    answer = await asked(authorization, judge=judge)
    if reason == "not_allowed":
        assert told(answer) == FORBIDDEN
    else:
        assert told(answer) == REFUSED
        challenge = "Bearer" if reason == "scheme" else 'Bearer error="invalid_token"'
        assert answer.header("www-authenticate") == challenge
    assert await outcome(judge, incoming(authorization)) == reason


@pytest.mark.parametrize("name", CONTROLS)
async def test_what_a_setting_is_for_comes_in(name: str) -> None:
    judge, authorization = CONTROLS[name]
    assert (await asked(authorization, judge=judge)).status == 200


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "Ed25519"])
@pytest.mark.parametrize(
    "changes", [{}, {"iat": NOW - 629, "exp": NOW - 29}, {"iat": NOW + 29}, {"nbf": NOW + 29}, {"exp": NOW + 3600}]
)
async def test_a_control_comes_in(algorithm: str, changes: dict[str, int]) -> None:
    answer = await asked(f"Bearer {key(algorithm).token(claims(**changes))}")
    assert (answer.status, json.loads(answer.body)) == (200, [])


async def test_no_credentials_are_told_what_is_wanted() -> None:
    answer = await asked()
    assert told(answer) == REFUSED
    assert answer.header("www-authenticate") == "Bearer"


async def test_credentials_are_there_once() -> None:
    token = f"Bearer {key().token(claims())}"
    for twice in ([token, token], [token, "Bearer a.b.c"], ["Basic YTpi", token]):
        assert (await asked(*twice)).status == 400


async def test_a_service_that_is_not_allowed_is_forbidden_and_nothing_more() -> None:
    answers = [
        told(await asked(f"Bearer {key().token(claims(**changes))}"))
        for changes in ({"sub": "somebody"}, {"client_id": "somebody"}, {"sub": ABSENT, "client_id": ABSENT})
    ]
    assert answers == [FORBIDDEN] * 3


async def test_a_service_that_may_not_act_for_people_is_forbidden_to() -> None:
    token = f"Bearer {key().token(claims(sub='a-job', azp='job-service'))}"
    assert told(await asked(token))["status"] == 403
    assert (await asked(token, caller=False)).status == 400  # let in; the operation wants a caller


# -- any token at all

SEGMENTS = st.binary(max_size=40).map(base64url) | st.text("AZaz09-_=+/.", max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3),
    max_leaves=6,
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["RS256", "ES256", "Ed25519", "none", "HS256"]) | JSON,
        "kid": st.sampled_from(["rs256", "es256"]) | JSON,
        "typ": st.sampled_from(["JWT", "at+jwt"]) | JSON,
        "crit": JSON,
        "jwk": JSON,
    },
)
NAMES = ["iss", "aud", "sub", "azp", "client_id", "exp", "iat", "nbf"]


async def never_surprises(token: str) -> None:
    try:
        found = await verifier().verify(bearing(token))
    except Unauthenticated as refused:
        assert refused.detail == REFUSED["detail"]
    else:
        pytest.fail(f"{found} came in with {token}")


@given(st.text(st.characters(max_codepoint=255), max_size=60))
async def test_any_header_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier().verify(incoming(text))


@given(st.lists(SEGMENTS, max_size=5).map(".".join))
async def test_any_segments_are_refused(token: str) -> None:
    await never_surprises(token)


@given(HEADERS | JSON, JSON, st.binary(max_size=64))
async def test_any_unsigned_token_is_refused(header: Any, payload: Any, signature: bytes) -> None:
    await never_surprises(".".join(map(base64url, (compact_json(header), compact_json(payload), signature))))


@given(st.sampled_from(NAMES), JSON)
async def test_any_claim_of_a_signed_token_is_right_or_refused(name: str, value: Any) -> None:
    changed = claims(**{name: value})
    found = await outcome(verifier(), key("ES256").token(changed))
    if not isinstance(found, str):
        assert name in ("azp", "nbf", "iat") or changed == claims()


@given(st.data())
async def test_any_change_of_a_token_is_refused(data: st.DataObject) -> None:
    token = bytearray(key("ES256").token(claims()).encode())
    at = data.draw(st.integers(0, len(token) - 1))
    token[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != token[at]))
    await never_surprises(token.decode("latin-1"))
