"""How an operation refuses a request: 400 where it is malformed, 422 where it can be read and breaks the contract.

Malformed is what does not parse: a parameter that is not of its type or format, or is missing; a body that is missing or not JSON.
Everything else can be read and breaks the contract: a value out of bounds, or JSON of another form (RFC 9110, sections 15.5.1 and
15.5.21). A contract that documents only one of the two statuses gets that one for both, and a contract that documents one code
for 400 gets that code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from switchover.contract import Operation
from switchover.errors import CallError, InvalidField, InvalidRequest, MalformedRequest


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way to refuse a request: the class of the failure and its status."""

    cls: type[MalformedRequest | InvalidRequest]
    status: int

    def of(self, errors: Sequence[InvalidField], detail: str = "") -> CallError:
        """The failure for what is wrong with a request; `detail` says it in one sentence, where there is one."""
        if self.cls is InvalidRequest:
            return InvalidRequest(errors=errors, status=self.status)
        listed = "; ".join(map(str, errors))
        return MalformedRequest(detail or f"The request cannot be read: {listed}")


@dataclass(frozen=True, slots=True)
class Refusals:
    """How an operation refuses requests.

    Attributes:
        unreadable: one that cannot be read as a whole: its body is not JSON, its query is not percent-encoded.
        malformed: one with parts that do not parse as their types, or are missing.
        invalid: one that can be read, and breaks the contract.
    """

    unreadable: Refusal
    malformed: Refusal
    invalid: Refusal


def refusals_of(operation: Operation) -> Refusals:
    """How an operation refuses requests, by what it documents."""
    on_400, on_422 = _codes(operation, 400), _codes(operation, 422)
    malformed = 422 if on_400 is None and on_422 is not None else 400
    invalid = 400 if on_422 is None and on_400 is not None else 422
    knows_malformed, knows_invalid = (code in (on_400 or ()) for code in (MalformedRequest.code, InvalidRequest.code))
    whole = InvalidRequest if malformed == 422 or (knows_invalid and not knows_malformed) else MalformedRequest
    in_part = MalformedRequest if knows_malformed and not knows_invalid else InvalidRequest
    return Refusals(
        Refusal(whole, malformed),
        Refusal(in_part if malformed == 400 else InvalidRequest, malformed),
        Refusal(in_part if invalid == 400 else InvalidRequest, invalid),
    )


def status_of(operation: Operation, error: CallError) -> int:
    """The status that a failure has in an operation: an InvalidRequest of its backend has the one that documents its code."""
    if isinstance(error, InvalidRequest) and error.code not in (_codes(operation, error.status) or ()):
        documented = [status for status in (422, 400) if error.code in (_codes(operation, status) or ())]
        return documented[0] if documented else error.status
    return error.status


def _codes(operation: Operation, status: int) -> frozenset[str] | None:
    """The codes that an operation documents for a status; None where it does not document the status."""
    found = [failure for failure in operation.failures if failure.status is not None and failure.covers(status)]
    return frozenset(failure.code for failure in found if failure.is_coded) if found else None
