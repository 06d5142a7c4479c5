"""What a client of an issuer cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from support.certificates import certificate_of
from support.clock import OwnedClock
from support.signing import SigningKey
from switchover import OidcClientCredentials, Renewal

SECRET = "s3cr3t:of the+client%"
KEY = SigningKey.make("k", "ES256").private
RSA = SigningKey.make("k", "RS256").private
OTHERS = certificate_of(SigningKey.make("k", "ES256").private)


def client(issuer: str | None, **given: Any) -> OidcClientCredentials:
    settings = {"client_id": "web", "client_secret": SECRET, "renewal": Renewal(clock=OwnedClock()), **given}
    return OidcClientCredentials(issuer, **settings)


@pytest.mark.parametrize(
    ("issuer", "given", "detail"),
    [
        (None, {}, "give the issuer"),
        ("https://issuer", {"token_endpoint": "https://issuer/token"}, "give the issuer"),
        ("http://issuer.example", {}, "the issuer has to be https; plain http is for this machine alone"),
        ("https://issuer/?s3cr3t", {}, "the issuer has no query"),
        ("https://user:s3cr3t@issuer", {}, "no user, no password and no fragment"),
        ("https://issuer/#", {}, "no user, no password and no fragment"),
        (None, {"token_endpoint": "ftp://issuer/token"}, "the token endpoint has to be https"),
        (None, {"token_endpoint": "https://[issuer/token"}, "impossible host or port"),
        ("https://issuer", {"client_id": ""}, "has an identifier"),
        ("https://issuer", {"client_secret": ""}, "a client secret or with a private key"),
        ("https://issuer", {"client_secret": None}, "a client secret or with a private key"),
        ("https://issuer", {"private_key": SigningKey.make("k", "ES256").private}, "give one of them"),
        ("https://issuer", {"authentication": "private_key_jwt"}, "takes no client secret"),
        (
            "https://issuer",
            {"client_secret": None, "private_key": SigningKey.make("k", "ES256").private,
             "authentication": "client_secret_post"},
            "takes no private key",
        ),
        ("https://issuer", {"client_secret": None, "private_key": "s3cr3t"}, "no private key in PEM"),
        ("https://issuer", {"certificate": "s3cr3t"}, "belong to a private_key, which is missing"),
        ("https://issuer", {"assertion_algorithm": "PS256"}, "belong to a private_key, which is missing"),
        ("https://issuer", {"client_secret": None, "private_key": KEY, "certificate": "s3cr3t"}, "must be PEM"),
        ("https://issuer", {"client_secret": None, "private_key": KEY, "certificate": OTHERS}, "another public key"),
        ("https://issuer", {"client_secret": None, "private_key": KEY, "assertion_algorithm": "PS256"}, "only an RSA"),
        ("https://issuer", {"client_secret": None, "private_key": RSA, "assertion_algorithm": "PS512"}, "got 'PS512'"),
        ("https://issuer", {"timeout_seconds": 0}, "more than 0 seconds"),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_refused(issuer: str | None, given: dict[str, Any], detail: str) -> None:
    with pytest.raises(ValueError, match=detail) as caught:
        client(issuer, **given)
    assert "s3cr3t" not in str(caught.value)
