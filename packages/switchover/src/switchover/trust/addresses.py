"""IP addresses and blocks of them, read strictly."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_BLOCK: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?")
_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_MAPPED: Final = ipaddress.IPv6Network("::ffff:0:0/96")
_MAPPED_BITS: Final = 96


def read_address(text: str) -> Address | None:
    """The address of a text; None if it is none. An IPv4 address written as IPv6 (RFC 4291, section 2.5.5.2) is the IPv4 address.

    A zone (`fe80::1%eth0`) means something to one machine only, and makes it none.
    """
    return _parsed(text) if _ADDRESS.fullmatch(text) else None


@lru_cache(1024)
def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def read_block(text: str) -> Network:
    """The block of a text in CIDR notation (RFC 4632, RFC 4291, section 2.3); an address alone is a block of one.

    Raises:
        ValueError: it is none, and what would be right where that can be said.
    """
    if not _BLOCK.fullmatch(text):
        raise ValueError(f"{text!r} is no block of addresses; write 10.0.0.0/8, 2001:db8::/32, or one address")
    try:
        return _unmapped(ipaddress.ip_network(text))
    except ValueError:
        raise ValueError(_refusal(text)) from None


def _unmapped(network: Network) -> Network:
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(_MAPPED):
        low = network.network_address.ipv4_mapped
        assert low is not None
        return ipaddress.IPv4Network((low, network.prefixlen - _MAPPED_BITS))
    return network


def _refusal(text: str) -> str:
    try:
        meant = _unmapped(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return f"{text!r} is no block of addresses; write 10.0.0.0/8, 2001:db8::/32, or one address"
    address = text.partition("/")[0]
    return f"{text!r} has bits beyond its prefix: the block is {meant}, the one address is {address}"
