"""What the rows of the table are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from support.signing import base64url, compact_json
from unit.trust.oidc.tokens import claims

Rows = Iterator[tuple[str, str, str]]
"""Name, reason, `Authorization`."""


def bearer(token: str) -> str:
    return f"Bearer {token}"


def unsigned(header: dict[str, Any], signature: str = "") -> str:
    return f"{base64url(compact_json(header))}.{base64url(compact_json(claims()))}.{signature}"
