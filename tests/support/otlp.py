"""A receiver of OTLP over HTTP with protobuf, on loopback: what a collector would get."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from support.loopback import Asked, Loopback, Told, loopback

MEDIA_TYPE = "application/x-protobuf"


@dataclass(frozen=True)
class Received:
    """A span as it came over the wire.

    Attributes:
        service: `service.name` of whoever sent it.
        trace, span, parent: as hex digits; "" for no parent.
        kind, status: as OTLP calls them.
    """

    service: str
    name: str
    trace: str
    span: str
    parent: str
    kind: str
    status: str
    attributes: dict[str, str | int]


class Receiver:
    """What arrives at `endpoint`, once it has."""

    def __init__(self, server: Loopback) -> None:
        self.endpoint = f"{server.url}/v1/traces"
        self._asked = server.asked

    @property
    def spans(self) -> list[Received]:
        """All that have arrived."""
        return [span for asked in list(self._asked) for span in _spans(asked)]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver, for as long as a test needs it."""
    accepted = Told(200, ExportTraceServiceResponse().SerializeToString(), {"content-type": MEDIA_TYPE})
    with loopback(lambda asked: accepted) as server:
        yield Receiver(server)


def _spans(asked: Asked) -> Iterator[Received]:
    assert (asked.method, asked.target, asked.headers["content-type"]) == ("POST", "/v1/traces", MEDIA_TYPE)
    body = gzip.decompress(asked.body) if asked.headers.get("content-encoding") == "gzip" else asked.body
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _values(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Received(
                    str(service),
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.SpanKind.Name(span.kind),
                    span.status.StatusCode.Name(span.status.code),
                    _values(span.attributes),
                )


def _values(attributes: object) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for pair in attributes:  # type: ignore[attr-defined]
        found[pair.key] = getattr(pair.value, pair.value.WhichOneof("value"))
    return found
