"""Whichever address takes a connection first."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.errors import ServiceUnreachable
from switchover.probe.dialing import _connected, _discard, dial, interleaved
from switchover.probe.resolving import Endpoint


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def endpoint(port: int, host: str = "127.0.0.1") -> Endpoint:
    return Endpoint(socket.AF_INET, (host, port))


@contextmanager
def listening() -> Iterator[Endpoint]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield endpoint(listener.getsockname()[1])


@contextmanager
def never_accepting() -> Iterator[Endpoint]:
    """An address whose queue is full: further attempts get no answer at all."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield endpoint(listener.getsockname()[1])


async def test_a_connection_is_made_and_its_address_told() -> None:
    with listening() as there:
        connection, chosen = await dial([there])
        with connection:
            assert connection.getpeername() == there.sockaddr
            assert chosen is there


async def test_an_address_that_refuses_gives_way_to_the_next_at_once() -> None:
    with listening() as there:
        refusing = endpoint(free_port())
        connection, chosen = await dial([refusing, there], stagger=3600)
        connection.close()
        assert chosen is there


async def test_an_address_that_does_not_answer_gives_way_after_a_while() -> None:
    with listening() as there, never_accepting() as silent:
        connection, chosen = await dial([silent, there], stagger=0.01)
        connection.close()
        assert chosen is there


async def test_no_address_that_takes_a_connection_is_told_with_each_reason() -> None:
    with pytest.raises(ServiceUnreachable) as refused:
        await dial([endpoint(free_port()), endpoint(free_port(), "127.0.0.2"), Endpoint(9999, ("nowhere", 1))])
    assert refused.value.detail.startswith(
        "No connection: 127.0.0.1: Connection refused; nowhere: Address family not supported"
    )
    assert "127.0.0.2: Connection refused" in refused.value.detail


async def test_an_error_without_a_number_is_told_too() -> None:
    with pytest.raises(ServiceUnreachable, match="no such kind of address"):
        await dial([Endpoint(socket.AF_INET, ("127.0.0.1",))])


async def test_being_cancelled_leaves_nothing_open() -> None:
    with never_accepting() as silent:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await dial([silent, silent, endpoint(free_port())], stagger=0.001)
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1


async def test_a_connection_that_came_too_late_is_closed() -> None:
    with listening() as there:
        late = asyncio.create_task(_connected(there))
        await asyncio.wait([late])
        assert late.result().fileno() > 0
        _discard(late)
        assert late.result().fileno() == -1


ENDPOINTS = st.lists(
    st.builds(Endpoint, st.sampled_from([socket.AF_INET, socket.AF_INET6]), st.tuples(st.integers())), unique=True
)


@given(ENDPOINTS)
def test_families_take_turns_and_nothing_is_lost(endpoints: list[Endpoint]) -> None:
    found = interleaved(endpoints)
    assert sorted(map(str, found)) == sorted(map(str, endpoints))
    assert found[:1] == endpoints[:1]
    for family in (socket.AF_INET, socket.AF_INET6):
        assert [one for one in found if one.family == family] == [one for one in endpoints if one.family == family]
    both = 2 * min(sum(one.family == family for one in endpoints) for family in (socket.AF_INET, socket.AF_INET6))
    assert all(one.family != other.family for one, other in pairwise(found[:both]))
