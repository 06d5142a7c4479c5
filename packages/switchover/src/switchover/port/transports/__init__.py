"""Ways for a request to reach a service. All of them look the same to the port: `Transport`, or `BlockingTransport`."""

from switchover.port.transports.asgi import AsgiTransport
from switchover.port.transports.base import BlockingTransport, Timeouts, Transport

__all__ = ["AsgiTransport", "BlockingTransport", "Timeouts", "Transport"]
