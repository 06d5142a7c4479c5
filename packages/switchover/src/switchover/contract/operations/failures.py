"""Documented failures: problem details (RFC 9457) with a stable `code`, or a bare status that stands in for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from switchover.contract import media
from switchover.contract.findings import Notes
from switchover.contract.model import Failure, FailureForm, Media
from switchover.contract.naming import is_same
from switchover.contract.node import Node
from switchover.contract.operations.headers import settable_headers
from switchover.contract.schemas.inspector import SchemaInspector
from switchover.contract.shapes.shape import ANYTHING, Shape

STANDARD_MEMBERS: Final = frozenset({"type", "title", "status", "detail", "instance", "code", "traceId"})
"""Members of a problem that every failure has; further ones are the failure's own."""

TEXT_MEMBERS: Final = ("detail", "message", "msg", "error_description", "error", "description", "reason", "title")
"""Members that carry a text for people, the likeliest first."""

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
        documented = dict(responses.entries()) if responses is not None else {}
        for status, node in documented.items():
            is_success = status == "default" and not any(other.startswith("2") for other in documented)
            if _STATUS.fullmatch(status) and not is_success:
                yield from self._response(status, node, notes)

    def _response(self, status: str, node: Node, notes: Notes) -> Iterator[Failure]:
        is_range = status.endswith("XX")
        number = None if status == "default" else int(status[0]) * 100 if is_range else int(status)
        name, schema, whole = self._described(node, notes)
        headers = settable_headers(node)
        for option in whole.alternatives or (whole,):
            codes = _codes(option)
            form = _form(name, whole, option)
            own = _own(form, option, is_coded=bool(codes))
            members = {key: member for key, member in option.properties.items() if key not in STANDARD_MEMBERS - own}
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
                    form=form,
                    text=_text(form, option),
                    own=own,
                    filled=_filled(option, is_coded=bool(codes)),
                )

    def _described(self, node: Node, notes: Notes) -> tuple[str, Node | None, Shape]:
        """Media type, schema and shape of the body: problem details where they are on offer, else any JSON, else plain text."""
        content = node.get("content")
        offers = dict(content.entries()) if content is not None else {}
        listed = sorted(
            offers.items(), key=lambda item: (media.essence(item[0]) != media.PROBLEM, "schema" not in item[1].value)
        )
        for name, offer in listed:
            if media.media_of(name) is Media.JSON:
                return self._json(media.essence(name), offer, notes)
        if any(media.essence(name) == media.PLAIN for name in offers):
            return media.PLAIN, None, ANYTHING
        if offers:
            notes.warn(node, f"describes a failure as {', '.join(offers)}; its status alone is used")
        return media.PROBLEM, None, ANYTHING

    def _json(self, name: str, offer: Node, notes: Notes) -> tuple[str, Node | None, Shape]:
        if "schema" not in offer.value:
            return name, None, ANYTHING
        schema = offer.at("schema")
        if not self._inspector.is_usable(schema, notes):
            return name, None, ANYTHING
        shape = self._shape(schema)
        return name, schema if "object" in shape.kinds else None, shape


def _form(name: str, whole: Shape, option: Shape) -> FailureForm:
    """Problem details may have another name: what has their `title` and `status` is one."""
    if name == media.PROBLEM or (_may_be(option, "title", "string") and _may_be(option, "status", "integer")):
        return "problem"
    if name == media.PLAIN:
        return "text"
    return "object" if "object" in whole.kinds else "value"


def _own(form: FailureForm, option: Shape, *, is_coded: bool) -> frozenset[str]:
    """The members that every problem has, as far as they are the contract's own here."""
    known = STANDARD_MEMBERS & option.properties.keys()
    if is_coded:
        return known - _filled(option, is_coded=True) - {_text(form, option)} if form == "object" else frozenset()
    if form == "object":
        return known - {"traceId"}
    return frozenset(
        name for name in known if name == "code" or (name == "detail" and not _may_be(option, name, "string"))
    )


def _filled(option: Shape, *, is_coded: bool) -> frozenset[str]:
    """Members of another form than a problem's that the kit knows: status, trace, and what the contract leaves no choice about."""
    found = {name for name in ("type", "title") if _only(option, name) is not None}
    found |= {name for name, kind in (("status", "integer"), ("traceId", "string")) if _may_be(option, name, kind)}
    return frozenset(found | {"code"} if is_coded else found)


def _text(form: FailureForm, option: Shape) -> str:
    """The member that carries the text for people."""
    if form == "problem":
        return "detail"
    texts = (name for name in TEXT_MEMBERS if _may_be(option, name, "string"))
    return next((name for name in texts if option.properties[name].shape.enum is None), "")


def _may_be(option: Shape, name: str, kind: str) -> bool:
    member = option.properties.get(name)
    return member is not None and kind in member.shape.kinds


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
