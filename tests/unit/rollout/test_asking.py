"""The side that a web request asks for."""

from __future__ import annotations

import pytest

from switchover import asked_side


@pytest.mark.parametrize(
    ("headers", "side"),
    [
        ({}, None),
        ({"X-Backend": "http"}, "http"),
        ({"x-backend": " Direct "}, "direct"),
        ({"X-Backend": "mainframe"}, None),
        ({"Cookie": "backend=http"}, "http"),
        ({"cookie": 'a=b; backend="direct"; c=d'}, "direct"),
        ({"cookie": "abackend=http; backends=http"}, None),
        ({"cookie": "backend"}, None),
        ({"cookie": "backend=http", "x-backend": "direct"}, "direct"),
        ({"x-backend": "nonsense", "cookie": "backend=http"}, None),
        ({"accept": "*/*"}, None),
    ],
)
def test_a_header_or_a_cookie_names_a_side(headers: dict[str, str], side: str | None) -> None:
    assert asked_side(headers) == side
