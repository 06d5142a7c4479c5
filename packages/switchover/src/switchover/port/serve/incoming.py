"""What the headers and the address of a request say, before any operation looks at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import quote

from switchover import context
from switchover.errors import InvalidField, MalformedRequest, Refused
from switchover.port.plan import Plan
from switchover.port.wire import joined
from switchover.telemetry import TraceContext
from switchover.telemetry import parse as parse_trace
from switchover.telemetry import start as start_trace
from switchover.trust import CALLER_HEADER

Headers = dict[bytes, bytes]

_ONCE: Final = frozenset(
    {b"authorization", CALLER_HEADER.encode(), b"content-length", b"content-type", b"idempotency-key", b"host"}
)
"""Headers that decide something, and therefore may not be there twice."""


_CREDENTIALS: Final = frozenset({b"authorization", CALLER_HEADER.encode()})
"""Those of them that say who calls."""


class RepeatedCredential(MalformedRequest, Refused):
    """Who calls is said more than once (RFC 6750, section 3.1): 400, and counted like every caller that is not let in."""


def parent_of(raw: Sequence[tuple[bytes, bytes]], headers: Headers) -> TraceContext | None:
    """The position that the request names.

    A `traceparent` that is there more than once names none; several `tracestate` are one (W3C Trace Context, level 2, section 3.3.1).

    Arguments:
        raw: all headers, in order.
        headers: the same as a dict, in which the last of a name stands for all of them.
    """
    header = headers.get(b"traceparent")
    if header is None or (len(headers) != len(raw) and len(_values(raw, b"traceparent")) > 1):
        return None
    states = _values(raw, b"tracestate") if b"tracestate" in headers else ()
    return parse_trace(header.decode("latin-1"), states)


def trace_of(raw: Sequence[tuple[bytes, bytes]], headers: Headers) -> TraceContext:
    """A position below the one that the request names, or the first of a new trace; see `parent_of`."""
    parent = parent_of(raw, headers)
    return parent.child() if parent is not None else start_trace()


def trace_of_scope(scope: Any) -> TraceContext:
    """Like `trace_of`, of an ASGI scope."""
    raw = scope["headers"]
    return trace_of(raw, dict(raw))


def _values(raw: Sequence[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in raw if name == wanted]


def without_repeats(raw: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Headers of which some are there more than once, joined (RFC 9110, section 5.3).

    Raises:
        MalformedRequest: one that may be there once.
    """
    found: Headers = {}
    for name, value in raw:
        if name in found and name in _ONCE:
            told = f"The header {name.decode()} is there more than once."
            raise RepeatedCredential(told, reason="repeated") if name in _CREDENTIALS else MalformedRequest(told)
        found[name] = joined(name, (found[name], value)) if name in found else value
    return found


def target_of(scope: Any) -> str:
    """Path and query as they were sent."""
    path: bytes = (scope.get("raw_path") or quote(scope["path"]).encode()).partition(b"?")[0]
    query: bytes = scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def segments_of(scope: Any, count: int) -> list[str]:
    """The last `count` raw segments of the path; whatever the service is mounted below stands before them.

    Empty ones do not count: a path may end in a slash.
    """
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    pieces = raw.partition(b"?")[0].decode("latin-1").split("/")
    if "" in pieces[1:]:
        pieces = [piece for piece in pieces if piece]
    return pieces[len(pieces) - count :]


def key_reader(plan: Plan) -> Callable[[Headers], str | None]:
    """What reads the idempotency key of a request (IETF draft `idempotency-key-header`, section 2); a read has none.

    It raises InvalidRequest where the key is malformed, or missing although the contract requires it; see `refusing`.
    """
    malformed = plan.requests.refusals.malformed
    is_required = any(
        parameter.place == "header" and parameter.name.lower() == "idempotency-key" and parameter.is_required
        for parameter in plan.operation.parameters
    )

    def read(headers: Headers) -> str | None:
        header = headers.get(b"idempotency-key")
        if header is None:
            if is_required:
                raise malformed.of([InvalidField("header.Idempotency-Key", "is required")])
            return None
        key = header.decode("latin-1")
        if not context.is_idempotency_key(key):
            what = "has to be 1 to 128 visible ASCII characters"
            raise malformed.of([InvalidField("header.Idempotency-Key", what)])
        return key

    return _keyless if plan.is_safe else read


def _keyless(_: Headers) -> None:
    """The key of a read."""
