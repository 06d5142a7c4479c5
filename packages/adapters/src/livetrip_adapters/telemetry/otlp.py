"""Spans on their way to a collector, where OpenTelemetry's own variables name one and its SDK is installed."""

from __future__ import annotations

import importlib.util
import logging
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from livetrip_adapters.telemetry.settings import TelemetrySettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from switchover import OpenTelemetryTracing

EXTRA: Final = "pip install 'livetrip-adapters[otlp]'"

_log = logging.getLogger("livetrip.telemetry")


def has_api() -> bool:
    """Is OpenTelemetry's API installed?"""
    return _is_there("opentelemetry", "opentelemetry.trace")


def has_exporter() -> bool:
    """Are the SDK and the exporter installed?"""
    return _is_there("opentelemetry", "opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def tracing(settings: TelemetrySettings, service: str, stack: ExitStack) -> OpenTelemetryTracing | None:
    """Spans for whichever SDK is set, or for the collector that is named; None where OpenTelemetry is not installed.

    Args:
        settings: the share, and the endpoint.
        service: `service.name` of the spans, unless OpenTelemetry's variables say another.
        stack: what is opened here sends what it holds, and is closed, with it.
    """
    if not has_api():
        return None
    from switchover import OpenTelemetryTracing  # noqa: PLC0415 - an extra, imported where it is used

    provider = _provider(service) if settings.otlp_endpoint is not None and _is_ours_to_send() else None
    if provider is not None:
        stack.callback(provider.shutdown)
    return OpenTelemetryTracing(provider, share=settings.trace_share)


def _is_ours_to_send() -> bool:
    """Whoever has set an SDK up for the process exports by it."""
    from opentelemetry.trace import ProxyTracerProvider, get_tracer_provider  # noqa: PLC0415

    if not isinstance(get_tracer_provider(), ProxyTracerProvider):
        return False
    if not has_exporter():
        _log.warning("no spans are exported: OpenTelemetry's SDK and exporter are not installed (%s)", EXTRA)
        return False
    return True


def _provider(service: str) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    is_named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    # `shutdown` is called here; the SDK's own hook at exit would wait for a collector a second time.
    provider = TracerProvider(
        resource=Resource.create({} if is_named else {"service.name": service}), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _is_there(*modules: str) -> bool:
    try:
        return all(importlib.util.find_spec(module) is not None for module in modules)
    except ModuleNotFoundError:  # a package on the way
        return False
