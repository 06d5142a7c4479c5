"""Documented failures: problem details (RFC 9457) with a stable `code`, or a bare status that stands in for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from switchover.contract import media
from switchover.contract.document import Node
from switchover.contract.findings import Notes
from switchover.contract.model import Failure, Media
from switchover.contract.shape import Shape

STANDARD_MEMBERS: Final = frozenset({"type", "title", "status", "detail", "instance", "code", "traceId"})
"""Members of a problem that every failure has; further ones are the failure's own."""

_STATUS: Final = re.compile(r"[45](\d\d|XX)|default")


def status_code(status: int | None) -> str:
    """What stands in for the `code` of a failure that has none."""
    return "http_error" if status is None else f"http_{status}"


def read_failures(operation: Node, shape: Callable[[Node], Shape], notes: Notes) -> Iterator[Failure]:
    """Every failure that an operation documents, one for each code."""
    responses = operation.get("responses")
    for status, node in responses.entries() if responses else ():
        if _STATUS.fullmatch(status):
            yield from _response(status, node, shape, notes)


def _response(status: str, node: Node, shape: Callable[[Node], Shape], notes: Notes) -> Iterator[Failure]:
    is_range = status.endswith("XX")
    number = None if status == "default" else int(status[0]) * 100 if is_range else int(status)
    name, whole = _schema(node, shape, notes)
    options = whole.alternatives or (whole,)
    for option in options:
        codes = _codes(option)
        for code in codes or (status_code(number),):
            members = {key: member for key, member in option.properties.items() if key not in STANDARD_MEMBERS}
            yield Failure(
                status=number,
                is_range=is_range,
                code=code,
                is_coded=bool(codes),
                members={key: member.shape for key, member in members.items()},
                required=frozenset(key for key, member in members.items() if member.is_required),
                media_type=name,
                node=node,
            )


def _schema(node: Node, shape: Callable[[Node], Shape], notes: Notes) -> tuple[str, Shape]:
    """Media type and shape of the body: problem details where they are on offer, else any JSON."""
    content = node.get("content")
    offers = dict(content.entries()) if content is not None else {}
    for name, offer in sorted(offers.items(), key=lambda item: media.essence(item[0]) != media.PROBLEM):
        if media.media_of(name) is Media.JSON and "schema" in offer.value:
            return media.essence(name), shape(offer.at("schema"))
    if offers:
        notes.warn(node, f"describes a failure as {', '.join(offers)}; its status alone is used")
    return media.PROBLEM, Shape()


def _codes(option: Shape) -> tuple[str, ...]:
    member = option.properties.get("code")
    if member is None or member.shape.enum is None:
        return ()
    return tuple(code for code in member.shape.enum if isinstance(code, str))
