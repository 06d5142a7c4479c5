"""What a probe found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a probe failed.

    Attributes:
        phase: what went on: `dns`, `connect`, `tls`, `first_byte`, `body`; `answer` where a whole answer is not as it should be.
        code: of the kit's errors (`call_timeout`, …), or of the failure that the contract documents.
        detail: for people.
    """

    phase: str
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.phase.replace('_', ' ')}, {self.code}: {self.detail}"


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """One probe of one target.

    Attributes:
        at: when it began, in UTC.
        url: what was asked, without its query.
        operation: id in the contract, or None.
        address: IP address that answered, or None.
        status: HTTP status, or None without an answer.
        conforms: is the answer as the contract documents it? None where there is no answer or no contract.
        seconds: what each phase of `PHASES` took that came to its end; `total` is always there.
        trace_id: 32 hex digits, sent as `traceparent`, that find the request in the service's own logs.
        fault: why it failed, or None.
    """

    at: datetime
    region: str
    url: str
    operation: str | None
    address: str | None
    status: int | None
    conforms: bool | None
    seconds: Mapping[str, float]
    trace_id: str
    fault: Fault | None

    @property
    def is_ok(self) -> bool:
        """Answered with success, as documented, in time?"""
        return self.fault is None
