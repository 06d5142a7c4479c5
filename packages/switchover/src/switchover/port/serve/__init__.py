"""A backend over HTTP: Litestar routes made from the plans of a port."""

from switchover.port.limits import Limits
from switchover.port.serve.app import Service, serve

__all__ = ["Limits", "Service", "serve"]
