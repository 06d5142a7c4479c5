"""Names to addresses, on a thread that keeps nobody."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from switchover.errors import ServiceUnreachable
from switchover.probe.resolving import Endpoint, resolver

TCP = socket.SOCK_STREAM
THREAD = "switchover-probe-dns"


def dns_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == THREAD]


async def test_a_name_is_looked_up_with_all_its_addresses_once() -> None:
    asked: list[Any] = []

    def lookup(*arguments: Any) -> Any:
        asked.append((arguments, threading.current_thread().name))
        return [(socket.AF_INET, TCP, 6, "", ("192.0.2.1", 80)) for _ in range(2)] + [
            (socket.AF_INET6, TCP, 6, "", ("2001:db8::1", 80, 0, 0))
        ]

    found = await resolver(lookup)("diary.example", 80, socket.AF_UNSPEC)
    assert [(endpoint.family, str(endpoint)) for endpoint in found] == [
        (socket.AF_INET, "192.0.2.1"),
        (socket.AF_INET6, "2001:db8::1"),
    ]
    assert asked == [(("diary.example", 80, socket.AF_UNSPEC, TCP, socket.IPPROTO_TCP), THREAD)]


async def test_an_ip_address_is_looked_up_nowhere() -> None:
    def lookup(*arguments: Any) -> Any:
        raise AssertionError("was asked")

    assert await resolver(lookup)("127.0.0.1", 80, socket.AF_UNSPEC) == [Endpoint(socket.AF_INET, ("127.0.0.1", 80))]


async def test_an_address_of_the_other_family_is_none() -> None:
    with pytest.raises(ServiceUnreachable, match="cannot be resolved: Address family"):
        await resolver()("127.0.0.1", 80, socket.AF_INET6)


async def test_a_name_that_is_not_there_is_told_as_the_system_tells_it() -> None:
    with pytest.raises(ServiceUnreachable, match=r"The name cannot be resolved: \w+") as refused:
        await resolver()("diary.invalid", 80, socket.AF_UNSPEC)
    assert isinstance(refused.value.__cause__, socket.gaierror)


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (UnicodeError("label too long"), "it is no name"),
        (OSError("?"), "it is no name"),
        (OSError(24, "x"), "Too many open files"),
    ],
)
async def test_whatever_a_lookup_raises_is_told(raised: Exception, said: str) -> None:
    def lookup(*arguments: Any) -> Any:
        raise raised

    with pytest.raises(ServiceUnreachable, match=f"cannot be resolved: {said}"):
        await resolver(lookup)("diary.example", 80, socket.AF_UNSPEC)


@pytest.mark.parametrize("fails", [False, True])
def test_a_lookup_that_hangs_keeps_nobody(fails: bool) -> None:
    over = threading.Event()

    def lookup(*arguments: Any) -> Any:
        assert over.wait(10)
        if fails:
            raise OSError(5, "late")
        return []

    async def asked() -> None:
        async with asyncio.timeout(0.01):
            await resolver(lookup)("diary.example", 80, socket.AF_UNSPEC)

    with pytest.raises(TimeoutError):
        asyncio.run(asked())  # which ends, and closes its loop
    (thread,) = dns_threads()
    assert thread.daemon
    over.set()
    thread.join(10)
    assert not thread.is_alive()
