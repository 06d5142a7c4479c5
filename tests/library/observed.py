"""The catalogue as a service process with a team's own SDK: `python -m library.observed --traces URL`, where OTLP is received."""

from __future__ import annotations

import argparse

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from library.catalogue import Catalogue
from library.port import CONTRACT
from switchover import Contract, OpenTelemetryTracing, Port, Recorder
from switchover.port.hosting import Address, run


def exporting(service: str, endpoint: str) -> TracerProvider:
    """An SDK as teams have it: batches, sent to a collector."""
    provider = TracerProvider(resource=Resource({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    return provider


def observed_port(provider: TracerProvider) -> Port[Catalogue]:
    """The catalogue, bound, with a span for each call."""
    recorder = Recorder(tracing=OpenTelemetryTracing(provider, share=1))
    return Contract.load(CONTRACT).bind(Catalogue, recorder=recorder)


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--traces", required=True)
    provider = exporting("catalogue", parser.parse_args().traces)
    service = observed_port(provider).serve(Catalogue(), trust="open")
    run(service, Address(port=0), on_ready=lambda taken: print(f"listening on {taken.url}", flush=True))
    provider.shutdown()


if __name__ == "__main__":
    main()
