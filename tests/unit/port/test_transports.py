"""One suite over every way to a service: httpx and aiohttp, TCP and Unix socket, in memory; from coroutines and from threads."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from switchover import AiohttpTransport, AsgiTransport, HttpxTransport, SharedKey, SharedKeyVerifier, Timeouts
from switchover.errors import (
    CallError,
    InternalError,
    InvalidRequest,
    ServiceUnavailable,
    Unauthenticated,
    UnexpectedAnswer,
)
from switchover.port.serve import Service
from switchover.port.transports import base
from unit.port.desk import (
    AIKO,
    MISSING_ID,
    NOON,
    Caller,
    Desk,
    DeskError,
    InMemoryBlockingDesk,
    InMemoryDesk,
    NoteDraft,
    NoteNotFound,
    TitleTaken,
    blocking_desk_port,
    contract,
    desk_port,
    result_of,
)
from unit.port.peers import served

TESTS = Path(__file__).parents[2]
KEY = "a-key-for-tests-alone-0123456789abcdef"
BACKEND = InMemoryBlockingDesk()


@pytest.fixture(scope="module")
def service() -> Service:
    """One service behind all the transports."""
    verifier = SharedKeyVerifier(KEY, principal="tests", may_act_for_users=True)
    return desk_port().serve(InMemoryDesk(BACKEND), verifier=verifier)


@pytest.fixture(scope="module")
def tcp(service: Service) -> Iterator[str]:
    with served(service) as address:
        yield address


@pytest.fixture(scope="module")
def uds(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(service, tmp_path_factory.mktemp("uds") / "s") as address:
        yield address.removeprefix("unix:")


Making = Callable[[Service, str, str], Any]
ASYNC: dict[str, Making] = {
    "httpx": lambda service, tcp, uds: HttpxTransport(tcp),
    "httpx uds": lambda service, tcp, uds: HttpxTransport("http://desk", uds=uds),
    "aiohttp": lambda service, tcp, uds: AiohttpTransport(tcp),
    "aiohttp uds": lambda service, tcp, uds: AiohttpTransport("http://desk", uds=uds),
    "asgi": lambda service, tcp, uds: AsgiTransport(service),
}
BLOCKING: dict[str, Making] = {
    "blocking httpx": ASYNC["httpx"],
    "blocking httpx uds": ASYNC["httpx uds"],
    "blocking asgi": ASYNC["asgi"],
}


@pytest.fixture(params=[*ASYNC, *BLOCKING])
async def wire(
    request: pytest.FixtureRequest, service: Service, tcp: str, uds: str
) -> AsyncIterator[Callable[..., Any]]:
    """Makes the client of a transport; the transport is closed afterwards."""
    async with AsyncExitStack() as stack:
        is_async = request.param in ASYNC
        transport = (ASYNC | BLOCKING)[request.param](service, tcp, uds)
        if is_async:
            await stack.enter_async_context(transport)
        else:
            blocking = stack.enter_context(ExitStack())
            blocking.callback(transport.close)

        def make(**given: Any) -> Any:
            port: Any = desk_port() if is_async else blocking_desk_port()
            return port.http(transport=transport, **{"credentials": SharedKey(KEY), **given})

        yield make


async def test_the_whole_interface_is_there(wire: Callable[..., Any]) -> None:
    desk = wire()
    BACKEND.notes.clear()
    note = await result_of(desk.add_note(AIKO, NoteDraft(title="a\x00\U0001f600", due=NOON, tags=["x", "y"])))
    assert await result_of(desk.get_note(AIKO, note.id)) == note
    assert BACKEND.seen[-1] == AIKO
    assert await result_of(
        desk.list_notes(AIKO, ["x", "a b&c=é"], limit=3, since=NOON, x_color="red; blue", theme='d;"k')
    ) == [note]
    assert BACKEND.seen[-1] == {
        "tags": ["x", "a b&c=é"],
        "limit": 3,
        "since": NOON,
        "x_color": "red; blue",
        "theme": 'd;"k',
    }
    await result_of(desk.put_text(AIKO, note.id, "é\r\n"))
    assert await result_of(desk.get_text(AIKO, note.id)) == "é\r\n"
    await result_of(desk.put_file(AIKO, note.id, bytes(range(256))))
    assert await result_of(desk.get_file(AIKO, note.id)) == bytes(range(256))
    await result_of(desk.put_file(AIKO, note.id, b""))
    assert BACKEND.seen[-1] == b""
    await result_of(desk.put_file(AIKO, note.id))
    assert BACKEND.seen[-1] is None
    assert await result_of(desk.delete_note(AIKO, note.id)) is None
    assert (await result_of(desk.get_health())).status == "ok"


@pytest.mark.parametrize("name", ["a/b", "a b", "%2F", "..a", "é\U0001f600", "a;b=c", "?#", "a+b", "\x00", "-"])
async def test_path_parameters_arrive_whatever_is_in_them(wire: Callable[..., Any], name: str) -> None:
    assert await result_of(wire().name_shelf(AIKO, name)) == name


async def test_documented_failures_are_the_teams_exceptions(wire: Callable[..., Any]) -> None:
    desk = wire()
    BACKEND.notes.clear()
    with pytest.raises(NoteNotFound) as missing:
        await result_of(desk.get_note(AIKO, MISSING_ID))
    assert (missing.value.note_id, missing.value.args) == (MISSING_ID, ("no such note",))
    await result_of(desk.add_note(AIKO, NoteDraft(title="a")))
    with pytest.raises(TitleTaken):
        await result_of(desk.add_note(AIKO, NoteDraft(title="a")))


async def test_other_failures_are_the_kits_and_have_a_trace(wire: Callable[..., Any]) -> None:
    desk = wire()
    failing: list[tuple[Callable[[], Any], type[CallError]]] = [
        (lambda: desk.list_notes(AIKO, since=datetime(2026, 1, 1)), InvalidRequest),
        (lambda: desk.echo("fail"), InternalError),
        (lambda: desk.echo("unwritable"), InternalError),
        (lambda: desk.echo("busy"), ServiceUnavailable),
        (lambda: wire(credentials=None, trust="open").get_note(AIKO, MISSING_ID), Unauthenticated),
    ]
    for call, expected in failing:
        with pytest.raises(expected) as caught:
            await result_of(call())
        assert len(str(caught.value.trace_id)) == 32
        assert "secret" not in str(caught.value)


async def test_many_calls_at_once_get_their_own_answers(wire: Callable[..., Any]) -> None:
    desk = wire()
    if inspect.iscoroutinefunction(desk.echo):
        found = await asyncio.gather(*(desk.echo(number) for number in range(50)))
    else:
        with ThreadPoolExecutor(8) as pool:
            found = list(await asyncio.to_thread(lambda: list(pool.map(desk.echo, range(50)))))
    assert found == list(range(50))


async def test_an_answer_that_is_too_large_is_not_read(
    wire: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("httpx", "aiohttp", "asgi"):
        monkeypatch.setattr(f"switchover.port.transports.{module}.MAX_ANSWER_BYTES", 1000)
    with pytest.raises(UnexpectedAnswer, match=f"larger than {base.MAX_ANSWER_BYTES} bytes"):
        await result_of(wire().echo("x" * 2000))
    assert await result_of(wire().echo("x" * 900)) == "x" * 900


async def test_a_transport_that_was_closed_opens_again(wire: Callable[..., Any]) -> None:
    desk = wire()
    assert await result_of(desk.echo(1)) == 1
    assert await result_of(desk.echo(2)) == 2


def test_connections_belong_to_the_event_loop_that_opened_them(tcp: str) -> None:
    for make in (HttpxTransport, AiohttpTransport):
        transport: Any = make(tcp)
        desk = desk_port().http(transport=transport, trust="open")

        async def call(transport: Any = transport, desk: Any = desk) -> Any:
            found = await desk.echo(1)
            opened: Any = transport._pool if isinstance(transport, HttpxTransport) else transport._session
            await (opened.aclose() if isinstance(transport, HttpxTransport) else opened.close())
            return found

        assert [asyncio.run(call()) for _ in range(2)] == [1, 1]


BY_ADDRESS = """
import sys
from switchover import SharedKey
from unit.port.desk import blocking_desk_port

