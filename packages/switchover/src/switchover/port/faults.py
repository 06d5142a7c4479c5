"""The failure that an answer stands for: the service's own, or a sign that the service did not answer.

Only two kinds of answers are the service's own: a failure that the contract documents, and problem details (RFC 9457). A page of HTML, an empty
body, a framework's default: these come from a gateway, a crash, or a version of the service that does not know the operation.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from switchover.contract import Media
from switchover.contract.media import essence, media_of
from switchover.errors import (
    CallTimeout,
    ConnectionLost,
    InternalError,
    MethodNotAllowed,
    NotFound,
    OperationMissing,
    ServiceUnavailable,
    UnexpectedAnswer,
)
from switchover.port.errorform import UnusableError
from switchover.port.failurebodies import read_body
from switchover.port.failures import Entry
from switchover.port.plan import Plan
from switchover.port.problems import PROBLEM_JSON, is_wire_code, read_problem, read_wire_error, text_of
from switchover.port.tolerance import AnswerReading
from switchover.port.wire import WireResponse
from switchover.telemetry import TraceContext
from switchover.versions import CONTRACT_HEADER

_GATEWAY: Final = (502, 504)
"""What a gateway answers for a service that it got no answer from."""

_LACKING: Final = (404, 405, 501)
"""What is answered for an operation that the service does not have."""

_NO_ROUTE: Final = (OperationMissing.code, NotFound.code, MethodNotAllowed.code)
"""The codes of `Port.serve` for an address without an operation, those of earlier releases included."""

_FAILED: Final = (InternalError.code, ServiceUnavailable.code)


class FaultReader:
    """The failures of one operation, on the calling side."""

    __slots__ = ("_documented_codes", "_failures", "_operation", "_reading")

    def __init__(self, plan: Plan, reading: AnswerReading) -> None:
        self._reading = reading
        self._operation = plan.operation.id
        self._failures = plan.failures
        self._documented_codes = {failure.code for failure in plan.operation.failures if failure.is_coded}

    def read(self, response: WireResponse, trace: TraceContext) -> Exception:
        """The exception that an answer stands for, which is not a documented success."""
        content = read_body(response)
        body = content if isinstance(content, dict) else {}
        code = text_of(body, "code")
        if not self._is_kits_own(response.status, code):
            found = self._documented(response, content, code)
            if found is not None:
                found.add_note(f"trace {trace.trace_id}")
                return found
        return self._undocumented(response, body, code)

    def headers_of(self, response: WireResponse) -> Collection[str]:
        """Return the headers that the documented failure of an answer declares."""
        return self._failures.headers_of(response.status, read_problem(response.body))

    def _is_kits_own(self, status: int, code: str) -> bool:
        """Whether a code means the kit's failure of that name, though the contract documents the status without any code."""
        if code in self._documented_codes:
            return False
        return code in _FAILED or (code == OperationMissing.code and status in _LACKING)

    def _documented(self, response: WireResponse, body: Any, code: str) -> Exception | None:
        entry = self._failures.covering(response.status, code or None)
        if entry is not None and not _is_of_type(response, entry):
            return None
        try:
            headers = dict(reversed(response.headers))
            return self._failures.read(response.status, body, self._reading, headers)
        except UnusableError as error:
            is_about_code = entry is not None and entry.failure.is_coded
            if response.status in _GATEWAY or is_wire_code(code) or (response.status in _LACKING and not is_about_code):
                return None
            return _unexpected(f"The failure breaks the contract: {error}.", response)

    def _undocumented(self, response: WireResponse, body: dict[str, Any], code: str) -> Exception:
        status = response.status
        if status == 504 and code == CallTimeout.code:
            return CallTimeout("The service cut the call off: its time was over.", phase="service")
        if status in _LACKING and code not in self._documented_codes and (not code or code in _NO_ROUTE):
            return self._missing(response, code)
        if status in _GATEWAY:
            # It may have given up on a service that went on.
            return ConnectionLost(f"A gateway answered {status} for the service.")
        if status >= 400 and not _is_own(response, code):
            return _unexpected("The answer has no problem details: it is not the service's own.", response)
        told = {**body, "detail": self._failures.text_of_kits_own(status, body)}
        known = read_wire_error(status, told, dict(response.headers))
        if known is not None:
            return known
        if status >= 500:
            return InternalError(f"The service answered {status}.")
        return _unexpected("The contract does not document this answer.", response)

    def _missing(self, response: WireResponse, code: str) -> OperationMissing:
        return OperationMissing(
            f"The service does not have the operation {self._operation}. (status {response.status})",
            answered=response.status,
            is_proven=_is_proven(response, code),
        )


def _is_proven(response: WireResponse, code: str) -> bool:
    """Whether the routes of `Port.serve` gave this answer: then no backend has run."""
    if code == OperationMissing.code:
        return True
    return code == MethodNotAllowed.code and response.header(CONTRACT_HEADER) is not None


def _is_own(response: WireResponse, code: str) -> bool:
    """Whether an answer speaks for the service: problem details, or a header that gives its status a meaning of its own."""
    if code or essence(response.header("content-type") or "") == PROBLEM_JSON:
        return True
    return response.status == 503 or (response.status == 401 and response.header("www-authenticate") is not None)


def _is_of_type(response: WireResponse, entry: Entry) -> bool:
    """Whether the body has a media type that the contract documents. A code says enough; a status alone may be a gateway's."""
    failure = entry.failure
    if failure.is_coded:
        return True
    declared = response.header("content-type") or ""
    content = failure.node.get("content")
    documented = {essence(name) for name, _ in content.entries()} if content is not None else set()
    if (failure.status is None or failure.is_range) and response.status >= 500:
        # `default` and `5XX` cover what gateways answer as well, empty or in a JSON of their own.
        return bool(response.body) and bool(
            documented & {essence(declared), "*/*"} or essence(declared) == PROBLEM_JSON
        )
    return not response.body or media_of(declared) is Media.JSON or essence(declared) in documented


def _unexpected(detail: str, response: WireResponse) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"{detail} (status {response.status})", answered=response.status)
