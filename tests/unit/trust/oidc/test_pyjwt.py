"""Held against PyJWT: whatever we believe, it believes with the same key and the same demands. The other way round we are stricter.

PyJWT has no clock to be set, so these tokens are of now, with room to spare on either side.
"""

from __future__ import annotations

import time
from typing import Any

import jwt
from hypothesis import given
from hypothesis import strategies as st

from switchover.trust import Principal
from unit.trust.oidc.tokens import AUDIENCE, ISSUER, claims, key, outcome, verifier

ISSUED = st.sampled_from([-7200, -600, -60, -15, 0, 15, 60, 3600])
LIVES = st.sampled_from([-60, 0, 15, 60, 600, 3600, 7200])
ODD = st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.lists(st.text(max_size=3), max_size=2)
HEADERS: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["RS256", "ES256", "Ed25519", "EdDSA", "PS256", "HS256", "none"]),
        "typ": st.sampled_from(["JWT", "at+jwt", "jwt", "other", None]),
        "kid": st.sampled_from(["rs256", "es256", "ed25519", "other", 7, None]),
        "crit": st.just(["exp"]),
        "b64": st.booleans(),
        "cty": st.text(max_size=3),
    },
)
CHANGES: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {},
    optional={
        "iss": st.sampled_from([ISSUER, f"{ISSUER}/", ""]) | ODD,
        "aud": st.sampled_from([AUDIENCE, [AUDIENCE], [AUDIENCE, "other"], "other"]) | ODD,
        "sub": st.just("web-service") | ODD,
        "jti": ODD,
        "nbf": ODD,
        "exp": ODD,
        "iat": ODD,
    },
)


@given(st.sampled_from(["RS256", "ES256", "Ed25519"]), HEADERS, CHANGES, ISSUED, LIVES, st.none() | ISSUED)
async def test_pyjwt_believes_what_we_believe(
    algorithm: str, header: dict[str, Any], changes: dict[str, Any], issued: int, lives: int, begins: int | None
) -> None:
    now = int(time.time())
    times = {"iat": now + issued, "exp": now + issued + lives} | ({} if begins is None else {"nbf": now + begins})
    token = key(algorithm).token(claims(**{**times, **changes}), header)
    found = await outcome(verifier(clock=time.time), token)
    if isinstance(found, Principal):
        assert _believed_by_pyjwt(token, algorithm)["sub"] == "web-service"


@given(st.sampled_from(["RS256", "PS256", "ES256", "Ed25519"]), st.text(max_size=10))
async def test_both_believe_a_good_one(algorithm: str, padding: str) -> None:
    now = int(time.time())
    token = key(algorithm).token(claims(iat=now, exp=now + 600, padding=padding))
    assert await outcome(verifier(clock=time.time), token) == Principal("web", may_act_for_users=True)
    assert _believed_by_pyjwt(token, algorithm)["padding"] == padding


def _believed_by_pyjwt(token: str, algorithm: str) -> dict[str, Any]:
    """The claims, or an exception. RFC 9864's name is not known to it, and is put in its place, with no effect on the signature's meaning."""
    judge = jwt.PyJWT()
    jws = jwt.PyJWS()
    jws.register_algorithm("Ed25519", jwt.algorithms.OKPAlgorithm())
    judge._jws = jws
    names = ["Ed25519", "EdDSA"] if algorithm == "Ed25519" else [algorithm]
    return judge.decode(
        token,
        key(algorithm).private.public_key(),
        algorithms=names,
        audience=AUDIENCE,
        issuer=ISSUER,
        leeway=30,
        options={"require": ["exp", "iat", "iss", "aud"]},
    )