for address in sys.argv[2:]:
    desk = blocking_desk_port().http(address, credentials=SharedKey(sys.argv[1]))
    print(type(desk).__name__, desk.echo(1))
"""


def test_an_address_may_be_given_as_it_is_printed(uds: str, tcp: str) -> None:
    # In a process of its own, because connections of such a client live as long as their process.
    command = [sys.executable, "-c", BY_ADDRESS, KEY, f"unix:{uds}", tcp]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TESTS, timeout=60, check=False)
    assert (done.stdout, done.returncode) == ("BlockingDeskOverHttp 1\n" * 2, 0), done.stderr


def test_secrets_and_addresses_are_in_no_representation() -> None:
    assert repr(HttpxTransport("http://desk/")) == "HttpxTransport('http://desk')"
    assert repr(AiohttpTransport("http://desk")) == "AiohttpTransport('http://desk')"
    assert repr(AsgiTransport(None)) == "AsgiTransport(…)"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "desk",
        "ftp://desk",
        "http://",
        "http://:80",
        "http://desk:0",
        "http://desk:99999",
        "http://[::1",
        "http://desk/?a=secret",
        "http://desk/#secret",
        "http://user:secret@desk",
        "http://user:secret@de\u2100sk",
        "http://secret desk",
        "http://desk\n/x",
    ],
)
@pytest.mark.parametrize("make", [HttpxTransport, AiohttpTransport])
def test_a_base_url_that_is_none_is_refused_without_repeating_what_may_be_secret(make: Any, url: str) -> None:
    with pytest.raises(ValueError, match="base URL") as caught:
        make(url)
    assert "secret" not in str(caught.value).replace("secret desk", "")


@pytest.mark.parametrize("name", ["connect", "read", "total"])
@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_timeout_is_positive(name: str, seconds: float) -> None:
    with pytest.raises(ValueError, match=f"the {name} timeout has to be more than 0 seconds"):
        Timeouts(**{name: seconds})


def test_a_port_takes_an_address_or_a_transport() -> None:
    port = desk_port()
    for given in ({}, {"base_url": "http://desk", "transport": HttpxTransport("http://desk")}):
        with pytest.raises(ValueError, match="takes a base URL or a transport"):
            port.http(**given)  # type: ignore[arg-type]


def test_a_transport_has_to_serve_the_kind_of_methods_that_there_are() -> None:
    class Nothing:
        pass

    with pytest.raises(TypeError, match="Nothing does not serve `async def get_health`: it is no Transport"):
        desk_port().http(transport=Nothing(), trust="open")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="AiohttpTransport does not serve `def get_health`: it is no BlockingTransport"):
        blocking_desk_port().http(transport=AiohttpTransport("http://desk"), trust="open")


@pytest.mark.parametrize(
    "given", [{"base_url": "http://desk"}, {"base_url": "unix:/run/desk"}, {"transport": AsgiTransport(None)}]
)
def test_that_no_credentials_are_needed_has_to_be_said(given: dict[str, Any]) -> None:
    port = desk_port()
    with pytest.raises(ValueError, match=r"http\(\) has no credentials.*credentials=SharedKey.*trust=\"open\""):
        port.http(**given)
    assert port.http(**given, trust="open")
    assert port.http(**given, credentials=SharedKey(KEY))


def test_a_contract_that_is_open_to_everyone_needs_none() -> None:
    assert contract().bind(Desk, caller=Caller, errors=DeskError, operations=["getHealth"]).http("http://desk")


def test_credentials_and_openness_cannot_both_be_meant() -> None:
    with pytest.raises(ValueError, match="only one can be meant"):
        desk_port().http("http://desk", credentials=SharedKey(KEY), trust="open")
    with pytest.raises(ValueError, match="trust is \"open\" or nothing, not 'no'"):
        desk_port().http("http://desk", trust="no")  # type: ignore[arg-type]
