"""Probes targets, from wherever it runs."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from switchover.errors import CallTimeout, TransportError, UnexpectedAnswer
from switchover.port.wire import WireResponse
from switchover.probe.certificates import trust_of
from switchover.probe.outcome import Fault, ProbeOutcome
from switchover.probe.resolving import Resolve, resolver
from switchover.probe.stopwatch import Clock, Stopwatch
from switchover.probe.target import ProbeTarget
from switchover.probe.visit import Approach, visit
from switchover.telemetry import TraceContext
from switchover.telemetry import start as start_trace

_LONGEST_REGION: Final = 64


@dataclass(frozen=True, slots=True)
class _Answered:
    """What came back, as far as it did."""

    response: WireResponse | None = None
    address: str | None = None
    fault: Fault | None = None
    conforms: bool | None = None


class Prober:
    """Asks a target over a connection of its own, follows nothing, and says how it went. A probe never raises for what the other side does.

    Args:
        region: where this runs, as reports call it: 1 to 64 visible characters.
        timeout: seconds for one probe, all phases together.
        trust: whom TLS trusts; `trust_of()` if nothing else is said.
        token: a bearer token (RFC 6750, section 2.1). Every target gets it.
        family: `socket.AF_INET` or `AF_INET6` for one kind of addresses alone.
        resolve: another way from names to addresses.
        clock, now: the time, for measuring and for telling.

    Raises:
        ValueError: a region, time or token that is none.
    """

    def __init__(
        self,
        region: str,
        *,
        timeout: float = 10.0,
        trust: ssl.SSLContext | None = None,
        token: str | None = None,
        family: int = socket.AF_UNSPEC,
        resolve: Resolve | None = None,
        clock: Clock = time.perf_counter,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not region.strip() or not region.isprintable() or len(region) > _LONGEST_REGION:
            raise ValueError(f"a region has 1 to {_LONGEST_REGION} visible characters")
        if not timeout > 0:
            raise ValueError(f"a timeout is more than 0 seconds, not {timeout!r}")
        if token is not None and (not token.isascii() or not token.isprintable() or not token or " " in token):
            raise ValueError("a bearer token is visible ASCII without spaces")
        self.region = region
        self._timeout = timeout
        self._approach = Approach(resolve or resolver(), family, trust or trust_of())
        self._credentials = [("authorization", f"Bearer {token}")] if token is not None else []
        self._clock = clock
        self._now = now

    async def probe(self, target: ProbeTarget) -> ProbeOutcome:
        """Ask once."""
        at, trace, watch = self._now(), start_trace(), Stopwatch(self._clock)
        answered = await self._answered(target, trace, watch)
        watch.stop()
        response = answered.response
        return ProbeOutcome(
            at=at,
            region=self.region,
            url=target.url,
            operation=target.expectation.operation.id if target.expectation is not None else None,
            address=answered.address,
            status=response.status if response is not None else None,
            conforms=answered.conforms,
            seconds=watch.seconds,
            trace_id=trace.trace_id,
            fault=answered.fault,
        )

    async def _answered(self, target: ProbeTarget, trace: TraceContext, watch: Stopwatch) -> _Answered:
        headers = self._headers(target, trace)
        try:
            async with asyncio.timeout(self._timeout):
                response, address = await visit(self._approach, target.address, target.method, headers, watch)
        except TimeoutError:
            error: TransportError = CallTimeout(phase=watch.phase.replace("_", " "), seconds=self._timeout)
        except TransportError as refusal:
            error = refusal
        else:
            return _judged(target, response, address)
        return _Answered(fault=Fault(watch.phase, error.code, error.detail))

    def _headers(self, target: ProbeTarget, trace: TraceContext) -> list[tuple[str, str]]:
        return [
            ("host", target.address.authority),
            ("user-agent", "switchover-probe"),
            ("accept", target.expectation.accept if target.expectation is not None else "*/*"),
            ("accept-encoding", "identity"),
            ("connection", "close"),
            ("traceparent", trace.header),
            *self._credentials,
        ]

    def __repr__(self) -> str:
        return f"Prober({self.region!r})"


def _judged(target: ProbeTarget, response: WireResponse, address: str) -> _Answered:
    expectation, status = target.expectation, response.status
    breach = expectation.breach(response) if expectation is not None else None
    fault: Fault | None = None
    if 300 <= status < 400:
        fault = Fault("answer", UnexpectedAnswer.code, f"Status {status} redirects, and redirects are not followed.")
    elif breach is not None:
        fault = Fault("answer", UnexpectedAnswer.code, breach)
    elif not 200 <= status < 300:
        code = expectation.code(response) if expectation is not None else f"http_{status}"
        fault = Fault("answer", code, f"The service answered {status}.")
    return _Answered(response, address, fault, breach is None if expectation is not None else None)
