"""Which failures of the kit's own may go from a backend to its caller as they are.

Most are words of the layer that serves: that no operation has this address, that a service did not prove itself. From a backend they
can only be what it met on a call of its own to somebody else, and would tell its caller something about a request that it never made.
"""

from __future__ import annotations

from switchover.contract import Operation
from switchover.errors import CallError, InvalidRequest, MalformedRequest, ServiceUnavailable


def is_of_another_call(operation: Operation, error: BaseException) -> bool:
    """Did a call of another operation end with this?"""
    return isinstance(error, CallError) and getattr(error, "operation", None) not in (None, operation)


def is_passed_on(operation: Operation, error: BaseException) -> bool:
    """May a backend end a call of `operation` with this failure of the kit's?

    It may say that it cannot answer now and did nothing; and, where the contract documents it, that this request breaks the
    contract in a way that no schema shows.
    """
    if is_of_another_call(operation, error):
        return False
    if isinstance(error, MalformedRequest | InvalidRequest):
        return any(failure.is_coded and failure.code == error.code for failure in operation.failures)
    return isinstance(error, ServiceUnavailable)
