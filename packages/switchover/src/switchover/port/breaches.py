"""What is said of a call that would go differently over HTTP, however closely it is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from switchover.contract import Media
from switchover.errors import WIRE_ERRORS, CallError, InvalidField, InvalidRequest, PayloadTooLarge
from switchover.parity import Breach, differences
from switchover.port.errorform import class_texts
from switchover.port.limits import Limits, check_depth, check_size
from switchover.port.passing import is_of_another_call
from switchover.port.plan import Plan
from switchover.port.telling import told
from switchover.port.transports.base import MAX_ANSWER_BYTES
from switchover.port.values import UnusableValue
from switchover.port.wire import WireRequest


def check_limits(plan: Plan, request: WireRequest, limits: Limits) -> None:
    """Refuse a request as the serving side would before it understands it.

    Raises:
        PayloadTooLarge: the body is too large, or nested too deep.
    """
    if request.body is not None and plan.requests.body is not None:
        check_size(request.body, limits.body_bytes, limits.larger)
        if plan.requests.body.media is Media.JSON:
            check_depth(request.body, limits.json_depth)


def breach(plan: Plan, where: str, path: str, what: str, consequence: str, remedy: str = "") -> Breach:
    """What is wrong with a part of a call, at a JSON Pointer in it. Names that are personal are not told."""
    shown = told(plan, where, path)
    return Breach(plan.operation.id, f"{where}#{shown}" if shown else where, what, consequence, remedy)


def refusals(plan: Plan, error: CallError) -> list[Breach]:
    """What keeps the arguments of a call from being taken."""
    found = error.errors if isinstance(error, InvalidRequest) else ()
    where = "body" if isinstance(error, PayloadTooLarge) else "arguments"
    fields = found or (InvalidField(where, error.detail),)
    consequence = f"the caller gets {type(error).__name__}"
    return [Breach(plan.operation.id, field.where, field.detail, consequence) for field in fields]


def unusable(plan: Plan, error: UnusableValue, consequence: str) -> list[Breach]:
    """What keeps a value from crossing."""
    return [Breach(plan.operation.id, item.where, item.detail, consequence) for item in error.errors]


def undocumented(plan: Plan, error: Exception) -> str:
    """Why an exception is none that a backend may end this call with."""
    name = type(error).__name__
    if is_of_another_call(plan.operation, error):
        return f"{name} is of a call to somebody else"
    return (
        f"{name} is for a service to say, not for its backend"
        if isinstance(error, WIRE_ERRORS)
        else f"{name} is not documented"
    )


def remedy_for(error: Exception) -> str:
    """How to make an exception pass that is documented and would arrive changed."""
    name = type(error).__name__
    return (
        f"HTTP makes {name} again from its text and the arguments of its __init__: take what it carries as arguments, "
        "keep each under its own name, and pass the text to super().__init__()"
    )


def remedy_for_undocumented(error: Exception) -> str:
    """How to make an exception pass that no failure of the contract stands for."""
    if isinstance(error, CallError):
        return "raise an exception of your own that the contract documents"
    return f"document {type(error).__name__} as a failure of the operation, or raise an exception that is documented"


def differences_of_errors(error: Exception, got: Exception) -> Iterator[tuple[str, str]]:
    """Where two exceptions of one class differ: in what they were made with, what they hold, what they read as."""
    reads_alike = str(error) == str(got)
    if not (reads_alike and _is_text_alone(error) and _is_text_alone(got)):
        yield from differences(error.args, got.args, "/args")
    yield from differences(_attributes(error), _attributes(got))
    if not isinstance(error, CallError) and not reads_alike:  # the kit's own name the trace, which is another
        yield "", "would read otherwise"


def _is_text_alone(error: Exception) -> bool:
    """Whether an exception was made with nothing, or with the text that it reads as or that its class has."""
    texts = (str(error), *class_texts(type(error)).values())
    return not error.args or (len(error.args) == 1 and error.args[0] in texts)


def _attributes(error: Exception) -> dict[str, Any]:
    """What an exception carries, without the notes that others attach to it, and without the trace, which is the call's own.

    A text of the class counts as one of its own.
    """
    of_the_call = "trace_id" if isinstance(error, CallError) else ""
    own = {name: value for name, value in vars(error).items() if not name.startswith("__") and name != of_the_call}
    return class_texts(type(error)) | own


def oversize(data: bytes) -> str | None:
    """Why an answer would not be read, as far as its size goes."""
    return f"is larger than {MAX_ANSWER_BYTES} bytes" if len(data) > MAX_ANSWER_BYTES else None
