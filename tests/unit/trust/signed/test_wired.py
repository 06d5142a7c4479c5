"""From the interface on one side to the backend on the other: in memory and over a Unix socket, from coroutines and from threads."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from livetrip_adapters import live_trip_port
from livetrip_bff import LiveTripBackend
from livetrip_bff.clock import SystemClock
from livetrip_bff.identifiers import UuidV7Identifiers
from livetrip_contract import Caller as Traveller
from livetrip_contract import TripDraft, TripNotFound
from livetrip_core.fakes import InMemoryUnitOfWorkFactory
from support.photos import darkroom
from switchover import (
    AiohttpTransport,
    AsgiTransport,
    HttpxTransport,
    MessageSigner,
    SignedMessageVerifier,
    SigningKey,
    Timeouts,
)
from switchover.errors import Forbidden, PayloadTooLarge, Unauthenticated
from switchover.port.serve import Limits, Service
from switchover.port.wire import WireRequest, WireResponse
from unit.port.desk import (
    AIKO,
    NOON,
    NOTE_ID,
    InMemoryBlockingDesk,
    InMemoryDesk,
    NoteDraft,
    blocking_desk_port,
    desk_port,
    result_of,
)
from unit.port.peers import RawServer, Talk, answer, raw_server, served
from unit.trust.signed.messages import BASE_URL, ED25519, KEYS, OTHER_ED25519, SECRET, Message

WEB: dict[str, Any] = {"key": ED25519, "key_id": "ed", "base_url": BASE_URL}
JOB: dict[str, Any] = {"key": SECRET, "key_id": "job", "base_url": BASE_URL}
STRANGER: dict[str, Any] = {"key": OTHER_ED25519, "key_id": "ed", "base_url": BASE_URL}


def verifying() -> SignedMessageVerifier:
    """By the clock of this machine, which is that of both sides."""
    return SignedMessageVerifier({**KEYS, "job": SigningKey("job", False, SECRET)}, base_url=BASE_URL)


@pytest.fixture
def desk() -> InMemoryBlockingDesk:
    return InMemoryBlockingDesk()


@pytest.fixture
def service(desk: InMemoryBlockingDesk) -> Service:
    return desk_port().serve(InMemoryDesk(desk), verifier=verifying(), limits=Limits(body_bytes=1000))


@contextmanager
def reached(service: Service, way: str, folder: Path) -> Iterator[Any]:
    with ExitStack() as stack:
        if way == "asgi":
            yield AsgiTransport(service)
        else:
            uds = stack.enter_context(served(service, folder / "s")).removeprefix("unix:")
            yield (AiohttpTransport if way == "aiohttp uds" else HttpxTransport)("http://desk", uds=uds)


Call = Callable[..., Any]


@pytest.fixture(params=["asgi", "uds", "aiohttp uds", "blocking asgi", "blocking uds"])
async def calling(request: Any, service: Service, tmp_path: Path) -> AsyncIterator[Call]:
    """Calls a method of the desk, as the service whose key is given."""
    is_blocking = request.param.startswith("blocking")
    with reached(service, request.param.removeprefix("blocking "), tmp_path) as transport:
        port: Any = blocking_desk_port() if is_blocking else desk_port()

        async def call(name: str, *args: Any, by: dict[str, Any] = WEB, through: Any = transport, **named: Any) -> Any:
            method = getattr(port.http(transport=through, credentials=MessageSigner(**by)), name)
            return await (
                asyncio.to_thread(method, *args, **named) if is_blocking else result_of(method(*args, **named))
            )

        call.transport = transport  # type: ignore[attr-defined]
        yield call
        await asyncio.to_thread(transport.close) if is_blocking else await transport.aclose()


async def test_calls_arrive_with_whoever_asked(calling: Call, desk: InMemoryBlockingDesk) -> None:
    note = await calling("add_note", AIKO, NoteDraft(title="Moss", due=NOON, tags=["a", "ü"]))
    assert await calling("get_note", AIKO, note.id) == note
    assert desk.seen == [AIKO]
    await calling("list_notes", AIKO, ["a/b", "c d"], limit=3, since=NOON, x_color="red", theme="dark & light")
    assert desk.seen[-1] == {
        "tags": ["a/b", "c d"],
        "limit": 3,
        "since": NOON,
        "x_color": "red",
        "theme": "dark & light",
    }
    assert await calling("name_shelf", AIKO, "top/left %2F ü") == "top/left %2F ü"
    await calling("put_text", AIKO, note.id, "Moss, überall.")
    assert await calling("get_text", AIKO, note.id) == "Moss, überall."
    await calling("put_file", AIKO, note.id, bytes(range(256)))
    assert await calling("get_file", AIKO, note.id) == bytes(range(256))
    await calling("put_file", AIKO, note.id)
    await calling("delete_note", AIKO, note.id)


async def test_a_service_that_may_not_act_for_people_is_refused(calling: Call, desk: InMemoryBlockingDesk) -> None:
    with pytest.raises(Forbidden):
        await calling("list_notes", AIKO, by=JOB)
    with pytest.raises(Forbidden):
        await calling("add_note", AIKO, NoteDraft(title="Moss"), by=JOB)
    assert (desk.calls, desk.seen) == (0, [])


async def test_a_service_with_another_key_is_refused(calling: Call, desk: InMemoryBlockingDesk) -> None:
    for by in (STRANGER, {**WEB, "key_id": "nobody"}, {**WEB, "base_url": "https://elsewhere.internal"}):
        with pytest.raises(Unauthenticated, match=r"^unauthenticated: Valid service credentials are required\."):
            await calling("add_note", AIKO, NoteDraft(title="Moss"), by=by)
    assert desk.calls == 0


async def test_a_body_beyond_the_services_bounds_is_refused_as_such(calling: Call) -> None:
    with pytest.raises(PayloadTooLarge):
        await calling("put_text", AIKO, NOTE_ID, "x" * 1001)


class Between(AsgiTransport):
    """Whoever stands between the services: keeps what goes by, and changes it."""

    def __init__(self, service: Service, change: Callable[[WireRequest], None] = lambda request: None) -> None:
        super().__init__(service)
        self._change = change
        self.requests: list[WireRequest] = []

    async def send(self, request: WireRequest, timeouts: Timeouts) -> WireResponse:
        self._change(request)
        self.requests.append(request)
        return await super().send(request, timeouts)


def set_caller(request: WireRequest) -> None:
    theirs = ("x-switchover-caller", "eyJ1c2VyIjoiYmVuIiwiZ3JvdXBzIjpbXX0")
    request.headers = [pair for pair in request.headers if pair[0] != theirs[0]] + [theirs]


def drop_caller(request: WireRequest) -> None:
    request.headers = [pair for pair in request.headers if pair[0] != "x-switchover-caller"]


def set_target(request: WireRequest) -> None:
    request.target += "?limit=1"


def set_body(request: WireRequest) -> None:
    request.body = b'{"title":"Mass"}'


def set_key(request: WireRequest) -> None:
    request.headers = [(name, "another" if name == "idempotency-key" else value) for name, value in request.headers]


def drop_signature(request: WireRequest) -> None:
    request.headers = [pair for pair in request.headers if not pair[0].startswith("signature")]


def repeat_input(request: WireRequest) -> None:
    request.headers += [pair for pair in request.headers if pair[0] == "signature-input"]


@pytest.mark.parametrize(
    "change", [set_caller, drop_caller, set_target, set_body, set_key, drop_signature, repeat_input]
)
async def test_nobody_in_between_changes_a_call(
    change: Callable[[WireRequest], None], service: Service, desk: InMemoryBlockingDesk
) -> None:
    between = Between(service, change)
    wired = desk_port().http(transport=between, credentials=MessageSigner(**WEB))
    with pytest.raises(Unauthenticated):
        await wired.add_note(AIKO, NoteDraft(title="Moss"))
    assert desk.calls == 0


async def test_nobody_in_between_makes_a_call_again(service: Service, desk: InMemoryBlockingDesk) -> None:
    between = Between(service)
    await desk_port().http(transport=between, credentials=MessageSigner(**WEB)).add_note(AIKO, NoteDraft(title="Moss"))
    [request] = between.requests
    again = await between.send(request, Timeouts())
    assert again.status == 401
    assert again.header("www-authenticate") == "Signature"
    assert b"replay" not in again.body
    assert desk.calls == 1


# -- whose trips


@pytest.fixture(params=["asgi", "uds"])
async def travelling(request: Any, tmp_path: Path) -> AsyncIterator[Call]:
    """LiveTrip, as the service whose key is given."""
    clock = SystemClock()
    backend = LiveTripBackend(
        InMemoryUnitOfWorkFactory(), clock, UuidV7Identifiers(clock), darkroom(clock), version="1.0.0"
    )
    port = live_trip_port()
    with reached(port.serve(backend, verifier=verifying()), request.param, tmp_path) as transport:
        yield lambda by: port.http(transport=transport, credentials=MessageSigner(**by))
        await transport.aclose()


async def test_a_trip_is_its_owners_alone(travelling: Call) -> None:
    aiko, ben = Traveller("aiko"), Traveller("ben")
    live_trip, job = travelling(WEB), travelling(JOB)
    trip = await live_trip.create_trip(aiko, TripDraft(title="Kyoto", start_date=NOON.date(), end_date=NOON.date()))
    assert (await live_trip.get_trip(aiko, trip.id)).title == "Kyoto"
    with pytest.raises(TripNotFound):
        await live_trip.get_trip(ben, trip.id)
    for traveller in (aiko, ben):
        with pytest.raises(Forbidden):
            await job.get_trip(traveller, trip.id)


# -- lost connections


def losing_the_first(server: RawServer) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        if await server.request(reader) and number > 0:
            writer.write(answer(b"[]"))

    return talk


@pytest.mark.parametrize("is_blocking", [False, True])
async def test_a_call_that_is_made_again_is_signed_anew(is_blocking: bool) -> None:
    with raw_server(losing_the_first) as (address, server):
        credentials = MessageSigner(**WEB)
        if is_blocking:
            with HttpxTransport(address) as transport:
                wired = blocking_desk_port().http(transport=transport, credentials=credentials)
                assert await asyncio.to_thread(wired.list_notes, AIKO) == []
        else:
            async with HttpxTransport(address) as transport:
                assert await desk_port().http(transport=transport, credentials=credentials).list_notes(AIKO) == []
    messages = [received(request) for request in server.requests]
    assert len(messages) == 2
    by = verifying()
    for message in messages:
        assert (await by.verify(message.incoming())).name == "web"
    nonces = [re.findall(r'nonce="([^"]+)"', message.headers["signature-input"]) for message in messages]
    assert nonces[0] != nonces[1]


def received(request: bytes) -> Message:
    """What stands on the wire."""
    head, _, body = request.decode("latin-1").partition("\r\n\r\n")
    line, *lines = head.split("\r\n")
    method, target, _ = line.split(" ")
    headers = dict(pair.split(": ", 1) for pair in lines)
    return Message(method, target, {name.lower(): value for name, value in headers.items()}, body.encode("latin-1"))
