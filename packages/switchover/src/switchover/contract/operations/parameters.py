"""Parameters of an operation: those of its path and its own, with the style each is written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from switchover.contract import media
from switchover.contract.findings import Notes
from switchover.contract.model import Media, Parameter, ParameterPlace, Style
from switchover.contract.naming import plain
from switchover.contract.node import Node
from switchover.contract.operations.styled import check_form
from switchover.contract.personal import is_marked
from switchover.contract.schemas.inspector import SchemaInspector
from switchover.contract.shapes.shape import Shape

PLACES: Final[tuple[ParameterPlace, ...]] = ("path", "query", "header", "cookie")

CALLER_HEADER: Final = "x-switchover-caller"
"""Carries who a service acts for. Part of its credentials, never an argument."""

TIMEOUT_HEADER: Final = "x-switchover-timeout"
"""Says how long the answer is waited for: seconds from the arrival of the request, as a decimal number."""

CONTEXT_HEADERS: Final = frozenset(
    {CALLER_HEADER, TIMEOUT_HEADER, "idempotency-key", "traceparent", "tracestate", "x-trace-id"}
)
"""Headers that travel beside a call. A method takes them as arguments only if it names them."""

_IGNORED_HEADERS: Final = frozenset({"accept", "content-type", "authorization"})
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_STYLES: Final[dict[ParameterPlace, tuple[Style, ...]]] = {
    "path": (Style.SIMPLE, Style.LABEL, Style.MATRIX),
    "query": (Style.FORM, Style.SPACE, Style.PIPE, Style.DEEP),
    "header": (Style.SIMPLE,),
    "cookie": (Style.FORM,),
}
"""The styles of each place; the first is the one that is meant where none is named (OpenAPI 3.1, section 4.8.12.2.1)."""


class ParameterReader:
    """Reads the parameters of one document."""

    def __init__(self, shape: Callable[[Node], Shape], inspector: SchemaInspector) -> None:
        self._shape = shape
        self._inspector = inspector

    def read(self, path: str, owners: Iterable[Node], notes: Notes) -> tuple[Parameter, ...]:
        """All parameters of the owners (a path, an operation); one of a later owner replaces one with the same name and place."""
        found: dict[tuple[str, str], Parameter] = {}
        owner = None
        for owner in owners:
            listed = owner.get("parameters")
            own: set[tuple[str, str]] = set()
            for node in listed.elements() if listed is not None else ():
                parameter = self._parameter(node, notes)
                if parameter is None:
                    continue
                key = (parameter.place, parameter.name.lower() if parameter.place == "header" else parameter.name)
                if key in own:
                    notes.error(node, f"is {parameter.label} for the second time")
                own.add(key)
                found[key] = parameter
        assert owner is not None
        _check_template(path, list(found.values()), owner, notes)
        _check_exploded(list(found.values()), owner, notes)
        return tuple(found.values())

    def _parameter(self, node: Node, notes: Notes) -> Parameter | None:
        value = node.value
        name, place = value.get("name"), value.get("in")
        if not isinstance(name, str) or not name or place not in PLACES:
            notes.error(node, "is no parameter; it needs a `name`, and `in` path, query, header or cookie")
            return None
        if place == "header" and name.lower() in _IGNORED_HEADERS:
            notes.warn(node, f"is the header {name}, which OpenAPI leaves to content and security")
            return None
        if not plain(name):
            notes.error(
                node,
                f"is {place}.{name}, whose name has neither letters nor digits, so no argument can be called after it",
            )
        if place in ("header", "cookie") and not _TOKEN.fullmatch(name):
            notes.error(node, f"is {place}.{name}, whose name HTTP cannot carry (RFC 9110, section 5.6.2)")
        if place == "path" and value.get("required") is not True:
            notes.error(node, f"is path.{name} without `required: true`")
        if value.get("allowReserved") is True:
            notes.error(node, f"is {place}.{name} with `allowReserved`; reserved characters are always percent-encoded")
        if value.get("allowEmptyValue") is True:
            notes.warn(
                node, f"is {place}.{name} with `allowEmptyValue`, which is passed over; its schema says what it may be"
            )
        return self._described(node, name, place, notes)

    def _described(self, node: Node, name: str, place: ParameterPlace, notes: Notes) -> Parameter | None:
        label, is_required = f"{place}.{name}", node.value.get("required") is True
        if ("schema" in node.value) == ("content" in node.value):
            notes.error(
                node,
                f"is {label} {'with both' if 'schema' in node.value else 'without'} `schema` and `content`; it needs one of them",
            )
            return None
        if "content" in node.value:
            schema, style, explode = _content_schema(node, label, notes), Style.JSON, False
        else:
            schema, style = node.at("schema"), _style(node, name, place, notes)
            explode = _explode(node, style)
        if schema is None or not self._inspector.is_usable(schema, notes):
            return None
        parameter = Parameter(name, place, is_required, style, explode, schema, self._shape(schema), is_marked(node))
        if style is not Style.JSON:
            check_form(node, parameter, notes)
        return parameter


def _content_schema(node: Node, label: str, notes: Notes) -> Node | None:
    content = node.get("content")
    offers = list(content.entries()) if content is not None else []
    for name, offer in offers:
        if media.media_of(name) is Media.JSON and "schema" in offer.value:
            if len(offers) > 1:
                notes.warn(node, f"is {label}, of whose contents {name} is used")
            return offer.at("schema")
    notes.error(content or node, f"gives {label} content that is not JSON with a schema")
    return None


def _style(node: Node, name: str, place: ParameterPlace, notes: Notes) -> Style:
    usual = _STYLES[place][0]
    declared: Any = node.value.get("style", usual.value)
    for style in _STYLES[place]:
        if style.value == declared:
            return style
    notes.error(node, f"is {place}.{name} in style {declared!r}, which OpenAPI does not have for {place} parameters")
    return usual


def _explode(node: Node, style: Style) -> bool:
    """DeepObject has no other form than the exploded one, so that is what it means where nothing is said (3.1.1, section 4.8.12)."""
    return node.value.get("explode", style in (Style.FORM, Style.DEEP)) is True


def _check_template(path: str, found: list[Parameter], operation: Node, notes: Notes) -> None:
    named = [segment[1:-1] for segment in path.split("/") if segment.startswith("{") and segment.endswith("}")]
    given = [parameter.name for parameter in found if parameter.place == "path"]
    for name in named:
        if name not in given:
            notes.error(operation, f"has {{{name}}} in its path and no parameter of that name")
    for name in given:
        if name not in named:
            notes.error(operation, f"has the parameter path.{name} and no {{{name}}} in {path}")
    for name in sorted({name for name in named if named.count(name) > 1}):
        notes.error(operation, f"has {{{name}}} twice in its path")


def _check_exploded(found: list[Parameter], operation: Node, notes: Notes) -> None:
    """The members of an exploded object stand in the query under their own names, where another parameter may have the same."""
    owners: dict[str, str] = {}
    for parameter in found:
        if parameter.place != "query":
            continue
        spreads = parameter.style is Style.FORM and parameter.explode and "object" in parameter.shape.kinds
        for name in sorted(parameter.shape.properties) if spreads else [parameter.name]:
            first = owners.setdefault(name, parameter.label)
            if first != parameter.label:
                notes.error(
                    operation,
                    f"writes {name!r} of {parameter.label} where {first} is written; give one of them another name",
                )
