"""A backend over HTTP: Litestar routes made from the plans of a port."""

from switchover.port.serve.app import Limits, Service, serve

__all__ = ["Limits", "Service", "serve"]
