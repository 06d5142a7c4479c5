"""What a service of another version lacks."""

from __future__ import annotations

from switchover.errors.calls import TransportError


class OperationMissing(TransportError):
    """The service does not have this operation: an older or a newer version of it answers, or a gateway that knows no such path.

    Attributes:
        answered: the HTTP status of the answer: 404, 405 or 501.
        is_proven: whether the service itself said so (`Port.serve`, which then ran nothing). The bare 404 of a gateway proves nothing.
    """

    code = "operation_missing"

    def __init__(
        self, detail: str = "", *, answered: int = 0, is_proven: bool = False, trace_id: str | None = None
    ) -> None:
        super().__init__(detail, trace_id=trace_id)
        self.answered = answered
        self.is_proven = is_proven
