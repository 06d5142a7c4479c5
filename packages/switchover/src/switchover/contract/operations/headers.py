"""Response headers that a response declares."""

from __future__ import annotations

from typing import Final

from switchover.contract.node import Node
from switchover.contract.operations.parameters import CONTEXT_HEADERS

_KIT: Final = CONTEXT_HEADERS | {
    "content-type",
    "content-length",
    "www-authenticate",
    "allow",
    "date",
    "idempotency-replayed",
}
"""Headers that the serving side sets itself."""

OWN_HEADERS: Final = _KIT | {"retry-after"}
"""Those, and the one that it sets where the service is unavailable."""


def settable_headers(response: Node) -> frozenset[str]:
    """Names of the headers that a response declares and a backend may set, in lower case."""
    headers = response.get("headers")
    declared = headers.value if headers is not None and isinstance(headers.value, dict) else {}
    return frozenset(name.lower() for name in declared if isinstance(name, str)) - _KIT


def required_headers(response: Node) -> dict[str, Node]:
    """The headers that a response requires of its backend, by name."""
    headers = response.get("headers")
    return {
        name: header
        for name, header in (headers.entries() if headers is not None else ())
        if name.lower() not in OWN_HEADERS and header.value.get("required") is True
    }
