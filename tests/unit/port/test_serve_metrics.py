"""Metrics at a path of the service: behind its verifier, bounded, and nowhere that something else is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from switchover import Metrics, Port, Recorder, SharedKeyVerifier
from switchover.port.serve import Service
from switchover.port.serve.metrics import MOST_SCRAPES, is_plain
from switchover.telemetry.metrics import names
from switchover.telemetry.metrics.rendering import OPENMETRICS, TEXT, Exposition
from switchover.trust import Incoming, Principal
from switchover.trust.oidc import IssuerKeys
from switchover.trust.oidc.documents import DocumentUnavailable
from unit.port.asking import CALLER, Answered, ask
from unit.port.desk import InMemoryDesk, desk_port
from unit.port.single import document
from unit.telemetry.metrics.counted import value
from unit.trust.oidc.tokens import ISSUER, claims, key, verifier

KEY = "a-key-for-tests-alone-0123456789abcdef"
BEARER = ("authorization", f"Bearer {KEY}")
VERIFIER = SharedKeyVerifier(KEY, principal="tests", may_act_for_users=True)


@pytest.fixture
def port() -> Iterator[Port[Any]]:
    port = desk_port(Recorder())
    yield port
    port.recorder.close()


@pytest.fixture
def metrics(port: Port[Any]) -> Metrics:
    return port.metrics()


@pytest.fixture
def service(port: Port[Any], metrics: Metrics) -> Service:
    return port.serve(InMemoryDesk(), verifier=VERIFIER, metrics=metrics)


def read(answered: Answered) -> Exposition:
    content_type = answered.header("content-type")
    assert content_type is not None
    return Exposition(content_type, answered.body)


async def test_whoever_proves_itself_reads_what_happened(service: Service) -> None:
    await ask(service, "GET", "/api/health")
    answered = await ask(service, "GET", "/metrics", BEARER)
    assert (answered.status, answered.header("content-type"), answered.header("vary")) == (200, TEXT, "accept")
    assert value(read(answered), names.CALLS, {"operation": "getHealth", "wiring": "serve", "outcome": "ok"}) == 1
    assert value(read(answered), names.CALLS, {"operation": "getNote", "wiring": "serve", "outcome": "failed"}) == 0


async def test_a_scraper_that_wants_openmetrics_gets_it_with_traces(service: Service) -> None:
    trace = f"00-{0xABC:032x}-{0xDEF:016x}-01"
    await ask(service, "GET", "/api/health", ("traceparent", trace))
    answered = await ask(service, "GET", "/metrics", BEARER, ("accept", "application/openmetrics-text"))
    assert answered.header("content-type") == OPENMETRICS
    assert f'# {{trace_id="{0xABC:032x}"}}'.encode() in answered.body


@pytest.mark.parametrize(
    ("headers", "reason"),
    [((), "missing"), ((("authorization", "Bearer of-somebody-else"),), "unknown_key")],
)
async def test_whoever_does_not_prove_itself_reads_nothing_and_is_counted(
    service: Service, metrics: Metrics, headers: tuple[tuple[str, str], ...], reason: str
) -> None:
    answered = await ask(service, "GET", "/metrics", *headers)
    assert answered.refusal == (401, "unauthenticated", "Valid service credentials are required.")
    assert answered.header("www-authenticate") is not None
    assert b"switchover_" not in answered.body
    assert value(metrics.exposition(), names.REFUSALS, {"reason": reason}) == 1


@pytest.mark.parametrize("path", ["/metrics", "/api/notes"])
async def test_who_calls_is_said_once_and_whoever_says_it_twice_is_counted(
    service: Service, metrics: Metrics, path: str
) -> None:
    for headers in ((BEARER, BEARER, CALLER), (BEARER, CALLER, CALLER)):
        assert (await ask(service, "GET", path, *headers)).refusal[:2] == (400, "malformed_request")
    assert value(metrics.exposition(), names.REFUSALS, {"reason": "repeated"}) == 2


async def test_who_cannot_be_judged_is_not_let_in_and_counted(port: Port[Any], metrics: Metrics) -> None:
    async def down(url: str) -> dict[str, Any]:
        raise DocumentUnavailable(f"{url} does not answer")

    keys = IssuerKeys(ISSUER, fetch=down)
    token = ("authorization", f"Bearer {key().token(claims())}")
    service = port.serve(InMemoryDesk(), verifier=verifier(keys=keys), metrics=metrics)
    for path in ("/metrics", "/api/notes"):
        answered = await ask(service, "GET", path, token, CALLER)
        assert answered.refusal == (503, "service_unavailable", "Credentials cannot be checked now.")
        assert answered.header("retry-after") == "10"
    assert value(metrics.exposition(), names.REFUSALS, {"reason": "keys_unavailable"}) == 2


async def test_a_service_that_may_not_act_for_users_reads_metrics_for_none(port: Port[Any], metrics: Metrics) -> None:
    scraper = SharedKeyVerifier(KEY, principal="scraper", may_act_for_users=False)
    service = port.serve(InMemoryDesk(), verifier=scraper, metrics=metrics)
    assert (await ask(service, "GET", "/metrics", BEARER)).status == 200
    assert (await ask(service, "GET", "/metrics", BEARER, CALLER)).refusal[:2] == (403, "forbidden")


async def test_metrics_are_read_and_nothing_else(service: Service) -> None:
    headers = await ask(service, "HEAD", "/metrics", BEARER)
    assert (headers.status, headers.body) == (200, b"")
    assert (await ask(service, "OPTIONS", "/metrics")).header("allow") == "GET, HEAD, OPTIONS"
    assert (await ask(service, "POST", "/metrics", BEARER)).status == 405


async def test_a_service_that_is_open_to_whoever_reaches_it_shows_them_its_metrics(
    port: Port[Any], metrics: Metrics
) -> None:
    service = port.serve(InMemoryDesk(), trust="open", metrics=metrics, metrics_path="/internal/metrics")
    assert (await ask(service, "GET", "/internal/metrics")).status == 200
    assert (await ask(service, "GET", "/metrics")).status == 404


class Things:
    async def send(self) -> None: ...


@pytest.mark.parametrize("path", ["/metrics", "/{anything}"])
def test_metrics_are_nowhere_that_an_operation_is(path: str) -> None:
    parameter = {"name": "anything", "in": "path", "required": True, "schema": {"type": "string"}}

    class Anything:
        async def send(self, anything: str) -> None: ...

    has_one = "{" in path
    port = document({"parameters": [parameter] if has_one else []}, path).bind(Anything if has_one else Things)
    backend: Any = Anything() if has_one else Things()
    with pytest.raises(ValueError, match="metrics would be at /metrics, where send is; set metrics_path"):
        port.serve(backend, trust="open", metrics=port.metrics())
    served: Any = port.serve(backend, trust="open", metrics=port.metrics(), metrics_path="/internal/metrics")
    assert served is not None


def test_metrics_are_nowhere_that_the_contract_is(port: Port[Any], metrics: Metrics) -> None:
    published = f"/api/{port.document.name}"
    with pytest.raises(ValueError, match="where the contract is"):
        port.serve(InMemoryDesk(), trust="open", metrics=metrics, metrics_path=published)


def test_a_service_that_keeps_nobody_out_has_to_say_so_before_it_shows_metrics() -> None:
    port = document({}).bind(Things)
    with pytest.raises(ValueError, match="so anyone could read them"):
        port.serve(Things(), metrics=port.metrics())


@pytest.mark.parametrize(
    "path", ["metrics", "", "/", "/a//b", "/metrics/", "/{metrics}", "/metrics?all", "/mé", "/%41"]
)
def test_a_path_that_does_not_mean_itself_is_refused(port: Port[Any], metrics: Metrics, path: str) -> None:
    assert is_plain("/internal/metrics-1_a.txt")
    with pytest.raises(ValueError, match="metrics_path is a path such as /metrics"):
        port.serve(InMemoryDesk(), trust="open", metrics=metrics, metrics_path=path)


# -- bounds and faults ------------------------------------------------------------------------------------------------


async def test_scrapes_are_answered_one_after_the_other_and_a_few_wait(
    service: Service, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()
    inside, most = 0, 0

    def slowly(accept: str) -> Exposition:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        assert may_end.wait(20)
        inside -= 1
        return Exposition(TEXT, b"")

    monkeypatch.setattr(metrics, "exposition", slowly)
    waiting = [asyncio.create_task(ask(service, "GET", "/metrics", BEARER)) for _ in range(MOST_SCRAPES)]
    await asyncio.sleep(0)
    refused = await ask(service, "GET", "/metrics", BEARER)
    assert refused.refusal == (503, "service_unavailable", "Too many scrapes are under way.")
    may_end.set()
    assert [(await one).status for one in waiting] == [200] * MOST_SCRAPES
    assert most == 1
    assert (await ask(service, "GET", "/metrics", BEARER)).status == 200


@pytest.mark.parametrize(
    ("error", "code"), [(TimeoutError("locked"), "service_unavailable"), (RuntimeError("a fault"), "internal_error")]
)
async def test_a_scrape_that_fails_is_a_problem_like_any_other(
    service: Service, metrics: Metrics, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def failing(accept: str) -> Exposition:
        raise error

    monkeypatch.setattr(metrics, "exposition", failing)
    answered = await ask(service, "GET", "/metrics", BEARER, CALLER)
    assert answered.problem["code"] == code
    assert "fault" not in answered.body.decode()


async def test_a_verifier_sees_who_asks(port: Port[Any], metrics: Metrics) -> None:
    seen: list[Incoming] = []

    class Looking:
        def is_addressed(self, incoming: Incoming) -> bool:
            return True

        async def verify(self, incoming: Incoming) -> Principal:
            seen.append(incoming)
            return Principal("prometheus", may_act_for_users=False)

        def described(self) -> list[str]:
            return []

    service = port.serve(InMemoryDesk(), verifier=Looking(), metrics=metrics)
    assert (await ask(service, "GET", "/metrics?a=b", client=("192.0.2.1", 1))).status == 200
    [incoming] = seen
    assert (incoming.method, incoming.target, incoming.peer) == ("GET", "/metrics?a=b", "192.0.2.1")
    assert await incoming.body() == b""
