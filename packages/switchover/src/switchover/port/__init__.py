"""The same interface anywhere: bind once, then direct, over HTTP, or served."""

from switchover.port.contract import Contract, Port
from switchover.port.tolerance import AnswerReading
from switchover.port.transports.base import BlockingTransport, Timeouts, Transport

__all__ = ["AnswerReading", "BlockingTransport", "Contract", "Port", "Timeouts", "Transport"]
