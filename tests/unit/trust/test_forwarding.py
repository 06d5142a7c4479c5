"""`X-Forwarded-For` and `Forwarded`: what proxies write, and what nobody should."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchover.trust.addresses import Address, read_address
from switchover.trust.forwarding import MAX_BYTES, MAX_HOPS, MalformedChain, forwarded, x_forwarded_for

V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6).map(lambda address: read_address(str(address)) or address)
ADDRESSES = V4 | V6
CHAINS = st.lists(ADDRESSES, min_size=1, max_size=8)
PORTS = st.none() | st.integers(0, 65535)
# What an attacker would try, put together at random.
PIECES = st.sampled_from(
    [*'for=by=";,:[] \t%_\\', "1.2.3.4", "::1", "[::1]", "unknown", "_hidden", "fe80::1%eth0", "127.0.0.1:80", "\x00", "\xff"]
)  # fmt: skip
HEADERS = st.text() | st.lists(PIECES, max_size=30).map("".join)


def with_port(address: Address, port: int | None) -> str:
    text = f"[{address}]" if address.version == 6 else str(address)
    return text if port is None else f"{text}:{port}"


@given(CHAINS, st.sampled_from([",", ", ", " ,\t"]))
def test_a_list_of_addresses_is_read_as_it_is_written(chain: list[Address], comma: str) -> None:
    assert x_forwarded_for(comma.join(map(str, chain))) == chain


@given(st.lists(st.tuples(ADDRESSES, PORTS), min_size=1, max_size=8))
def test_ports_do_not_matter(chain: list[tuple[Address, int | None]]) -> None:
    addresses = [address for address, _ in chain]
    assert x_forwarded_for(",".join(with_port(*hop) for hop in chain)) == addresses
    assert forwarded(",".join(f'for="{with_port(*hop)}"' for hop in chain)) == addresses


@given(HEADERS)
@example("")
@example("1.2.3.4,")
@example('for="')
@example("for=" + "a" * 5000)
@example('for="' + "\\" * 4000)
def test_anything_is_a_chain_or_malformed(header: str) -> None:
    for read in (x_forwarded_for, forwarded):
        try:
            chain = read(header)
        except MalformedChain:
            continue
        assert 1 <= len(chain) <= MAX_HOPS
        assert all(hop is None or read_address(str(hop)) == hop for hop in chain)


@pytest.mark.parametrize(
    ("header", "chain"),
    [
        ("for=192.0.2.43", ["192.0.2.43"]),
        ('For="[2001:db8:cafe::17]:4711"', ["2001:db8:cafe::17"]),
        ("for=192.0.2.60;proto=http;by=203.0.113.43", ["192.0.2.60"]),
        ("proto=https ; FOR=192.0.2.60", ["192.0.2.60"]),
        ("for=192.0.2.43, for=198.51.100.17", ["192.0.2.43", "198.51.100.17"]),
        ('for=192.0.2.43, for="[2001:db8::1]"', ["192.0.2.43", "2001:db8::1"]),
        ('for=_gazonk, for="_SEVKISEK", for=unknown', [None, None, None]),
        ('for="unknown:_x"', [None]),
        ('for="192\\.0.2.43"', ["192.0.2.43"]),
        ('for=192.0.2.43;ext="a, b; for=1.2.3.4"', ["192.0.2.43"]),
        ("for=\"[::ffff:192.0.2.1]\"", ["192.0.2.1"]),
    ],
)  # fmt: skip
def test_forwarded_is_read_as_rfc_7239_writes_it(header: str, chain: list[str | None]) -> None:
    assert forwarded(header) == [ipaddress.ip_address(hop) if hop else None for hop in chain]


@pytest.mark.parametrize(
    "header",
    [
        "", " ", "for", "for=", "=1.2.3.4", "for =1.2.3.4", "for= 1.2.3.4", "1.2.3.4", "by=1.2.3.4", "proto=http",
        "for=1.2.3.4;for=5.6.7.8", "for=1.2.3.4;FOR=5.6.7.8", "for=1.2.3.4,", ",for=1.2.3.4", "for=1.2.3.4;",
        "for=1.2.3.4 for=5.6.7.8", 'for="1.2.3.4', "for=1.2.3.4\"", "for=[::1]", "for=::1", 'for="::1"',
        "for=1.2.3.4:80", 'for="1.2.3.4:"', 'for="1.2.3.4:123456"', "for=1.2.3", "for=01.2.3.4", 'for="fe80::1%eth0"',
        'for="[fe80::1%eth0]"', 'for=""', "for=localhost", "for=_", "for=1.2.3.4\x00",
        ",".join(["for=1.2.3.4"] * (MAX_HOPS + 1)), "for=1.2.3.4;x=" + "a" * MAX_BYTES,
    ],
)  # fmt: skip
def test_forwarded_that_breaks_the_grammar_is_malformed(header: str) -> None:
    with pytest.raises(MalformedChain):
        forwarded(header)


@pytest.mark.parametrize(
    "header",
    [
        "", ",", "1.2.3.4,", ",1.2.3.4", "1.2.3.4,,5.6.7.8", "1.2.3.4;5.6.7.8", "1.2.3", "1.2.3.4.5", "1.2.3.256",
        "01.2.3.4", "0x1.2.3.4", "1.2.3.4/32", "16909060", "localhost", "a.b.c.d", "::g", "[::1", "::1]", "[1.2.3.4]",
        "1.2.3.4:", "1.2.3.4:http", "1.2.3.4:123456", "fe80::1%eth0", "[fe80::1%1]", "1.2.3.4 5.6.7.8", "1.2.3.4\x00",
        "１.2.3.4", ",".join(["1.2.3.4"] * (MAX_HOPS + 1)), "1.2.3.4" + " " * MAX_BYTES,
    ],
)  # fmt: skip
def test_x_forwarded_for_that_no_proxy_writes_is_malformed(header: str) -> None:
    with pytest.raises(MalformedChain):
        x_forwarded_for(header)


def test_as_many_proxies_as_are_allowed_are_read() -> None:
    assert len(x_forwarded_for(",".join(["1.2.3.4"] * MAX_HOPS))) == MAX_HOPS
    assert x_forwarded_for("unknown, 1.2.3.4") == [None, ipaddress.ip_address("1.2.3.4")]
