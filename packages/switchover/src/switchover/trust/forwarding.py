"""Where a request comes from, as proxies tell it: `X-Forwarded-For`, and `Forwarded` (RFC 7239)."""

from __future__ import annotations

import re
from typing import Final

from switchover.trust.addresses import Address, read_address

MAX_HOPS: Final = 32
"""Proxies in one chain; a longer one is malformed."""

MAX_BYTES: Final = 4096
"""The longest header that is read."""

_PORT: Final = r"(?::[0-9]{1,5})?"
_IPV4: Final = re.compile(rf"([0-9.]+){_PORT}")
_IPV6: Final = re.compile(rf"\[([0-9A-Fa-f]*:[0-9A-Fa-f:.]*)\]{_PORT}")
_UNTOLD: Final = re.compile(r"(?:unknown|_[A-Za-z0-9._-]+)(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?", re.IGNORECASE)
"""A proxy that does not say (RFC 7239, sections 6.2 and 6.3)."""

_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED: Final = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"'
_PAIR: Final = re.compile(rf"({_WORD})=({_WORD}|{_QUOTED})")
_BETWEEN: Final = re.compile(r"[ \t]*([,;])[ \t]*")

Chain = list[Address | None]
"""Who sent the request on to whom, the first one first; None where a proxy does not tell."""


class MalformedChain(ValueError):
    """The header is not what a proxy writes."""


def x_forwarded_for(header: str) -> Chain:
    """The chain of an `X-Forwarded-For`: addresses, with or without a port, between commas.

    Raises:
        MalformedChain: anything else.
    """
    pieces = _bounded(header).split(",", MAX_HOPS)
    return _checked([_hop(piece.strip(" \t")) for piece in pieces])


def forwarded(header: str) -> Chain:
    """The chain of a `Forwarded` (RFC 7239, section 4): the `for` of each element.

    Raises:
        MalformedChain: it breaks the grammar, or an element has no `for`, or two.
    """
    chain: Chain = []
    element: dict[str, str] = {}
    at, text = 0, _bounded(header).strip(" \t")
    while True:
        pair = _PAIR.match(text, at)
        if pair is None or pair[1].lower() in element:
            raise MalformedChain
        element[pair[1].lower()] = _unquoted(pair[2])
        between = _BETWEEN.match(text, pair.end())
        if between is None or between[1] == ",":
            chain.append(_node_of(element))
            element = {}
        if between is None:
            if pair.end() != len(text):
                raise MalformedChain
            return _checked(chain)
        at = between.end()


def _bounded(header: str) -> str:
    if len(header) > MAX_BYTES:
        raise MalformedChain
    return header


def _checked(chain: Chain) -> Chain:
    if len(chain) > MAX_HOPS:
        raise MalformedChain
    return chain


def _node_of(element: dict[str, str]) -> Address | None:
    if "for" not in element:
        raise MalformedChain
    return _node(element["for"])


def _hop(text: str) -> Address | None:
    """As `_node`, or an IPv6 address as it is: what writes `X-Forwarded-For` leaves the brackets out."""
    return read_address(text) or _node(text)


def _node(text: str) -> Address | None:
    """The address of `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]` or `[2001:db8::1]:80` (RFC 7239, section 6)."""
    if _UNTOLD.fullmatch(text):
        return None
    found = _IPV4.fullmatch(text) or _IPV6.fullmatch(text)
    address = read_address(found[1]) if found else None
    if address is None:
        raise MalformedChain
    return address


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
