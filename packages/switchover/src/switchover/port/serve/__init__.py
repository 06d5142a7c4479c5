"""A backend over HTTP: Litestar routes made from the plans of a port."""

from switchover.port.serve.app import Service, serve
from switchover.port.serve.body import Limits

__all__ = ["Limits", "Service", "serve"]
