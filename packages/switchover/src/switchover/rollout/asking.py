"""What a web request asks of routing: a header or a cookie that names a side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switchover.context import Side

HEADER: Final = "x-backend"
COOKIE: Final = "backend"

_SIDES: Final[dict[str, Side]] = {"direct": "direct", "http": "http"}


def asked_side(headers: Mapping[str, str]) -> Side | None:
    """The side that a request asks for, by the header `x-backend` or the cookie `backend`; None if it asks for none that there is.

    The header counts before the cookie. Whether the caller may ask is decided per operation, by the plan.

    Args:
        headers: of the request, by name in any case, `Cookie` among them: what Litestar, Starlette, Flask and Django call its headers.
    """
    cookies = ""
    for name, value in headers.items():
        lower = name.lower()
        if lower == HEADER:
            return _SIDES.get(value.strip().lower())
        if lower == "cookie":
            cookies = value
    for pair in cookies.split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == COOKIE:
            return _SIDES.get(value.strip().strip('"').lower())
    return None
