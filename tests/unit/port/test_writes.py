"""Every write has a name: the caller's, one made at the port, or one that follows from the write it is part of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

import pytest

from switchover import AsgiTransport, Contract, calling, current
from switchover.errors import InvalidRequest, ServiceUnreachable
from switchover.port.transports.base import Timeouts
from switchover.port.wire import WireRequest, WireResponse
from unit.port.single import document


class Ledger(Protocol):
    async def send(self) -> None: ...


class Book:
    """A backend that notes the keys it is called with, and may write elsewhere."""

    def __init__(self, *others: Ledger) -> None:
        self.keys: list[str | None] = []
        self.others = others

    async def send(self) -> None:
        self.keys.append(current().idempotency_key)
        for other in self.others:
            await other.send()


PORT = document({}).bind(Ledger)
READS = document({}, method="get").bind(Ledger)

Wire = Callable[[Ledger], Ledger]


def direct(backend: Ledger) -> Ledger:
    return PORT.direct(backend)


def http(backend: Ledger) -> Ledger:
    return PORT.http(transport=AsgiTransport(PORT.serve(backend, trust="open")))


EVERY_WIRING = pytest.mark.parametrize("wire", [direct, http])


@EVERY_WIRING
async def test_a_write_is_named_by_its_caller(wire: Wire) -> None:
    book = Book()
    with calling(idempotency_key="mine"):
        await wire(book).send()
        await wire(book).send()
    assert book.keys == ["mine", "mine"]


@EVERY_WIRING
async def test_a_write_that_nobody_names_is_named_at_the_port_and_each_by_itself(wire: Wire) -> None:
    book = Book()
    client = wire(book)
    await client.send()
    await client.send()
    assert len(set(book.keys)) == 2
    assert all(key and re.fullmatch("[0-9a-f]{32}-[0-9a-f]{16}", key) for key in book.keys)


@EVERY_WIRING
@pytest.mark.parametrize("inner", [direct, http])
async def test_writes_of_a_write_have_names_of_their_own_and_the_same_again(wire: Wire, inner: Wire) -> None:
    first, second = Book(), Book()
    client = wire(Book(inner(first), inner(first), inner(second)))
    for _ in range(2):
        with calling(idempotency_key="mine"):
            await client.send()

    names = first.keys[:2] + second.keys[:1]
    assert len({*names, "mine"}) == 4
    assert first.keys == names[:2] * 2
    assert second.keys == names[2:] * 2


async def test_a_write_has_the_same_name_under_every_wiring() -> None:
    found = []
    for outer in (direct, http):
        for inner in (direct, http):
            book = Book()
            with calling(idempotency_key="mine"):
                await outer(Book(inner(book), inner(book))).send()
            found.append(book.keys)
    assert all(keys == found[0] for keys in found)


async def test_a_write_in_a_write_may_be_named_as_well() -> None:
    book = Book()

    class Naming:
        async def send(self) -> None:
            with calling(idempotency_key="other"):
                await direct(book).send()

    with calling(idempotency_key="mine"):
        await direct(Naming()).send()
    assert book.keys == ["other"]


async def test_a_read_has_no_name() -> None:
    book = Book()
    with calling(idempotency_key="mine"):
        await READS.http(transport=AsgiTransport(READS.serve(book, trust="open"))).send()
    assert book.keys == [None]


class Dead:
    """A transport that reaches nobody."""

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        raise ServiceUnreachable("Nobody is there.")

    async def aclose(self) -> None: ...


async def test_a_write_that_failed_tells_its_name_so_that_it_can_be_repeated_elsewhere() -> None:
    book = Book()
    with pytest.raises(ServiceUnreachable) as caught:
        await PORT.http(transport=Dead()).send()
    with calling(idempotency_key=caught.value.idempotency_key):
        await direct(book).send()
    assert book.keys == [caught.value.idempotency_key]
    assert caught.value.idempotency_key is not None
    assert caught.value.idempotency_key.startswith(str(caught.value.trace_id))


async def test_a_read_that_failed_has_no_name_to_tell() -> None:
    with pytest.raises(ServiceUnreachable) as caught:
        await READS.http(transport=Dead()).send()
    assert caught.value.idempotency_key is None
    assert caught.value.trace_id is not None


async def test_a_request_that_could_not_be_written_has_none_either() -> None:
    operation = {"requestBody": {"required": True, "content": {"text/plain": {}}}}

    class Text(Protocol):
        async def send(self, value: str) -> None: ...

    contract: Contract = document(operation)
    client: Any = contract.bind(Text).http(transport=Dead())
    with pytest.raises(InvalidRequest, match="not valid Unicode") as caught:
        await client.send("\ud800")
    assert caught.value.idempotency_key is None
