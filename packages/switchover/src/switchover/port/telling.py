"""Places in a call as a report may tell them: without names that the contract marks as personal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchover.contract import pointer
from switchover.contract.personal import HIDDEN
from switchover.port.plan import Plan
from switchover.port.requests import BoundBody

_OWN_TOKENS: Final = 2
"""Of a pointer into an exception: `/args/0`, or an attribute and a member of it."""


def told(plan: Plan, where: str, path: str) -> str:
    """A JSON Pointer into a part of a call (`arguments`, `answer`, `error`, `caller`) as it may be told."""
    if not path:
        return path
    tell = {"arguments": _of_argument, "answer": _of_answer, "error": _of_failure}.get(where)
    return tell(plan, path) if tell is not None else path


def _of_argument(plan: Plan, path: str) -> str:
    name, below = _parted(path)
    return f"/{name}{_of_value(plan, name)(below)}" if below else path


def _of_value(plan: Plan, name: str) -> Callable[[str], str]:
    """How pointers into an argument are told."""
    index, requests = plan.arguments.index(name), plan.requests
    for bound in requests.parameters:
        if bound.index == index:
            return bound.codec.shown
    body = requests.body
    assert body is not None  # every argument fills a parameter or the body
    return _in_body(body, index)


def _in_body(body: BoundBody, index: int) -> Callable[[str], str]:
    codec = body.codec
    assert codec is not None  # there is nothing inside of text and bytes
    if body.index == index:
        return codec.shown
    member = pointer.of([dict(body.members)[index]])
    return lambda path: codec.shown(member + path)[len(member) :]


def _of_answer(plan: Plan, path: str) -> str:
    """An answer may be any of several; what one of them hides is hidden."""
    told = [codec.codec.shown(path) for codec in plan.answers.codecs if codec.codec is not None]
    return max(told, key=lambda text: text.count(f"/{HIDDEN}"), default=path)


def _of_failure(plan: Plan, path: str) -> str:
    """Attributes are named by the team's code. What is inside of them is told as far as no failure has personal members."""
    marks = (failure.personal for failure in plan.operation.failures)
    if not any(personal.holds() for personal in marks if personal is not None):
        return path
    tokens = path.split("/")
    return "/".join(
        token if position <= _OWN_TOKENS or pointer.index(token) is not None else HIDDEN
        for position, token in enumerate(tokens)
    )


def _parted(path: str) -> tuple[str, str]:
    name, slash, below = path[1:].partition("/")
    return pointer.unescape(name), slash + below
