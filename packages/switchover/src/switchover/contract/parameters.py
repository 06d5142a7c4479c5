"""Parameters of an operation: those of its path and its own, with the style each is written in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from switchover.contract import media
from switchover.contract.document import Node
from switchover.contract.findings import Notes
from switchover.contract.model import Media, Parameter, ParameterPlace, Style
from switchover.contract.shape import Shape

PLACES: Final[tuple[ParameterPlace, ...]] = ("path", "query", "header", "cookie")

CALLER_HEADER: Final = "x-switchover-caller"
"""Carries who a service acts for. Part of its credentials, never an argument."""

CONTEXT_HEADERS: Final = frozenset({CALLER_HEADER, "idempotency-key", "traceparent", "tracestate", "x-trace-id"})
"""Headers that travel beside a call. A method takes them as arguments only if it names them."""

_IGNORED_HEADERS: Final = frozenset({"accept", "content-type", "authorization"})
_DEFAULT_STYLE: Final[dict[str, Style]] = {
    "path": Style.SIMPLE,
    "query": Style.FORM,
    "header": Style.SIMPLE,
    "cookie": Style.FORM,
}
_STYLES: Final[dict[str, frozenset[Style]]] = {
    "path": frozenset({Style.SIMPLE, Style.LABEL, Style.MATRIX}),
    "query": frozenset({Style.FORM, Style.SPACE, Style.PIPE, Style.DEEP}),
    "header": frozenset({Style.SIMPLE}),
    "cookie": frozenset({Style.FORM}),
}


def read(path: str, item: Node, operation: Node, shape: Callable[[Node], Shape], notes: Notes) -> tuple[Parameter, ...]:
    """All parameters; one of the operation replaces one of the path with the same name and place."""
    found: dict[tuple[str, str], Parameter] = {}
    for owner in (item, operation):
        listed = owner.get("parameters")
        own: set[tuple[str, str]] = set()
        for node in listed.elements() if listed else ():
            parameter = _parameter(node, shape, notes)
            if parameter is None:
                continue
            key = (parameter.place, parameter.name)
            if key in own:
                notes.error(node, f"is {parameter.label} for the second time")
            own.add(key)
            found[key] = parameter
    _check_template(path, found, operation, notes)
    return tuple(found.values())


def _parameter(node: Node, shape: Callable[[Node], Shape], notes: Notes) -> Parameter | None:
    value = node.value
    name, place = (value.get("name"), value.get("in")) if isinstance(value, dict) else (None, None)
    if not isinstance(name, str) or place not in PLACES:
        notes.error(node, "is no parameter; it needs a `name`, and `in` path, query, header or cookie")
        return None
    if place == "header" and name.lower() in _IGNORED_HEADERS:
        notes.warn(node, f"is the header {name}, which OpenAPI leaves to content and security")
        return None
    is_required = value.get("required") is True
    if place == "path" and not is_required:
        notes.error(node, f"is path.{name} without `required: true`")
    if value.get("allowReserved") is True:
        notes.error(node, f"is {place}.{name} with `allowReserved`; reserved characters are always percent-encoded")
    if value.get("allowEmptyValue") is True:
        notes.error(node, f"is {place}.{name} with `allowEmptyValue`; say what an empty value means in the schema")
    return _styled(node, name, place, is_required, shape, notes)


def _styled(
    node: Node, name: str, place: ParameterPlace, is_required: bool, shape: Callable[[Node], Shape], notes: Notes
) -> Parameter | None:
    content = node.get("content")
    if content is not None:
        chosen = media.choose(content)
        if chosen is None or chosen[2] is not Media.JSON or "schema" not in chosen[1].value:
            notes.error(content, f"gives {place}.{name} content that is not JSON with a schema")
            return None
        schema = chosen[1].at("schema")
        return Parameter(name, place, is_required, Style.JSON, False, schema, shape(schema))
    if "schema" not in node.value:
        notes.error(node, f"is {place}.{name} without a `schema`")
        return None
    style = _style(node, name, place, notes)
    explode = node.value.get("explode", style is Style.FORM)
    schema = node.at("schema")
    parameter = Parameter(name, place, is_required, style, explode is True, schema, shape(schema))
    _check_form(node, parameter, notes)
    return parameter


def _style(node: Node, name: str, place: ParameterPlace, notes: Notes) -> Style:
    declared: Any = node.value.get("style", _DEFAULT_STYLE[place].value)
    for style in _STYLES[place]:
        if style.value == declared:
            return style
    notes.error(node, f"is {place}.{name} in style {declared!r}, which OpenAPI does not have for {place} parameters")
    return _DEFAULT_STYLE[place]


def _check_form(node: Node, parameter: Parameter, notes: Notes) -> None:
    """Styles write flat values; what they cannot write without doubt is refused (OpenAPI 3.1, section 4.8.12.2.4)."""
    shape, label = parameter.shape, parameter.label
    forms = {"array" if kind == "array" else "object" if kind == "object" else "scalar" for kind in shape.kinds}
    if len(forms) > 1:
        notes.error(node, f"is {label}, which may be {' or '.join(sorted(forms))}; a style writes one of them")
        return
    nested = _nested(shape)
    if nested:
        notes.error(node, f"is {label} with {nested} inside; styles write flat values: use `content: application/json`")
    if forms == {"object"} and shape.extra is not False and not isinstance(shape.extra, bool):
        notes.error(
            node, f"is {label} with members of any name; name its properties, or use `content: application/json`"
        )
    if parameter.style is Style.DEEP and (forms != {"object"} or not parameter.explode):
        notes.error(node, f"is {label} in style deepObject, which writes exploded objects alone")
    if parameter.style in (Style.SPACE, Style.PIPE) and (forms == {"scalar"} or parameter.explode):
        notes.error(
            node, f"is {label} in style {parameter.style.value}, which writes unexploded arrays and objects alone"
        )


def _nested(shape: Shape) -> str:
    members = [member.shape for member in shape.properties.values()]
    if "array" in shape.kinds and shape.items is not None:
        members.append(shape.items.shape)
    kinds = frozenset().union(*(member.kinds for member in members)) if members else frozenset()
    return " or ".join(sorted(kinds & {"array", "object"}))


def _check_template(path: str, found: dict[tuple[str, str], Parameter], operation: Node, notes: Notes) -> None:
    named = [segment[1:-1] for segment in path.split("/") if segment.startswith("{") and segment.endswith("}")]
    given = [name for place, name in found if place == "path"]
    for name in named:
        if name not in given:
            notes.error(operation, f"has {{{name}}} in its path and no parameter of that name")
    for name in given:
        if name not in named:
            notes.error(operation, f"has the parameter path.{name} and no {{{name}}} in {path}")
    for name in {name for name in named if named.count(name) > 1}:
        notes.error(operation, f"has {{{name}}} twice in its path")
