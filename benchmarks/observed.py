"""(6) Everything that LiveTrip tells of its calls, switched on: events, positions, spans, a line and numbers of each call. CPU time.

What is derived from events is made off the caller's path, on a thread of the recorder's. Of a call, both are measured apart; of a
service, that of the whole process is, the thread's work included.
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Final
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from benchmarks.apps import by_fastapi
from benchmarks.apps.by_switchover import TwoOperations, bound
from benchmarks.apps.model import AIKO, BACKEND
from benchmarks.in_process import GET, measure
from benchmarks.measure import Measure, Row, compare
from switchover import (
    AllowedService,
    CallLog,
    FixedKeys,
    OidcVerifier,
    OpenTelemetryTracing,
    Port,
    Pseudonyms,
    Recorder,
)

_BURSTS, _CALLS = 100, 500
_ISSUER: Final = "https://issuer.example"
_AUDIENCE: Final = "https://diary.example/api"
_PSEUDONYMS: Final = Pseudonyms({"k1": bytes(range(32))}, "k1")


class _Nowhere(io.TextIOBase):
    """What a line costs, without a file."""

    def write(self, text: str) -> int:
        return len(text)


class _Discarding(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS


async def run(rounds: int) -> list[Row]:
    """Measure the calls, then the service."""
    return [*await _direct(rounds), *await _service(rounds)]


def _observed(*, has_log: bool = True, has_metrics: bool = True, share: float = 0.01) -> Port[TwoOperations]:
    """A port with a share of its traces sampled; with a log and metrics, as in production."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(_Discarding(), max_queue_size=200_000))
    port = bound(Recorder(tracing=OpenTelemetryTracing(provider, share=share)))
    if has_log:
        CallLog("bench", stream=_Nowhere(), pseudonyms=_PSEUDONYMS).watch(port.recorder)
    if has_metrics:
        port.metrics()
    return port


def _watched() -> Port[TwoOperations]:
    """A port whose events are handed to somebody who does nothing."""
    port = _observed(has_log=False, has_metrics=False)
    port.recorder.subscribe(lambda _: None)
    return port


async def _direct(rounds: int) -> list[Row]:
    on_path = {
        "event, own position, 1 % of spans": _calling(_watched()),
        "everything on": _calling(_observed()),
        "everything on, no span sampled": _calling(_observed(share=0)),
    }
    rows = await compare(
        "telemetry of direct, complete (ns of CPU per call, of the caller)",
        {"bare await of the method": _calling(None), **on_path},
        unit="ns",
        rounds=rounds,
        bars={"everything on, no span sampled": "<= 8"},
    )
    off_path = {
        "handed on": _calling(_watched(), is_off_path=True),
        "a line": _calling(_observed(has_metrics=False), is_off_path=True),
        "numbers": _calling(_observed(has_log=False), is_off_path=True),
        "a line and numbers": _calling(_observed(), is_off_path=True),
    }
    group = "what becomes of an event (ns of CPU per call, off the caller's path)"
    return rows + await compare(group, off_path, unit="ns", rounds=rounds)


def _calling(port: Port[TwoOperations] | None, *, is_off_path: bool = False) -> Measure:
    live_trip: TwoOperations = BACKEND if port is None else port.direct(BACKEND)
    trip_id = uuid4()

    async def loop() -> float:
        spent = [0, 0]
        for _ in range(_BURSTS):
            started = time.thread_time_ns()
            for _ in range(_CALLS):
                await live_trip.get_trip(AIKO, trip_id)
            called = time.thread_time_ns()
            if port is not None:
                port.recorder.flush()
            spent[0] += called - started
            spent[1] += time.thread_time_ns() - called
        return spent[is_off_path] / _BURSTS / _CALLS

    return loop


async def _service(rounds: int) -> list[Row]:
    paths = cycle([f"/api/trips/{uuid4()}" for _ in range(5000)])
    verifier, token = _trust()
    proved = [*GET, (b"authorization", f"Bearer {token}".encode())]
    open_to_all, closed = _observed(), _observed()
    measures = {
        "Switchover, unobserved": measure(bound().serve(BACKEND, trust="open"), "GET", paths, GET),
        "Switchover, a token seen before": measure(bound().serve(BACKEND, verifier=verifier), "GET", paths, proved),
        "Switchover, log, metrics and 1 % of spans": measure(
            open_to_all.serve(BACKEND, trust="open"), "GET", paths, GET, open_to_all.recorder.flush
        ),
        "Switchover, all that and a token seen before": measure(
            closed.serve(BACKEND, verifier=verifier), "GET", paths, proved, closed.recorder.flush
        ),
        "FastAPI, unobserved": measure(by_fastapi.app, "GET", paths, GET),
    }
    bars = {"Switchover, log, metrics and 1 % of spans": "<= 1.30, and <= FastAPI"}
    group = "GET in process, observed and trusted (us of CPU per call)"
    return await compare(group, measures, unit="us", rounds=rounds, bars=bars)


def _trust() -> tuple[OidcVerifier, str]:
    private = rsa.generate_private_key(65537, 2048)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    keys = FixedKeys({"keys": [{**public, "kid": "key-1", "use": "sig", "alg": "RS256"}]})
    services = [AllowedService(name="web", sub="web", may_act_for_users=True)]
    verifier = OidcVerifier(_ISSUER, audience=_AUDIENCE, services=services, keys=keys)
    now = int(time.time())
    claims = {"iss": _ISSUER, "aud": _AUDIENCE, "sub": "web", "iat": now, "exp": now + 3600}
    return verifier, jwt.encode(claims, private, "RS256", {"kid": "key-1", "typ": "at+jwt"})
