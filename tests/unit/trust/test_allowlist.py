"""From where a service may call."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchover import IpAllowlist, SharedKeyVerifier
from switchover.errors import Forbidden, Unauthenticated
from switchover.trust import Allowed, Incoming
from switchover.trust.addresses import read_address, read_block
from switchover.trust.forwarding import MAX_HOPS

KEY = "a-key-for-tests-alone-0123456789abcdef"
OFFICE, ELSEWHERE, PROXY = "10.1.2.3", "192.0.2.1", "172.16.0.1"


def incoming(peer: str | None, **headers: str) -> Incoming:
    named = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in headers.items()}
    return Incoming("GET", "/api/trips", named, peer, nothing)


async def nothing() -> bytes:
    return b""


def is_let_in(allowlist: IpAllowlist, request: Incoming) -> bool:
    try:
        allowlist.check(request)
    except Forbidden as error:
        assert error.reason == "address"
        assert str(error) == "forbidden: This service may not be called from there."
        return False
    return True


NETWORKS = st.one_of(
    st.builds(lambda ip, bits: ipaddress.ip_network((ip, bits), strict=False), st.ip_addresses(v=4), st.integers(0, 32)),
    st.builds(lambda ip, bits: ipaddress.ip_network((ip, bits), strict=False), st.ip_addresses(v=6), st.integers(0, 128)),
)  # fmt: skip


@given(NETWORKS, st.ip_addresses())
@example(
    ipaddress.ip_network("::/80"), ipaddress.ip_address("10.1.2.3")
)  # its last address is an IPv4 address, written as IPv6
def test_an_address_is_let_in_if_it_is_in_the_block(network: Any, other: Any) -> None:
    allowlist, block = IpAllowlist([str(network)]), read_block(str(network))
    for address in (other, network.network_address, network.broadcast_address):
        meant = getattr(address, "ipv4_mapped", None) or address
        assert is_let_in(allowlist, incoming(str(address))) == (meant.version == block.version and meant in block)


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_ipv4_written_as_ipv6_is_ipv4(address: Any, bits: int) -> None:
    network = ipaddress.ip_network((address, bits), strict=False)
    mapped = f"::ffff:{network.network_address}/{bits + 96}"
    assert read_block(mapped) == network == read_block(str(network))
    assert read_address(f"::ffff:{address}") == read_address(str(address)) == address
    assert is_let_in(IpAllowlist([mapped]), incoming(str(address)))
    assert is_let_in(IpAllowlist([str(network)]), incoming(f"::ffff:{address}"))


@given(st.text() | st.from_regex(r"[0-9a-f.:/]{1,20}", fullmatch=True))
@example("10.0.0.0/8 ")
@example("1.2.3.4/033")
def test_any_text_is_a_block_or_refused(text: str) -> None:
    try:
        block = read_block(text)
    except ValueError:
        return
    assert read_block(str(block)) == block
    address = read_address(text)
    assert address is None or block.num_addresses == 1


@pytest.mark.parametrize(
    ("block", "right"),
    [
        ("10.1.2.3/8", "the block is 10.0.0.0/8, the one address is 10.1.2.3"),
        ("2001:db8::1/32", "the block is 2001:db8::/32, the one address is 2001:db8::1"),
        ("::ffff:10.1.2.3/104", "the block is 10.0.0.0/8"),
        ("10.0.0.0/33", "write 10.0.0.0/8"),
        ("10.0.0.0/255.0.0.0", "write 10.0.0.0/8"),
        ("10.0.0.0/0.255.255.255", "write 10.0.0.0/8"),
        ("10.0.0/8", "write 10.0.0.0/8"),
        ("010.0.0.0/8", "write 10.0.0.0/8"),
        ("fe80::1%eth0", "write 10.0.0.0/8"),
        ("fe80::%eth0/64", "write 10.0.0.0/8"),
        ("office", "write 10.0.0.0/8"),
        ("", "write 10.0.0.0/8"),
        (" 10.0.0.0/8", "write 10.0.0.0/8"),
    ],
)
def test_a_block_that_is_none_is_refused_with_what_would_be_right(block: str, right: str) -> None:
    with pytest.raises(ValueError, match=right):
        IpAllowlist([block])


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({"blocks": []}, "an allowlist needs at least one block"),
        ({"blocks": "10.0.0.0/8"}, "an allowlist is given as a list of blocks"),
        ({"trusted_proxies": -1}, f"0 to {MAX_HOPS}"),
        ({"trusted_proxies": MAX_HOPS + 1}, f"0 to {MAX_HOPS}"),
        ({"trusted_proxies": True}, f"0 to {MAX_HOPS}"),
        ({"trusted_proxies": "10.0.0.0/8"}, "trusted_proxies is given as a list of blocks"),
        ({"trusted_proxies": []}, "trusted_proxies needs at least one block"),
        ({"header": "x-real-ip"}, "one of x-forwarded-for, forwarded, not 'x-real-ip'"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(given: dict[str, Any], detail: str) -> None:
    with pytest.raises(ValueError, match=detail):
        IpAllowlist(**{"blocks": ["10.0.0.0/8"], **given})


INSIDE = ["10.0.0.0/8", "2001:db8::/32"]


@pytest.mark.parametrize(
    ("trusted", "request_", "is_in"),
    [
        # nobody is trusted: the connection alone counts
        (0, incoming(OFFICE), True),
        (0, incoming("2001:db8::7"), True),
        (0, incoming(ELSEWHERE), False),
        (0, incoming(ELSEWHERE, x_forwarded_for=OFFICE, forwarded=f"for={OFFICE}"), False),
        (0, incoming(OFFICE, x_forwarded_for="nonsense"), True),
        (0, incoming(None), False),
        (0, incoming("fe80::1%eth0"), False),
        (0, incoming("testclient"), False),
        # one proxy: the last entry is what it saw
        (1, incoming(PROXY, x_forwarded_for=OFFICE), True),
        (1, incoming(None, x_forwarded_for=OFFICE), True),
        (1, incoming(PROXY, x_forwarded_for=f"{ELSEWHERE}, {OFFICE}"), True),
        (1, incoming(PROXY, x_forwarded_for=f"{OFFICE}, {ELSEWHERE}"), False),
        (1, incoming(PROXY, x_forwarded_for=f"{OFFICE}, nonsense"), False),
        (1, incoming(PROXY, x_forwarded_for=f"nonsense, {OFFICE}"), False),
        (1, incoming(PROXY, x_forwarded_for="unknown"), False),
        (1, incoming(OFFICE), False),
        (1, incoming(OFFICE, forwarded=f"for={OFFICE}"), False),
        # two: the one before
        (2, incoming(PROXY, x_forwarded_for=f"{OFFICE}, {ELSEWHERE}"), True),
        (2, incoming(PROXY, x_forwarded_for=f"{OFFICE}, {ELSEWHERE}, {PROXY}"), False),
        (2, incoming(PROXY, x_forwarded_for=OFFICE), False),
        # proxies by their addresses
        (["172.16.0.0/12"], incoming(PROXY, x_forwarded_for=OFFICE), True),
        (["172.16.0.0/12"], incoming(PROXY, x_forwarded_for=f"{OFFICE}, 172.16.9.9"), True),
        (["172.16.0.0/12"], incoming(PROXY, x_forwarded_for=f"{OFFICE}, {ELSEWHERE}"), False),
        (["172.16.0.0/12"], incoming(PROXY, x_forwarded_for=f"{OFFICE}, unknown"), False),
        (["172.16.0.0/12"], incoming(PROXY, x_forwarded_for=f"{OFFICE}, x"), False),
        (["172.16.0.0/12"], incoming(PROXY), False),
        (["172.16.0.0/12"], incoming(ELSEWHERE, x_forwarded_for=OFFICE), False),
        (["172.16.0.0/12"], incoming(OFFICE, x_forwarded_for=ELSEWHERE), True),
        (["172.16.0.0/12"], incoming(None, x_forwarded_for=OFFICE), False),
        (["10.0.0.0/8"], incoming(OFFICE, x_forwarded_for="10.9.9.9, 10.8.8.8"), True),
        (["10.0.0.0/8", "172.16.0.0/12"], incoming(OFFICE, x_forwarded_for="172.16.1.1, 10.8.8.8"), False),
    ],
)  # fmt: skip
def test_the_client_is_whom_the_outermost_trusted_proxy_saw(
    trusted: int | list[str], request_: Incoming, is_in: bool
) -> None:
    assert is_let_in(IpAllowlist(INSIDE, trusted_proxies=trusted), request_) is is_in


def test_one_header_counts_the_configured_one() -> None:
    allowlist = IpAllowlist(INSIDE, trusted_proxies=1, header="forwarded")
    assert is_let_in(allowlist, incoming(PROXY, forwarded=f"for={OFFICE}", x_forwarded_for=ELSEWHERE))
    assert not is_let_in(allowlist, incoming(PROXY, x_forwarded_for=OFFICE))
    assert not is_let_in(allowlist, incoming(PROXY, forwarded=OFFICE))


PEERS = st.none() | st.text() | st.sampled_from([OFFICE, PROXY, "::1", "fe80::1%eth0", "::ffff:10.0.0.1"])
LATIN = st.text(st.characters(max_codepoint=255))


@given(PEERS, st.none() | LATIN, st.none() | LATIN, st.sampled_from([0, 1, 2, ["172.16.0.0/12"]]))
async def test_whatever_is_sent_the_answer_is_a_refusal(
    peer: str | None, first: str | None, second: str | None, trusted: Any
) -> None:
    found = {"x_forwarded_for": first, "forwarded": second}
    request = incoming(peer, **{name: value for name, value in found.items() if value is not None})
    verifier = SharedKeyVerifier(KEY, principal="web", may_act_for_users=False)
    for header in ("x-forwarded-for", "forwarded"):
        allowlist = IpAllowlist(["0.0.0.0/0", "::/0"], trusted_proxies=trusted, header=header)
        with pytest.raises((Forbidden, Unauthenticated)):
            await allowlist.around(verifier).verify(request)


async def test_any_verifier_may_stand_behind_a_list() -> None:
    verifier = SharedKeyVerifier(KEY, principal="web", may_act_for_users=True)
    guarded = IpAllowlist(["10.0.0.0/8"]).around(verifier)
    proof = {"authorization": f"Bearer {KEY}"}
    assert guarded.is_addressed(incoming(ELSEWHERE, **proof))
    assert not guarded.is_addressed(incoming(OFFICE))
    assert (await guarded.verify(incoming(OFFICE, **proof))).name == "web"
    with pytest.raises(Unauthenticated):
        await guarded.verify(incoming(OFFICE))
    for attempt in (proof, {}, {"authorization": "Bearer wrong"}):  # a key cannot be tried from elsewhere
        with pytest.raises(Forbidden):
            await guarded.verify(incoming(ELSEWHERE, **attempt))
    assert repr(guarded) == "Allowed(SharedKeyVerifier('web', …), IpAllowlist(10.0.0.0/8))"
    assert isinstance(guarded, Allowed)


def test_it_says_what_it_demands() -> None:
    verifier = SharedKeyVerifier(KEY, principal="web", may_act_for_users=True)
    told = [
        IpAllowlist(INSIDE).around(verifier).described()[1],
        IpAllowlist(["10.1.2.3"], trusted_proxies=2).described()[0],
        IpAllowlist(["::/0"], trusted_proxies=["10.0.0.0/8"], header="forwarded").described()[0],
    ]
    assert told == [
        "only from 10.0.0.0/8, 2001:db8::/32, as the connection says",
        "only from 10.1.2.3/32, as entry 2 from the right of x-forwarded-for says, which trusted proxies write",
        "only from ::/0, as forwarded says where the connection is from 10.0.0.0/8",
    ]
