"""How a call fails: every failure has a stable code, and is the same under every wiring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from switchover.errors.fields import InvalidField
from switchover.errors.listings import SwitchoverError


class CallError(SwitchoverError):
    """One call failed.

    Attributes:
        code: stable name of the failure (RFC 9457 extension member `code`).
        status: HTTP status that carries it, 0 where no answer was received.
        detail: for people; may change.
        trace_id: 32 hex digits that find the call in every log, or None.
        idempotency_key: what the write was sent under, or None; whoever repeats it under this key has it once
            (`calling(idempotency_key=error.idempotency_key)`).
        operation: what was called through a port and ended so (`switchover.contract.Operation`); None until a port is left by it, and
            in copies.
    """

    __slots__ = ("operation",)
    code: ClassVar[str] = "call_failed"
    status: ClassVar[int] = 0

    def __init__(self, detail: str = "", *, trace_id: str | None = None) -> None:
        self.operation: object = None
        self.detail = detail
        self.trace_id = trace_id
        self.idempotency_key: str | None = None
        super().__init__(detail)

    def __str__(self) -> str:
        trace = f" [trace {self.trace_id}]" if self.trace_id else ""
        return f"{self.code}: {self.detail}{trace}" if self.detail else f"{self.code}{trace}"


class MalformedRequest(CallError):
    """400: the request cannot be read at all."""

    code = "malformed_request"
    status = 400


class Refused(CallError):
    """The calling service may not come in. `reason`: why, a short stable word for counters and logs; never sent, as it would help guessing."""

    def __init__(self, detail: str = "", *, reason: str = "unspecified", trace_id: str | None = None) -> None:
        super().__init__(detail, trace_id=trace_id)
        self.reason = reason


class Unauthenticated(Refused):
    """401: the calling service did not prove who it is (RFC 9110, section 15.5.2).

    Attributes:
        challenge: the value of `WWW-Authenticate` (RFC 6750, section 3).
    """

    code = "unauthenticated"
    status = 401

    def __init__(
        self, detail: str = "", *, reason: str = "unspecified", challenge: str = "Bearer", trace_id: str | None = None
    ) -> None:
        super().__init__(detail, reason=reason, trace_id=trace_id)
        self.challenge = challenge


class Forbidden(Refused):
    """403: the calling service is known and may not do this."""

    code = "forbidden"
    status = 403


class NotFound(CallError):
    """404: the address is unknown. What `Port.http` gets for an operation that a service does not have is an OperationMissing."""

    code = "not_found"
    status = 404


class MethodNotAllowed(CallError):
    """405: there are operations at this address, none with this method."""

    code = "method_not_allowed"
    status = 405

    def __init__(self, detail: str = "", *, allow: Sequence[str] = (), trace_id: str | None = None) -> None:
        super().__init__(detail, trace_id=trace_id)
        self.allow = tuple(allow)


class NotAcceptable(CallError):
    """406: the answer exists in none of the media types that `Accept` names."""

    code = "not_acceptable"
    status = 406


class RequestTimeout(CallError):
    """408: the request did not arrive in time. Nothing was done."""

    code = "request_timeout"
    status = 408


class PayloadTooLarge(CallError):
    """413: the body is larger, or nested deeper, than the service reads."""

    code = "payload_too_large"
    status = 413


class UnsupportedMediaType(CallError):
    """415: media type, charset or content coding of the body is none that is taken. `codings`: those that are, if that was it."""

    code = "unsupported_media_type"
    status = 415

    def __init__(self, detail: str = "", *, codings: Sequence[str] = (), trace_id: str | None = None) -> None:
        super().__init__(detail, trace_id=trace_id)
        self.codings = tuple(codings)


class InvalidRequest(CallError):
    """422, or 400 as the contract says: parameters or body break it. `errors` says where and how; values are never repeated."""

    code = "invalid_request"
    status = 422

    def __init__(
        self, detail: str = "", *, errors: Sequence[InvalidField] = (), status: int = 422, trace_id: str | None = None
    ) -> None:
        self.errors = tuple(errors)
        if status != self.status:
            self.status = status  # type: ignore[misc]  # of the class as a rule, of the instance here
        super().__init__(detail or "The request breaks the contract.", trace_id=trace_id)

    def __str__(self) -> str:
        listed = "; ".join(str(error) for error in self.errors)
        return f"{super().__str__()} {listed}" if listed else super().__str__()


class HeadersTooLarge(CallError):
    """431: the head of the request is larger than the service reads."""

    code = "headers_too_large"
    status = 431


class InternalError(CallError):
    """500: the service failed; the trace id finds out why."""

    code = "internal_error"
    status = 500


class ServiceUnavailable(CallError):
    """503: the service cannot answer now and did nothing. `retry_after`: seconds, if it said so."""

    code = "service_unavailable"
    status = 503

    def __init__(self, detail: str = "", *, retry_after: int | None = None, trace_id: str | None = None) -> None:
        super().__init__(detail, trace_id=trace_id)
        self.retry_after = retry_after


class Problem(CallError):
    """A documented failure that no class of the team's stands for: code, status and what else it says.

    Without codes in the contract it is `http_404`.

    Attributes:
        members: what the failure says besides; all members of one that is no problem details.
        body: of one that is no JSON object: a list, say, or a text.
        problem_type: None stands for the documented `type`, or `about:blank`.
    """

    def __init__(
        self,
        code: str,
        status: int,
        detail: str = "",
        *,
        members: Mapping[str, Any] | None = None,
        body: Any = None,
        problem_type: str | None = None,
        trace_id: str | None = None,
    ) -> None:
        self.problem_type = problem_type
        self.code = code  # type: ignore[misc]  # of the class everywhere else, of the instance here
        self.status = status  # type: ignore[misc]
        self.members = dict(members or {})
        self.body = body
        super().__init__(detail, trace_id=trace_id)
        self.args = (code, status, detail)  # what a copy is made with


class TransportError(CallError):
    """There is no answer to go by."""

    code = "transport_failed"


class ServiceUnreachable(TransportError):
    """No connection came about, so nothing was done."""

    code = "service_unreachable"


class CredentialUnavailable(TransportError):
    """This service has nothing to prove itself with, and cannot get it now: nothing was sent."""

    code = "credential_unavailable"


class ConnectionLost(TransportError):
    """The connection broke before the answer was complete, or a gateway gave up: it is unknown whether anything was done."""

    code = "connection_lost"


class CallTimeout(TransportError):
    """No answer within `seconds` of `phase` (`connect`, `read`, `total`; `service`: the service itself gave up; of a probe, what went on):
    it is unknown whether anything was done.
    """

    code = "call_timeout"

    def __init__(
        self, detail: str = "", *, phase: str = "total", seconds: float = 0.0, trace_id: str | None = None
    ) -> None:
        super().__init__(detail or f"No answer within {seconds:g} s ({phase}).", trace_id=trace_id)
        self.phase = phase
        self.seconds = seconds


class UnexpectedAnswer(TransportError):
    """The answer breaks the contract: `answered` is its HTTP status."""

    code = "unexpected_answer"

    def __init__(self, detail: str = "", *, answered: int = 0, trace_id: str | None = None) -> None:
        super().__init__(detail, trace_id=trace_id)
        self.answered = answered


class UnknownValue(CallError):
    """The service answered, and its answer has values that this version of the contract does not list: a newer version wrote them.

    Nothing else is wrong with the answer, so the service has not failed. A write was carried out: read what it changed, do not
    send it again. Safe calls are answered in this process where a rollout allows that.

    Attributes:
        answered: HTTP status of the answer.
        errors: where the values stand (`answer#/items/2/status`), and what they are unless they are personal.
    """

    code = "unknown_value"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[InvalidField] = (),
        answered: int = 0,
        trace_id: str | None = None,
    ) -> None:
        super().__init__(detail, trace_id=trace_id)
        self.errors = tuple(errors)
        self.answered = answered


WIRE_ERRORS: tuple[type[CallError], ...] = (
    MalformedRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    RequestTimeout,
    PayloadTooLarge,
    UnsupportedMediaType,
    InvalidRequest,
    HeadersTooLarge,
    InternalError,
    ServiceUnavailable,
)
"""The failures that the kit itself answers over HTTP; a contract may document them, and needs no class for them."""
