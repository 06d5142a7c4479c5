"""Addresses that are signed and expire: HMAC-SHA256 (RFC 2104) over everything that they allow."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

_NUMBER: Final = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)
_NAMES: Final = {"PUT": ("expires", "size", "type", "checksum"), "GET": ("expires",)}

MIN_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an address allows.

    Attributes:
        method: `PUT` or `GET`.
        key: the object.
        expires: seconds since the epoch.
        size, type, checksum: of what may be sent: bytes, media type, SHA-256 as 64 hex digits. None for fetching.
    """

    method: str
    key: str
    expires: int
    size: int | None = None
    type: str | None = None
    checksum: str | None = None

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """As they stand in the query."""
        return [(name, str(getattr(self, name))) for name in _NAMES[self.method]]


class AddressSigner:
    """Makes and judges the queries of signed addresses.

    Arguments:
        key: at least 32 bytes.
        now: seconds since the epoch.
    """

    def __init__(self, key: bytes, now: Callable[[], float]) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"the key that signs addresses has to have at least {MIN_KEY_BYTES} bytes")
        self._key = key
        self._now = now

    def __repr__(self) -> str:
        return "AddressSigner(key=***)"

    def query(self, grant: Grant) -> str:
        """The query of the address that allows this."""
        return urlencode([*grant.parameters, ("signature", self._signature(grant))])

    def grant(self, method: str, key: str, query: str) -> Grant | None:
        """What a query allows to be done with an object; None for one that was not made here, was changed, or has expired."""
        given = parse_qsl(query, keep_blank_values=True, max_num_fields=8) if query.count("&") < 8 else []
        names = _NAMES.get(method)
        if names is None or [name for name, _ in given] != [*names, "signature"]:
            return None
        values = dict(given)
        numbers = [values.get(name, "0") for name in ("expires", "size")]
        if not all(_NUMBER.fullmatch(number) for number in numbers):
            return None
        size = int(values["size"]) if "size" in values else None
        grant = Grant(
            method=method,
            key=key,
            expires=int(values["expires"]),
            size=size,
            type=values.get("type"),
            checksum=values.get("checksum"),
        )
        is_ours = hmac.compare_digest(self._signature(grant).encode(), values["signature"].encode())
        return grant if is_ours and self._now() < grant.expires else None

    def seconds_left(self, grant: Grant) -> float:
        """How long what was granted may still be done."""
        return grant.expires - self._now()

    def _signature(self, grant: Grant) -> str:
        text = "\n".join([grant.method, grant.key, *(value for _, value in grant.parameters)])
        return urlsafe_b64encode(hmac.digest(self._key, text.encode(), hashlib.sha256)).rstrip(b"=").decode()
