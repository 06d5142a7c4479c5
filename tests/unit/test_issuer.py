"""The issuer that the tests run against is a real one."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import jwt
import pytest

from support.issuer import AUDIENCE, TOKEN_SECONDS, Issuer, running_issuer


@pytest.mark.parametrize("client", ["web-rs256", "web-es256"])
def test_a_client_gets_a_token_that_a_foreign_library_believes(issuer: Issuer, client: str) -> None:
    token = issuer.token(client)
    discovery = httpx.get(f"{issuer.url}/.well-known/openid-configuration", timeout=10).json()
    assert (discovery["issuer"], discovery["token_endpoint"]) == (issuer.url, issuer.token_endpoint)
    keys = jwt.PyJWKSet.from_dict(httpx.get(discovery["jwks_uri"], timeout=10).json())
    algorithm = issuer.clients[client].algorithm
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"]) == (algorithm, "at+jwt")
    claims = jwt.decode(token, keys[header["kid"]], [algorithm], audience=AUDIENCE, issuer=issuer.url)
    assert (claims["sub"], claims["client_id"]) == (client, client)
    assert claims["exp"] - claims["iat"] == TOKEN_SECONDS


@pytest.mark.parametrize("client", ["job-rs256", "job-es256"])
def test_a_client_may_prove_itself_with_a_key(issuer: Issuer, client: str) -> None:
    known = issuer.clients[client]
    assert known.key is not None
    now = int(time.time())
    claims = {"iss": client, "sub": client, "aud": issuer.url, "jti": f"{client}-{now}", "iat": now, "exp": now + 30}
    answer = httpx.post(
        issuer.token_endpoint,
        data={
            "grant_type": "client_credentials",
            "resource": AUDIENCE,
            "client_id": client,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": known.key.token(claims, {"typ": "JWT"}),
        },
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    assert jwt.get_unverified_header(answer.json()["access_token"])["alg"] == known.algorithm


def test_it_rotates_its_keys_and_comes_back_at_the_same_address(tmp_path: Path) -> None:
    with running_issuer(tmp_path) as issuer:

        def published() -> set[str]:
            return {key["kid"] for key in httpx.get(f"{issuer.url}/jwks", timeout=10).json()["keys"]}

        url, first = issuer.url, {key.kid for key in issuer.keys.values()}
        assert published() == first
        issuer.rotate(keep=True)
        second = {key.kid for key in issuer.keys.values()}
        assert published() == first | second
        assert jwt.get_unverified_header(issuer.token())["kid"] in second
        issuer.stop()
        assert issuer.pid is None
        with pytest.raises(httpx.ConnectError):
            published()
        issuer.start()
        assert (issuer.url, published()) == (url, second)
        issuer.rotate()
        assert not published() & second
