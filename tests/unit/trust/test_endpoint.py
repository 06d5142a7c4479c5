"""Addresses that secrets may be sent to."""

from __future__ import annotations

import pytest

from switchover.trust.endpoint import require_endpoint


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example", "https://issuer.example:8443/a/b?c=d", "http://127.0.0.1:8000", "http://127.9.9.9",
        "http://[::1]:80/x", "http://localhost/token", "HTTPS://issuer.example",
    ],
)  # fmt: skip
def test_https_and_this_machine_are_fine(url: str) -> None:
    assert require_endpoint(url, "the endpoint") == url


@pytest.mark.parametrize(
    "url",
    [
        "", "issuer.example", "http://issuer.example", "http://localhost.example", "http://127.0.0.1.example",
        "http://10.0.0.1", "http://[::2]", "https://", "https://:443", "https://issuer:0", "https://issuer:99999",
        "https://[::1", "https://a b", "https://issuer\n", "https://issuér", "ftp://127.0.0.1", "https://u@issuer",
        "https://:p@issuer", "https://issuer#", "https://issuer/#a",
    ],
)  # fmt: skip
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^the endpoint has "):
        require_endpoint(url, "the endpoint")


def test_this_machine_may_be_ruled_out_too() -> None:
    with pytest.raises(ValueError, match="has to be https"):
        require_endpoint("http://127.0.0.1", "the endpoint", is_plain_allowed=False)
