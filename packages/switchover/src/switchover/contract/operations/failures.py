"""Documented failures: problem details (RFC 9457) with a stable `code`, or a bare status that stands in for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from switchover.contract import media
from switchover.contract.findings import Notes
from switchover.contract.model import Failure, Media
from switchover.contract.naming import is_same
from switchover.contract.node import Node
from switchover.contract.operations.headers import settable_headers
from switchover.contract.schemas.inspector import SchemaInspector
from switchover.contract.shapes.shape import ANYTHING, Shape

STANDARD_MEMBERS: Final = frozenset({"type", "title", "status", "detail", "instance", "code", "traceId"})
"""Members of a problem that every failure has; further ones are the failure's own."""

_STATUS: Final = re.compile(r"[45](\d\d|XX)|default")


def member_names(arguments: Iterable[str]) -> dict[str, str]:
    """Return the name, in snake case, of the member that carries each argument of an exception.

    It is the argument's own name unless every problem has a member of that name with another meaning: `code` travels as
    `error_code`, because the problem's `code` says which failure it is.
    """
    listed = list(arguments)
    names: dict[str, str] = {}
    for argument in listed:
        name = argument
        if any(is_same(argument, member) for member in STANDARD_MEMBERS):
            name = f"error_{argument.strip('_')}"
            while any(is_same(name, other) for other in listed):
                name = f"own_{name}"
        names[argument] = name
    return names


def status_code(status: int | None, *, is_range: bool = False) -> str:
    """What stands in for the `code` of a failure that has none."""
    if status is None:
        return "http_error"
    return f"http_{status // 100}xx" if is_range else f"http_{status}"


class FailureReader:
    """Reads the documented failures of one document's operations."""

    def __init__(self, shape: Callable[[Node], Shape], inspector: SchemaInspector) -> None:
        self._shape = shape
        self._inspector = inspector

    def read(self, operation: Node, notes: Notes) -> Iterator[Failure]:
        """Every failure that an operation documents, one for each code."""
        responses = operation.get("responses")
        for status, node in responses.entries() if responses is not None else ():
            if _STATUS.fullmatch(status):
                yield from self._response(status, node, notes)

    def _response(self, status: str, node: Node, notes: Notes) -> Iterator[Failure]:
        is_range = status.endswith("XX")
        number = None if status == "default" else int(status[0]) * 100 if is_range else int(status)
        name, schema, whole = self._described(node, notes)
        headers = settable_headers(node)
        for option in whole.alternatives or (whole,):
            codes = _codes(option)
            members = {key: member for key, member in option.properties.items() if key not in STANDARD_MEMBERS}
            for code in codes or (status_code(number, is_range=is_range),):
                yield Failure(
                    status=number,
                    is_range=is_range,
                    code=code,
                    is_coded=bool(codes),
                    members={key: member.shape for key, member in members.items()},
                    required=frozenset(key for key, member in members.items() if member.is_required),
                    needs_detail="detail" in option.properties and option.properties["detail"].is_required,
                    media_type=name,
                    schema=schema,
                    shape=option,
                    node=node,
                    headers=headers,
                    type=_only(option, "type"),
                    title=_only(option, "title"),
                )

    def _described(self, node: Node, notes: Notes) -> tuple[str, Node | None, Shape]:
        """Media type, schema and shape of the body: problem details where they are on offer, else any JSON."""
        content = node.get("content")
        offers = dict(content.entries()) if content is not None else {}
        for name, offer in sorted(offers.items(), key=lambda item: media.essence(item[0]) != media.PROBLEM):
            if media.media_of(name) is Media.JSON and "schema" in offer.value:
                schema = offer.at("schema")
                if not self._inspector.is_usable(schema, notes):
                    return media.essence(name), None, ANYTHING
                shape = self._shape(schema)
                return media.essence(name), schema if "object" in shape.kinds else None, shape
        if offers:
            notes.warn(node, f"describes a failure as {', '.join(offers)}; its status alone is used")
        return media.PROBLEM, None, ANYTHING


def _only(option: Shape, name: str) -> str | None:
    """The one text that a member may be; None where it may be any, or one of several."""
    member = option.properties.get(name)
    allowed = member.shape.enum if member is not None else None
    return allowed[0] if allowed is not None and len(allowed) == 1 and isinstance(allowed[0], str) else None


def _codes(option: Shape) -> tuple[str, ...]:
    member = option.properties.get("code")
    if member is None or member.shape.enum is None:
        return ()
    return tuple(code for code in member.shape.enum if isinstance(code, str))
