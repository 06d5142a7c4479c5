"""A log line for requests that reach no operation: no call is recorded for them, and their answers tell a trace id all the same."""

from __future__ import annotations

import logging
from typing import Any, Final

from switchover.telemetry import TraceContext

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})

_log: Final = logging.getLogger("switchover.serve")


def log_unreached(scope: Any, status: int, trace: TraceContext, what: str = "no operation reached") -> None:
    """Write method, status and trace. Addresses may be personal and are left out, as are methods that a client made up."""
    method = scope["method"] if scope["method"] in _METHODS else "other"
    told = {"trace_id": trace.trace_id, "span_id": trace.span_id, "method": method, "status": status}
    _log.info("%s: %s answered %d [trace %s]", what, method, status, trace.trace_id, extra=told)
