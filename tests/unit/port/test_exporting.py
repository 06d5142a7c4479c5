"""Metrics at a port of their own, next to a process of any kind."""

from __future__ import annotations

import os
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from switchover import Metrics, Recorder, SharedKeyVerifier, serve_metrics
from switchover.port import exporting
from switchover.port.listening import Address
from switchover.telemetry.metrics import names
from switchover.telemetry.metrics.rendering import OPENMETRICS, TEXT, Exposition
from unit.telemetry.metrics.counted import BOUNDS, value

KEY = "a-key-for-tests-alone-0123456789abcdef"
VERIFIER = SharedKeyVerifier(KEY, principal="prometheus", may_act_for_users=False)
FREE = Address(port=0)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    recorder.lane("direct")
    yield recorder
    recorder.close()


@pytest.fixture
def metrics(recorder: Recorder) -> Metrics:
    return Metrics(recorder, ["getTrip"], BOUNDS)


def test_a_process_of_any_kind_can_be_scraped(metrics: Metrics) -> None:
    with serve_metrics(metrics, FREE, trust="open") as address, httpx.Client(base_url=address.url) as client:
        assert address.host == "127.0.0.1"
        answered = client.get("/metrics")
        assert (answered.status_code, answered.headers["content-type"]) == (200, TEXT)
        found = Exposition(TEXT, answered.content)
        assert value(found, names.CALLS, {"operation": "getTrip", "wiring": "direct", "outcome": "ok"}) == 0
        assert client.get("/metrics", headers={"accept": OPENMETRICS}).headers["content-type"] == OPENMETRICS
        head = client.head("/metrics")
        assert (head.status_code, head.content) == (200, b"")
        assert client.get("/").json()["code"] == "not_found"
        refused = client.post("/metrics")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address.url}/metrics")


async def test_it_answers_while_the_loop_of_the_process_is_busy(metrics: Metrics) -> None:
    with serve_metrics(metrics, FREE, trust="open") as address:
        answered = httpx.get(f"{address.url}/metrics")  # noqa: ASYNC210 - so that the loop is
        assert answered.status_code == 200


def test_connections_that_nothing_is_asked_on_do_not_shut_a_scraper_out(metrics: Metrics) -> None:
    with serve_metrics(metrics, FREE, trust="open") as address, ExitStack() as stack:
        clients = [stack.enter_context(httpx.Client(base_url=address.url)) for _ in range(exporting.MOST_CONNECTIONS)]
        assert {client.get("/metrics").status_code for client in clients} == {200}
        for _ in range(2 * exporting.MOST_CONNECTIONS):
            assert httpx.get(f"{address.url}/metrics").status_code == 200


def test_a_verifier_may_stand_before_it(metrics: Metrics) -> None:
    with serve_metrics(metrics, FREE, verifier=VERIFIER) as address:
        url = f"{address.url}/metrics"
        assert httpx.get(url).status_code == 401
        assert httpx.get(url, headers={"authorization": f"Bearer {KEY}"}).status_code == 200


def test_a_unix_socket_will_do(metrics: Metrics, tmp_path: Path) -> None:
    path = str(tmp_path / "metrics.sock")
    with serve_metrics(metrics, Address(uds=path), trust="open"):
        assert os.stat(path).st_mode & 0o777 == 0o600
        with httpx.Client(transport=httpx.HTTPTransport(uds=path)) as client:
            assert client.get("http://localhost/metrics").status_code == 200


def test_who_may_read_has_to_be_said(metrics: Metrics) -> None:
    for given in ({}, {"verifier": VERIFIER, "trust": "open"}):
        with pytest.raises(ValueError, match="one of them"), serve_metrics(metrics, FREE, **given):  # type: ignore[arg-type]
            pass
    with (
        pytest.raises(ValueError, match="or nothing, not 'yes'"),
        serve_metrics(metrics, FREE, trust="yes"),  # type: ignore[arg-type]
    ):
        pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_it_is_open_on_this_machine_alone(metrics: Metrics, host: str) -> None:
    with pytest.raises(ValueError, match="are not open"), serve_metrics(metrics, Address(host, 0), trust="open"):
        pass


def test_localhost_is_this_machine(metrics: Metrics) -> None:
    with serve_metrics(metrics, Address("localhost", 0), trust="open") as address:
        assert address.port > 0


def test_an_address_that_is_taken_is_named(metrics: Metrics) -> None:
    with (
        serve_metrics(metrics, FREE, trust="open") as taken,
        pytest.raises(OSError, match="Address already in use") as refused,
        serve_metrics(metrics, taken, trust="open"),
    ):
        pass
    assert refused.value.filename == f"127.0.0.1:{taken.port}"


def test_a_port_that_does_not_come_up_is_told(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_START_SECONDS", 0.01)
    monkeypatch.setattr(exporting._Server, "_live", lambda server: None)
    with pytest.raises(OSError, match="did not come up within"), serve_metrics(metrics, FREE, trust="open"):
        pass


def test_a_child_does_not_keep_the_port(metrics: Metrics) -> None:
    ready, go = os.pipe()
    told, begun = os.pipe()
    with serve_metrics(metrics, FREE, trust="open") as address:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            os.close(go)
            os.write(begun, b".")
            os.read(ready, 1)  # until the parent says so, or is gone
            os._exit(0)
        os.read(told, 1)
    try:
        with socket.create_server((address.host, address.port)) as again:
            assert again.getsockname()[1] == address.port
    finally:
        os.write(go, b".")
        os.waitpid(child, 0)
        for end in (ready, go, told, begun):
            os.close(end)


def test_what_a_child_does_not_keep_is_the_listening_socket(metrics: Metrics) -> None:
    """What happens in a child, done here, to a server that is not running."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = exporting._Server(metrics, None, listener)
        exporting._after_fork()
        assert (listener.fileno(), server.should_exit) == (-1, False)


def test_the_thread_ends_with_the_block(metrics: Metrics) -> None:
    with serve_metrics(metrics, FREE, trust="open"):
        assert any(thread.name == "switchover-metrics-port" for thread in threading.enumerate())
    assert not any(thread.name == "switchover-metrics-port" for thread in threading.enumerate())
