"""What an answer has besides its result: response headers that the contract declares, and whether it is a replay."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

REPLAYED_HEADER: Final = "idempotency-replayed"
"""Marks an answer that is the stored one of an earlier request with the same idempotency key; its value is `true`."""

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})

_CONNECTION: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""Headers of one connection (RFC 9110, section 7.6.1)."""

_KIT: Final = frozenset({"content-length", "content-type", "content-encoding", "date", "x-trace-id", REPLAYED_HEADER})
"""Headers that say what the serving side itself knows."""

_VALUE: Final = re.compile(r"[!-~]([\t -~]*[!-~])?")
"""A header's value (RFC 9110, section 5.5), in ASCII."""


class ResponseInfo:
    """What an answer has besides its result.

    Attributes:
        headers: response headers that the contract declares, by name in lower case.
        is_replayed: whether it is the stored answer of an earlier request with the same idempotency key.
        status: the success that a backend chose; None for the one that its result is meant for.
    """

    __slots__ = ("_declared", "_receiver", "headers", "is_replayed", "status")

    def __init__(self, declared: Collection[str] = (), receiver: ResponseInfo | None = None) -> None:
        self._declared = declared
        self._receiver = receiver
        self.headers = _NO_HEADERS
        self.is_replayed = False
        self.status: int | None = None

    def begin(self, declared: Collection[str]) -> None:
        """Forget the call before; `declared` are the headers that this call's responses may have, in lower case."""
        self._declared = declared
        self.headers = _NO_HEADERS
        self.is_replayed = False

    def set_headers(self, headers: Mapping[str, str]) -> None:
        """Add headers.

        Raises:
            ValueError: a header is not the backend's to set, is not declared by the contract, or has an invalid value.
        """
        checked = {name.lower(): _checked(name, value, self._declared) for name, value in headers.items()}
        self.headers = MappingProxyType({**self.headers, **checked})

    def hand_over(self) -> None:
        """Tell the caller, where one receives it. Each call has its own until then: several may be under way at once."""
        receiver = self._receiver
        if receiver is not None:
            receiver.headers, receiver.is_replayed = self.headers, self.is_replayed

    def keep(self, declared: Collection[str]) -> None:
        """Forget the headers that the response in question does not declare."""
        self.headers = MappingProxyType({name: value for name, value in self.headers.items() if name in declared})


def _checked(name: str, value: str, declared: Collection[str]) -> str:
    key = name.lower()
    if key in _CONNECTION:
        raise ValueError(f"response header {name!r} must not be set: it belongs to the connection, not to the answer")
    if key in _KIT:
        raise ValueError(f"response header {name!r} must not be set: the service sets it itself")
    if key not in declared:
        raise ValueError(
            f"response header {name!r} must be declared: add it to `headers` of a response of the operation in the contract"
        )
    if not isinstance(value, str) or not is_header_value(value):
        raise ValueError(f"response header {name!r} must be ASCII text without control characters and outer spaces")
    return value


def is_header_value(text: str) -> bool:
    """Whether a text may be the value of a response header: ASCII, without control characters and outer spaces."""
    return _VALUE.fullmatch(text) is not None
