"""Outcomes made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from switchover.probe import Fault, ProbeOutcome

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def outcome(**values: Any) -> ProbeOutcome:
    """A probe that went well, but for what is said."""
    given: dict[str, Any] = {
        "at": datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC),
        "region": "tokyo",
        "url": "https://diary.example/api/health",
        "operation": "getHealth",
        "address": "192.0.2.1",
        "status": 200,
        "conforms": True,
        "seconds": {"dns": 0.0012, "connect": 0.01, "tls": 0.02, "first_byte": 0.003, "total": 0.0351},
        "trace_id": TRACE,
        "fault": None,
    }
    return ProbeOutcome(**{**given, **values})


REFUSED = outcome(
    url="http://127.0.0.1:9/", operation=None, address=None, status=None, conforms=None, seconds={"dns": 0.0, "total": 0.5},
    fault=Fault("connect", "service_unreachable", "No connection: 127.0.0.1: Connection refused."),
)  # fmt: skip
